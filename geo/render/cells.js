"use strict";
// Cells on one canvas. Corners are numbers in typed arrays, so ten thousand cells draw in a blink.
const CellLayer = (() => {
  const SHAPES_A_PATH = 24; // a longer path costs more than its shapes
  const LINES_FROM_PX = 5; // smaller cells would be all border
  const EDGE = "#ffffff", CHOSEN = "#111111", PICKED = "#c2410c", MARK_PX = 3;
  const WORLD_PX = 256;

  // ------------------------------------------------------------- the outlines, as outlines_json writes them

  // One plain loop over whole numbers: nothing here is warm when a map is drawn first. Places are steps
  // from the first corner, so that a canvas, which knows seven digits, draws each step.
  function unpacked({ world, first, ids, x, y, back, ring, cell }) {
    const right = new Int32Array(back.length), down = new Int32Array(back.length);
    const rings = new Int32Array(ring.length + 1), cells = new Int32Array(cell.length + 1);
    const box = new Int32Array(4 * cell.length); // west, north, east, south of each cell
    let corner = 0, dx = 0, dy = 0, newX = 0, newY = 0;
    for (let at = 0, part = 0, i = 0; at < cell.length; at += 1) {
      let west = world, north = world, east = -world, south = -world;
      for (const last = part + cell[at]; part < last; part += 1) {
        for (const end = i + ring[part]; i < end; i += 1) {
          let px, py;
          if (back[i]) {
            px = right[i - back[i]]; py = down[i - back[i]];
          } else {
            dx += x[corner]; dy += y[corner]; corner += 1;
            px = newX += dx; py = newY += dy;
          }
          right[i] = px; down[i] = py;
          if (px < west) west = px;
          if (px > east) east = px;
          if (py < north) north = py;
          if (py > south) south = py;
        }
        rings[part + 1] = i;
      }
      cells[at + 1] = part;
      box[4 * at] = west; box[4 * at + 1] = north; box[4 * at + 2] = east; box[4 * at + 3] = south;
    }
    return { world, first, ids: summed(ids), x: right, y: down, ring: rings, cell: cells, box, all: around(box) };
  }

  function summed(differences) {
    let sum = 0;
    return differences.map((step) => sum += step);
  }

  // The box around all boxes.
  function around(box) {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let i = 0; i < box.length; i += 4) {
      if (box[i] < west) west = box[i];
      if (box[i + 1] < north) north = box[i + 1];
      if (box[i + 2] > east) east = box[i + 2];
      if (box[i + 3] > south) south = box[i + 3];
    }
    return [west, north, east, south];
  }

  // Buckets that name the cells near a spot.
  function bucketed({ box, all, ids }) {
    const count = ids.length, side = Math.max(1, Math.ceil(Math.sqrt(count)));
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
        const ax = shapes.x[i], ay = shapes.y[i], bx = shapes.x[j], by = shapes.y[j];
        if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  }

  // A place on the ground in the steps of the outlines, and back.
  function steps({ world, first }, latlng) {
    const { x, y } = L.CRS.EPSG3857.latLngToPoint(L.latLng(latlng), 0).multiplyBy(world / WORLD_PX);
    return [x - first[0], y - first[1]];
  }

  function onGround({ world, first }, x, y) {
    return L.CRS.EPSG3857.pointToLatLng(L.point(first).add([x, y]).multiplyBy(WORLD_PX / world), 0);
  }

  // ------------------------------------------------------------------------------------ the layer

  return L.Renderer.extend({
    options: { padding: 0.15 },

    // `ground` draws the hatching of cells without data.
    initialize(hatching) {
      L.Renderer.prototype.initialize.call(this);
      this._hatching = hatching;
      this._shapes = null;
      this._look = null;
      this._lies = null;
      this._chosen = -1;
      this._picked = new Set();
    },

    outlines(found) {
      this._shapes = unpacked(found);
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
      const [west, north, east, south] = this._shapes.all;
      return L.latLngBounds(onGround(this._shapes, west, north), onGround(this._shapes, east, south));
    },

    // The position of the cell at a place, -1 for none.
    at(latlng) {
      if (!this._shapes) return -1;
      const [x, y] = steps(this._shapes, latlng);
      this._near = this._near || bucketed(this._shapes);
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
      const line = this._shapes ? ring.map((place) => steps(this._shapes, place)) : [];
      const inside = ([x, y]) => line.reduce((odd, [ax, ay], i) => {
        const [bx, by] = line[(i || line.length) - 1];
        return (ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax ? !odd : odd;
      }, false);
      for (let at = 0; line.length && at < this._shapes.ids.length; at += 1) {
        const [west, north, east, south] = this._shapes.box.subarray(4 * at, 4 * at + 4);
        if (inside([(west + east) / 2, (north + south) / 2])) this._picked.add(at);
      }
      if (this._shapes) this._drawMarks();
      return [...this._picked].map((at) => this.id(at));
    },

    _centre(at) {
      const [west, north, east, south] = this._shapes.box.subarray(4 * at, 4 * at + 4);
      return onGround(this._shapes, (west + east) / 2, (north + south) / 2);
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
      if (this._shapes) this._place();
      this.fire("update");
    },

    // A canvas costs by its size: ours end where the cells end.
    _place() {
      const { world, first, all } = this._shapes, { min, max } = this._bounds;
      const scale = WORLD_PX * this._map.getZoomScale(this._map.getZoom(), 0) / world; // pixels a step
      const { x, y } = L.point(first).multiplyBy(scale).subtract(this._map.getPixelOrigin()).subtract(min);
      const west = Math.max(0, Math.floor(x + all[0] * scale) - MARK_PX), east = Math.min(max.x - min.x, Math.ceil(x + all[2] * scale) + MARK_PX);
      const north = Math.max(0, Math.floor(y + all[1] * scale) - MARK_PX), south = Math.min(max.y - min.y, Math.ceil(y + all[3] * scale) + MARK_PX);
      this._frame = L.bounds([west, north], [Math.max(west, east), Math.max(north, south)]);
      this._lies = { scale, x: x - west, y: y - north };
      this._sized(this._fills);
      if (this._marks) this._sized(this._marks);
      this._draw();
    },

    _sized(canvas) {
      const size = this._frame.getSize();
      canvas.width = size.x * this._ratio; canvas.height = size.y * this._ratio;
      canvas.style.width = size.x + "px"; canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(canvas, this._frame.min);
      return canvas;
    },

    _reset() { this._update(); this._updateTransform(this._center, this._zoom); },
    _onZoomEnd() {},
    _updatePaths() {},

    // ---------------------------------------------------------------------------------- drawing

    _draw() {
      if (!this._lies || !this._look) return;
      const pen = this._pen(this._fills);
      const { classes, codes } = this._look;
      const seen = classes.map(() => []);
      this._each((at) => seen[codes[at]].push(at));
      const lines = this._typical() >= LINES_FROM_PX;
      classes.forEach((look, code) => this._fill(pen, look, seen[code], lines));
      this._drawMarks();
    },

    _drawMarks() {
      if (!this._lies || !this._marks && this._chosen < 0 && !this._picked.size) return;
      this._marks = this._marks || this._sized(L.DomUtil.create("canvas", "", this._container));
      const pen = this._pen(this._marks);
      const outline = (at, colour) => {
        this._trace(pen, [at]); pen.strokeStyle = colour; pen.lineWidth = MARK_PX; pen.stroke();
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

    // Do something with each cell that touches the canvas.
    _each(work) {
      const { scale, x, y } = this._lies, { box, ids } = this._shapes, view = this._frame.getSize();
      const west = Math.floor(-x / scale), east = Math.ceil((view.x - x) / scale);
      const north = Math.floor(-y / scale), south = Math.ceil((view.y - y) / scale);
      for (let at = 0, i = 0; at < ids.length; at += 1, i += 4) {
        if (box[i + 2] >= west && box[i] <= east && box[i + 3] >= north && box[i + 1] <= south) work(at);
      }
    },

    _typical() { // the width of a cell in the middle of the order, in pixels
      const { box, ids } = this._shapes, at = 4 * (ids.length >> 1);
      return ids.length ? (box[at + 2] - box[at]) * this._lies.scale : 0;
    },

    _fill(pen, look, cells, lines) {
      pen.fillStyle = look.hatched ? this._hatching() : look.colour;
      pen.strokeStyle = lines ? EDGE : look.colour;
      pen.lineWidth = lines ? 1 : 0.6; // without lines it closes the seams between neighbours
      for (let from = 0; from < cells.length; from += SHAPES_A_PATH) {
        this._trace(pen, cells.slice(from, from + SHAPES_A_PATH));
        pen.fill("evenodd");
        if (lines || !look.hatched) pen.stroke();
      }
    },

    // The path is laid in steps, and painted in pixels: lines and hatching keep their width.
    _trace(pen, cells) {
      const { x, y, ring, cell } = this._shapes, { scale, x: left, y: top } = this._lies, ratio = this._ratio;
      pen.setTransform(scale * ratio, 0, 0, scale * ratio, left * ratio, top * ratio);
      pen.beginPath();
      for (const at of cells) {
        for (let part = cell[at], last = cell[at + 1]; part < last; part += 1) {
          let i = ring[part];
          pen.moveTo(x[i], y[i]);
          for (const end = ring[part + 1]; ++i < end;) pen.lineTo(x[i], y[i]);
          pen.closePath();
        }
      }
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    },
  });
})();
