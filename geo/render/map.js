"use strict";
// The behaviour of a map page. All text goes in as text, never as HTML.
const GridMap = (() => {
  const LAYERS_OFF = "gridcrm-map-layers-off";
  const BASE = { color: "#5f6873", weight: 0.7, opacity: 0.9, fillOpacity: 0.85 };
  const pending = [];
  const overlays = {};
  const config = parsed("gm-config");
  const tooltip = L.tooltip({ sticky: true });
  let map = null;
  let cells = null;
  let hovered = null;
  let tools = null; // only beside a page that listens
  let pattern = null;

  function element(kind, className, text) {
    const node = document.createElement(kind);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function parsed(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function html(text) { // for the places where Leaflet takes nothing but HTML
    return element("span", "", text).innerHTML;
  }

  function hatch() {
    if (pattern) return pattern;
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = config.hatch.ground;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = config.hatch.line;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) { pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); }
    pen.stroke();
    pattern = pen.createPattern(tile, "repeat");
    return pattern;
  }

  function tip(at) {
    const { name, title, said } = cells.words(at);
    const box = element("div", "gm-tip");
    box.appendChild(element("div")).append(element("span", "", name));
    box.appendChild(element("div")).append(element("span", "", title), element("b", "", said));
    return box;
  }

  function choose(id) {
    const middle = cells.choose(id);
    if (middle && !map.getBounds().contains(middle)) map.panTo(middle);
  }

  function tell(message) {
    if (window.parent !== window) window.parent.postMessage(message, location.origin);
  }

  async function fetched(url) {
    const target = new URL(url, location.href);
    if (target.origin !== location.origin) throw new Error("not this server: " + target.origin);
    const answer = await fetch(target, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.status + " " + target.pathname);
    return answer.json();
  }

  function say(words) {
    const box = document.body.appendChild(element("div", "gm-alarm", words));
    box.setAttribute("role", "alert");
    return box;
  }

  function alarm(error) {
    console.error(error);
    say(config.words.load_failed);
  }

  // Marks lie over the cells and let every click through; the ground lies below them.
  function pane(level) {
    const name = "gm-" + level;
    if (!map.getPane(name)) {
      map.createPane(name).style.zIndex = level === "ground" ? 350 : 450;
      map.getPane(name).style.pointerEvents = "none";
    }
    return name;
  }

  function layer(number) {
    const spec = config.layers[number];
    const group = L.geoJSON(null, {
      pane: pane(spec.level),
      interactive: false,
      pointToLayer: (feature, at) => L.circleMarker(at, { radius: 4, pane: pane(spec.level) }),
      style: (feature) => ({ ...BASE, ...(feature.properties.style || {}) }),
    });
    overlays[html(spec.name)] = group;
    const data = spec.url ? fetched(spec.url) : Promise.resolve(parsed("gm-data-" + number));
    pending.push(data.then((found) => group.addData(found)));
    if (spec.shown) group.addTo(map);
    return group;
  }

  // ------------------------------------------------------------------------------- the cells

  function cellsLayer() {
    cells = new CellLayer(hatch);
    cells.values(parsed("gm-values"));
    overlays[html(config.cells.name)] = cells;
    const { url } = config.cells;
    const data = url ? fetched(url) : Promise.resolve(parsed("gm-outlines"));
    pending.push(data.then((found) => cells.outlines(found)));
    cells.addTo(map);
    map.on("click", (event) => point(event, "cell"));
    map.on("mousemove", (event) => point(event, "hover"));
    map.on("mouseout", () => { hovered = null; tooltip.remove(); tell({ type: "hover", id: null }); });
    return cells;
  }

  function point(event, type) {
    if (!map.hasLayer(cells) || (tools && tools.busy())) return;
    const at = cells.at(event.latlng), id = cells.id(at);
    if (type === "cell" && id !== null) { choose(id); tell({ type, id }); }
    if (type !== "hover") return;
    if (id === null) tooltip.remove();
    else tooltip.setLatLng(event.latlng).setContent(id === hovered ? tooltip.getContent() : tip(at)).addTo(map);
    if (id !== hovered) tell({ type, id });
    map.getContainer().style.cursor = id === null ? "" : "pointer";
    hovered = id;
  }

  async function recolour(url) {
    const news = await fetched(url);
    cells.values(news);
    hovered = null;
    if (news.legend) legend(news.legend);
    tell({ type: "recoloured", url });
  }

  // --------------------------------------------------------------------------------- around it

  function swatch(item) {
    const mark = element("i", item.hatched ? "gm-hatched" : "");
    mark.style.backgroundColor = item.colour;
    return mark;
  }

  function legend(content) {
    const box = document.querySelector(".gm-legend");
    const open = box.open;
    box.replaceChildren(element("summary", "", content.title));
    for (const item of content.items) {
      const row = box.appendChild(element("div", "gm-row"));
      row.append(swatch(item), element("span", "", item.label));
    }
    if (content.note) box.appendChild(element("p", "", content.note));
    box.open = open;
    box.hidden = !content.title;
  }

  function listen(event) {
    if (event.origin !== location.origin || event.source !== window.parent) return;
    const { type, id, url } = event.data || {};
    if (type === "highlight") choose(id === null ? null : String(id));
    if (type === "recolour") recolour(String(url)).catch(alarm);
    if (type === "unpick") cells.pick([]);
  }

  function controls() {
    map.attributionControl.setPrefix(false);
    if (config.attribution) map.attributionControl.addAttribution(html(config.attribution));
    L.control.zoom({ zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out })
      .addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    if (window.parent !== window) tools = MapTools({ map, cells, words: config.words, shift: config.shift, tell, say });
    if (Object.keys(overlays).length > 1) switches();
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", config.title);
  }

  // Which layers are shown is remembered on this device.
  function remembered() {
    let off = [];
    try { off = JSON.parse(localStorage.getItem(LAYERS_OFF)) || []; } catch { /* private window */ }
    for (const [name, group] of Object.entries(overlays)) if (off.includes(name)) group.remove();
    map.on("overlayadd overlayremove", () => {
      const hidden = Object.keys(overlays).filter((name) => !map.hasLayer(overlays[name]));
      try { localStorage.setItem(LAYERS_OFF, JSON.stringify(hidden)); } catch { /* private window */ }
    });
  }

  function switches() {
    L.control.layers(null, overlays).addTo(map);
    remembered();
    const toggle = document.querySelector(".leaflet-control-layers-toggle");
    toggle.title = config.words.layers;
    toggle.setAttribute("aria-label", config.words.layers);
  }

  function label(place) {
    const box = element("div");
    box.appendChild(element("span", "", place.name));
    const icon = L.divIcon({ className: "gm-place gm-" + (place.kind || "name"), html: box, iconSize: [0, 0] });
    return L.marker([place.lat, place.lon], { icon, interactive: false, keyboard: false });
  }

  // Of names that would run into each other the earlier one stays.
  function declutter(markers) {
    const taken = [];
    for (const marker of markers) {
      const node = marker.getElement();
      if (!node) continue;
      const own = [...node.querySelectorAll("span, .gm-branch > div")].map((part) => part.getBoundingClientRect());
      const free = own.every((a) => taken.every((b) => (
        a.right < b.left || a.left > b.right || a.bottom < b.top || a.top > b.bottom
      )));
      node.classList.toggle("gm-crowded", !free);
      if (free) taken.push(...own.map(({ left, right, top, bottom }) => (
        { left: left - 4, right: right + 4, top: top - 1, bottom: bottom + 1 }
      )));
    }
  }

  function places() {
    if (!config.places.length) return;
    const markers = config.places.map(label);
    const group = L.layerGroup(markers).addTo(map);
    overlays[html(config.words.places)] = group;
    const near = () => {
      const far = map.getZoom() < config.label_zoom;
      document.body.classList.toggle("gm-far", far);
      if (!far) declutter(markers);
    };
    map.on("zoomend", near);
    group.on("add", near);
    near();
  }

  function fold() { // the legend never covers a small map
    document.querySelector(".gm-legend").open = window.innerWidth >= 340 && window.innerHeight >= 400;
  }

  function start() {
    places();
    controls();
    legend(config.legend);
    fold();
    window.addEventListener("message", listen);
    map.on("resize", fold);
    return Promise.all(pending).then(() => {
      if (!config.bounds) map.fitBounds(cells.getBounds(), { padding: [8, 8] });
      document.body.dataset.ready = "true";
      tell({ type: "ready" });
    }).catch(alarm);
  }

  // The base map lies lowest. Shapes of vector tiles are drawn here, pictures are shown as they come.
  function base() {
    const { name, url, kind, deepest, credit } = config.base;
    const group = kind === "vector"
      ? protomapsL.leafletLayer({ url, maxDataZoom: deepest, flavor: "light", lang: config.language, attribution: html(credit) })
      : L.tileLayer(url, { maxNativeZoom: deepest, maxZoom: 20, attribution: html(credit) });
    overlays[html(name)] = group;
    group.addTo(map);
  }

  function on(made) {
    map = made;
    if (config.base) base();
    if (!config.bounds) return;
    const [west, south, east, north] = config.bounds;
    map.fitBounds([[south, west], [north, east]], { padding: [8, 8], animate: false });
  }

  return { on, cells: cellsLayer, layer, start };
})();
