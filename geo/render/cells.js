"use strict";
// Cells on one canvas. Corners are numbers in typed arrays, so ten thousand cells draw in a blink.
const CellLayer = (() => {
  const SHAPES_A_PATH = 64; // longer paths cost more than their number
  const LINES_FROM_PX = 5; // smaller cells would be all border
  const EDGE = "#ffffff", CHOSEN = "#111111", PICKED = "#c2410c";
  const WORLD_PX = 256;

  // ------------------------------------------------------------- the outlines, as outlines_json writes them

  // Plain loops: nothing here is warm when a map is drawn first.
  function summed(differences, times) {
    const out = new Float64Array(differences);
    for (let round = 0; round < times; round += 1) {
      for (let i = 1; i < out.length; i += 1) out[i] += out[i - 1];
    }
    return out;
  }

  function starts(counts) {
    const out = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i += 1) out[i + 1] = out[i] + counts[i];
    return out;
  }

  function unpacked({ scale, ids, x, y, back, ring, cell }) {
    const lon = summed(x, 2), lat = summed(y, 2), corner = new Int32Array(back.length);
    for (let i = 0; i < lon.length; i += 1) {
      lon[i] = lon[i] / scale / 360 + 0.5;
      lat[i] = north(lat[i] / scale);
    }
    for (let i = 0, known = 0; i < back.length; i += 1) corner[i] = back[i] ? known - back[i] : known++;
    return { ids: summed(ids, 1), x: lon, y: lat, corner, ring: starts(ring), cell: starts(cell) };
  }

  // The boxes of the cells: west, north, east, south of each.
  function boxed({ ids, x, y, cell, ring, corner }) {
    const box = new Float64Array(4 * ids.length);
    for (let at = 0; at < ids.length; at += 1) {
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let i = ring[cell[at]], end = ring[cell[at + 1]]; i < end; i += 1) {
        const lon = x[corner[i]], lat = y[corner[i]];
        if (lon < west) west = lon;
        if (lon > east) east = lon;
        if (lat < north) north = lat;
        if (lat > south) south = lat;
      }
      box[4 * at] = west; box[4 * at + 1] = north; box[4 * at + 2] = east; box[4 * at + 3] = south;
    }
    return box;
  }

  // Buckets that name the cells near a spot.
  function bucketed(box, count) {
    const side = Math.max(1, Math.ceil(Math.sqrt(count)));
    const all = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < box.length; i += 4) {
      all[0] = Math.min(all[0], box[i]); all[1] = Math.min(all[1], box[i + 1]);
      all[2] = Math.max(all[2], box[i + 2]); all[3] = Math.max(all[3], box[i + 3]);
    }
    const place = (value, low, high) => (
      Math.min(side - 1, Math.max(0, Math.floor(side * (value - low) / (high - low || 1))))
    );
    const rows = new Map();
    const visit = (at, each) => {
      const [west, north, east, south] = box.subarray(4 * at, 4 * at + 4);
      const last = place(east, all[0], all[2]), bottom = place(south, all[1], all[3]);
      for (let column = place(west, all[0], all[2]); column <= last; column += 1) {
        for (let row = place(north, all[1], all[3]); row <= bottom; row += 1) each(row * side + column);
      }
    };
    for (let at = 0; at < count; at += 1) {
      visit(at, (key) => (rows.has(key) ? rows.get(key).push(at) : rows.set(key, [at])));
    }
    return (x, y) => {
      if (x < all[0] || x > all[2] || y < all[1] || y > all[3]) return [];
      return rows.get(place(y, all[1], all[3]) * side + place(x, all[0], all[2])) || [];
    };
  }

  function holds(shapes, at, x, y) {
    let inside = false;
    for (let part = shapes.cell[at]; part < shapes.cell[at + 1]; part += 1) {
      const from = shapes.ring[part], to = shapes.ring[part + 1];
      for (let i = from, j = to - 1; i < to; j = i, i += 1) {
        const a = shapes.corner[i], b = shapes.corner[j];
        const ay = shapes.y[a], by = shapes.y[b];
        if ((ay > y) !== (by > y) && x < (shapes.x[b] - shapes.x[a]) * (y - ay) / (by - ay) + shapes.x[a]) inside = !inside;
      }
    }
    return inside;
  }

  // Where a place lies in the square of the world, from 0 in the north-west to 1.
  const north = (lat) => 0.5 - Math.log(Math.tan((90 + lat) * Math.PI / 360)) / (2 * Math.PI);
  const world = ({ lat, lng }) => [lng / 360 + 0.5, north(lat)];
  const onGround = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(WORLD_PX * x, WORLD_PX * y), 0);

  // ------------------------------------------------------------------------------------ the layer

  return L.Renderer.extend({
    options: { padding: 0.15 },

    // `ground` draws the hatching of cells without data.
    initialize(hatching) {
      L.Renderer.prototype.initialize.call(this);
      this._hatching = hatching;
      this._shapes = null;
      this._look = null;
      this._chosen = -1;
      this._picked = new Set();
    },

    outlines(found) {
      const shapes = unpacked(found);
      this._shapes = { ...shapes, box: boxed(shapes) };
      this._near = null; // the buckets, once somebody points
      if (this._map) this._update();
      return this;
    },

    // What colours the cells: {classes: [{colour, hatched}], codes, names?, said, title}
    values(found) {
      this._look = { ...(this._look || {}), ...found };
      if (this._map) this._draw();
      return this;
    },

    getBounds() {
      const { x, y } = this._shapes;
      const low = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
      const high = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
      return L.latLngBounds(onGround(low(x), low(y)), onGround(high(x), high(y)));
    },

    // The position of the cell at a place, -1 for none.
    at(latlng) {
      if (!this._shapes) return -1;
      const [x, y] = world(latlng);
      this._near = this._near || bucketed(this._shapes.box, this._shapes.ids.length);
      const found = this._near(x, y).find((at) => holds(this._shapes, at, x, y));
      return found === undefined ? -1 : found;
    },

    id(at) { return at < 0 ? null : String(this._shapes.ids[at]); },

    // Name, and what is said of the cell.
    words(at) {
      const { names, said, title } = this._look || {};
      return { name: names ? names[at] : "", title, said: said ? said[at] : "" };
    },

    choose(id) {
      this._chosen = this._shapes && id !== null ? this._shapes.ids.indexOf(Number(id)) : -1;
      if (this._map && this._shapes) this._drawMarks();
      return this._chosen < 0 ? null : this._centre(this._chosen);
    },

    // Mark the cells whose middle lies within a ring of places; returns their ids.
    pick(ring) {
      this._picked.clear();
      const line = ring.map(world);
      const inside = ([x, y]) => line.reduce((odd, [ax, ay], i) => {
        const [bx, by] = line[(i || line.length) - 1];
        return (ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax ? !odd : odd;
      }, false);
      for (let at = 0; line.length && this._shapes && at < this._shapes.ids.length; at += 1) {
        const [west, north, east, south] = this._shapes.box.subarray(4 * at, 4 * at + 4);
        if (inside([(west + east) / 2, (north + south) / 2])) this._picked.add(at);
      }
      if (this._shapes) this._drawMarks();
      return [...this._picked].map((at) => this.id(at));
    },

    _centre(at) {
      const [west, north, east, south] = this._shapes.box.subarray(4 * at, 4 * at + 4);
      return onGround((west + east) / 2, (north + south) / 2);
    },

    // ---------------------------------------------------------- what Leaflet asks of a renderer

    _initContainer() {
      this._container = L.DomUtil.create("div", "gm-cells");
      this._fills = L.DomUtil.create("canvas", "gm-fills", this._container);
      this._marks = null; // a second canvas costs as much as the first: made for the first mark
    },

    _destroyContainer() {
      L.DomUtil.remove(this._container);
      delete this._container;
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._ratio = Math.min(2, window.devicePixelRatio || 1);
      this._sized(this._fills);
      if (this._marks) this._sized(this._marks);
      this._draw();
      this.fire("update");
    },

    _sized(canvas) {
      const size = this._bounds.getSize();
      canvas.width = size.x * this._ratio; canvas.height = size.y * this._ratio;
      canvas.style.width = size.x + "px"; canvas.style.height = size.y + "px";
      return canvas;
    },

    _reset() { this._update(); this._updateTransform(this._center, this._zoom); },
    _onZoomEnd() {},
    _updatePaths() {},

    // ---------------------------------------------------------------------------------- drawing

    _draw() {
      if (!this._shapes || !this._look || !this._bounds) return;
      this._project();
      const pen = this._pen(this._fills);
      const { classes, codes } = this._look;
      const seen = classes.map(() => []);
      for (const at of this._seen()) seen[codes[at]].push(at);
      const lines = this._typical() >= LINES_FROM_PX;
      classes.forEach((look, code) => this._fill(pen, look, seen[code], lines));
      this._drawMarks();
    },

    _drawMarks() {
      if (!this._marks && this._chosen < 0 && !this._picked.size) return;
      this._marks = this._marks || this._sized(L.DomUtil.create("canvas", "", this._container));
      const pen = this._pen(this._marks);
      const outline = (at, colour) => {
        pen.beginPath(); this._trace(pen, at); pen.strokeStyle = colour; pen.lineWidth = 3; pen.stroke();
      };
      this._picked.forEach((at) => outline(at, PICKED));
      if (this._chosen >= 0) outline(this._chosen, CHOSEN);
    },

    _pen(canvas) {
      const pen = canvas.getContext("2d");
      pen.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.lineJoin = "round";
      return pen;
    },

    _project() {
      const size = WORLD_PX * this._map.getZoomScale(this._map.getZoom(), 0);
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      this._toPx = { size, left: corner.x, top: corner.y };
      const { x, y } = this._shapes;
      this._px = x.map((value) => value * size - corner.x);
      this._py = y.map((value) => value * size - corner.y);
    },

    _seen() {
      const { size, left, top } = this._toPx, { box, ids } = this._shapes;
      const view = this._bounds.getSize(), out = [];
      for (let at = 0, i = 0; at < ids.length; at += 1, i += 4) {
        if (box[i + 2] * size - left >= 0 && box[i] * size - left <= view.x
          && box[i + 3] * size - top >= 0 && box[i + 1] * size - top <= view.y) out.push(at);
      }
      return out;
    },

    _typical() { // the width of a cell in the middle of the order, in pixels
      const { box, ids } = this._shapes, at = 4 * (ids.length >> 1);
      return ids.length ? (box[at + 2] - box[at]) * this._toPx.size : 0;
    },

    _fill(pen, look, cells, lines) {
      pen.fillStyle = look.hatched ? this._hatching() : look.colour;
      pen.strokeStyle = lines ? EDGE : look.colour;
      pen.lineWidth = lines ? 1 : 0.6; // without lines it closes the seams between neighbours
      for (let from = 0; from < cells.length; from += SHAPES_A_PATH) {
        pen.beginPath();
        const to = Math.min(cells.length, from + SHAPES_A_PATH);
        for (let i = from; i < to; i += 1) this._trace(pen, cells[i]);
        pen.fill("evenodd");
        if (lines || !look.hatched) pen.stroke();
      }
    },

    _trace(pen, at) {
      const { cell, ring, corner } = this._shapes;
      for (let part = cell[at]; part < cell[at + 1]; part += 1) {
        const from = ring[part], to = ring[part + 1];
        pen.moveTo(this._px[corner[from]], this._py[corner[from]]);
        for (let i = from + 1; i < to; i += 1) pen.lineTo(this._px[corner[i]], this._py[corner[i]]);
        pen.closePath();
      }
    },
  });
})();
