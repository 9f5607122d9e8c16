"use strict";
// The behaviour of a map page. All text goes in as text, never as HTML.
const GridMap = (() => {
  const BASE = { color: "#5f6873", weight: 0.7, opacity: 0.9, fillOpacity: 0.85 };
  const CHOSEN = { color: "#111111", weight: 3, opacity: 1 };
  const shapes = new Map(); // cell id -> its path on the map
  const pending = [];
  const overlays = {};
  const config = parsed("gm-config");
  let map = null;
  let chosen = null;
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

  function look(properties) {
    const style = { ...BASE, ...(properties.style || {}) };
    return style.hatch ? { ...style, fillColor: hatch(), fillOpacity: 1 } : style;
  }

  function tip(shape) {
    const box = element("div", "gm-tip");
    for (const line of shape.feature.properties.tip || []) {
      const row = box.appendChild(element("div"));
      const parts = Array.isArray(line) ? line : [line];
      parts.forEach((part, i) => row.appendChild(element(i ? "b" : "span", "", String(part))));
    }
    return box;
  }

  function choose(id) {
    if (chosen && chosen.feature) chosen.setStyle(look(chosen.feature.properties));
    chosen = shapes.get(id) || null;
    if (!chosen) return;
    chosen.setStyle(CHOSEN);
    chosen.bringToFront();
    intoView();
  }

  function intoView() {
    if (!chosen || map.getBounds().contains(chosen.getBounds().getCenter())) return;
    map.panTo(chosen.getBounds().getCenter());
  }

  function tell(message) {
    if (window.parent !== window) window.parent.postMessage(message, location.origin);
  }

  function dress(feature, shape, spec) {
    const id = String(feature.id);
    if (!spec.clickable) return;
    shapes.set(id, shape);
    if (feature.properties.tip) shape.bindTooltip(tip, { sticky: true });
    shape.on("click", () => { choose(id); tell({ type: "cell", id }); });
    shape.on("mouseover", () => tell({ type: "hover", id }));
    shape.on("mouseout", () => tell({ type: "hover", id: null }));
  }

  async function fetched(url) {
    const target = new URL(url, location.href);
    if (target.origin !== location.origin) throw new Error("not this server: " + target.origin);
    const answer = await fetch(target, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.status + " " + target.pathname);
    return answer.json();
  }

  function alarm(error) {
    console.error(error);
    document.body.appendChild(element("div", "gm-alarm", config.words.load_failed))
      .setAttribute("role", "alert");
  }

  // Marks lie over the cells and let every click through; the ground lies below them.
  function pane(level) {
    if (level === "cells") return "overlayPane";
    const name = "gm-" + level;
    if (!map.getPane(name)) {
      map.createPane(name).style.zIndex = level === "ground" ? 350 : 450;
      map.getPane(name).style.pointerEvents = "none";
    }
    return name;
  }

  function withValues(found, number) {
    const { cells } = parsed("gm-values-" + number);
    for (const feature of found.features) feature.properties = cells[feature.id] || {};
    return found;
  }

  function layer(number) {
    const spec = config.layers[number];
    const group = L.geoJSON(null, {
      pane: pane(spec.level),
      interactive: spec.clickable,
      pointToLayer: (feature, at) => L.circleMarker(at, { radius: 4, pane: pane(spec.level) }),
      smoothFactor: 0, // simplified outlines would open gaps between neighbours
      style: (feature) => look(feature.properties),
      onEachFeature: (feature, shape) => dress(feature, shape, spec),
    });
    overlays[html(spec.name)] = group;
    const data = spec.url ? fetched(spec.url) : Promise.resolve(parsed("gm-data-" + number));
    pending.push(data.then((found) => {
      group.addData(spec.values ? withValues(found, number) : found);
      return spec.fit && spec.shown ? group.getBounds() : null;
    }));
    if (spec.shown) group.addTo(map);
    return group;
  }

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

  async function recolour(url) {
    const news = await fetched(url);
    for (const [id, properties] of Object.entries(news.cells)) {
      const shape = shapes.get(id);
      if (!shape) continue;
      shape.feature.properties = properties;
      shape.setStyle(shape === chosen ? { ...look(properties), ...CHOSEN } : look(properties));
      shape.unbindTooltip();
      if (properties.tip) shape.bindTooltip(tip, { sticky: true });
    }
    if (news.legend) legend(news.legend);
    tell({ type: "recoloured", url });
  }

  function listen(event) {
    if (event.origin !== location.origin || event.source !== window.parent) return;
    const { type, id, url } = event.data || {};
    if (type === "highlight") choose(id === null ? null : String(id));
    if (type === "recolour") recolour(String(url)).catch(alarm);
  }

  function controls() {
    map.attributionControl.setPrefix(false);
    if (config.attribution) map.attributionControl.addAttribution(html(config.attribution));
    L.control.zoom({ zoomInTitle: config.words.zoom_in, zoomOutTitle: config.words.zoom_out })
      .addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    if (Object.keys(overlays).length > 1) switches();
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", config.title);
  }

  function switches() {
    L.control.layers(null, overlays).addTo(map);
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
    map.on("resize", () => { fold(); intoView(); });
    return Promise.all(pending).then((found) => {
      const bounds = found.filter((one) => one && one.isValid());
      if (bounds.length) {
        map.fitBounds(bounds.reduce((all, one) => all.extend(one)), { padding: [8, 8] });
      }
      document.body.dataset.ready = "true";
      tell({ type: "ready" });
    }).catch(alarm);
  }

  function on(made) {
    map = made;
    if (!config.bounds) return;
    const [west, south, east, north] = config.bounds;
    map.fitBounds([[south, west], [north, east]], { padding: [8, 8], animate: false });
  }

  return { on, layer, start };
})();
