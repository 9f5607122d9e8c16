/* The workbench: a draft on a map, shaped by hand. The table under it does the same without a script. */
(() => {
  "use strict";
  const bench = document.querySelector("[data-bench]");
  if (!bench || !window.L || !L.PM) return;

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const url = bench.dataset.bench;
  const say = one(".bench-say", bench);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  const CANVAS_FROM = 1500;
  const NUMBERS_UP_TO = 400;
  const drawn = new Map();
  const chosen = new Set();
  let shades = { least: [0], colours: ["#ffffff"], labels: [] };
  const below = {};
  let several = false;
  let tool = "";
  let piece = null;
  let busy = false;
  let revision = Number(bench.dataset.revision);

  // ------------------------------------------------------------------ the map

  const home = [Number(bench.dataset.homeLat), Number(bench.dataset.homeLon)];
  const map = L.map(one(".bench-map", bench), { zoomSnap: 0.5, attributionControl: false, renderer: L.svg(), doubleClickZoom: false }).setView(home, 14);
  const numbers = map.createPane("numbers");
  numbers.style.pointerEvents = "none";
  for (const level of ["ground", "marks"]) {
    const pane = map.createPane(level);
    pane.style.zIndex = level === "ground" ? 350 : 450;
    pane.style.pointerEvents = "none";
  }
  const canvas = L.canvas();
  let renderer; // one for all cells: what lies below another one hears no clicks
  const spot = map.createPane("spot"); // over the cells, around the number
  spot.style.pointerEvents = "none";
  L.circleMarker(home, { pane: "spot", radius: 17, weight: 7, color: "#ffffff", fill: false, interactive: false, pmIgnore: true }).addTo(map);
  L.circleMarker(home, { pane: "spot", radius: 17, weight: 3, color: "#a2211d", fill: false, interactive: false, pmIgnore: true }).addTo(map);

  // Leaflet puts text that it is given as it is into the page, so it is given nodes.
  function plain(text) {
    const node = document.createElement("span");
    node.textContent = text;
    return node;
  }

  function colour(people) {
    if (people === null) return "#e8eff5";
    let at = 0;
    while (at + 1 < shades.least.length && people >= shades.least[at + 1]) at += 1;
    return shades.colours[at];
  }

  function paint(shape) {
    const { people, warnings } = shape.feature.properties;
    const on = chosen.has(shape.feature.id);
    shape.setStyle({
      color: on ? "#a2211d" : "#3d4a54", weight: on ? 3.5 : 1, dashArray: warnings.length && !on ? "4 3" : null,
      fillColor: colour(people), fillOpacity: opacity(on),
    });
    if (on) shape.bringToFront();
    ink(shape);
  }

  const opacity = (on) => (below.ground?.shown ? 0.5 : on ? 0.6 : 1);

  // Dark numbers on light cells and light ones on dark cells, whatever shines through.
  function ink(shape) {
    if (!shape.number) return;
    const on = chosen.has(shape.feature.id);
    const parts = colour(shape.feature.properties.people).match(/\w\w/g).map((hex) => parseInt(hex, 16) / 255);
    const seen = parts.map((part) => part * opacity(on) + 0.96 * (1 - opacity(on)));
    const [r, g, b] = seen.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.2;
    shape.number.getElement()?.classList.toggle("bench-number-light", light);
  }

  function legend() {
    one("[data-legend]", bench)?.replaceChildren(...shades.labels.map((label, at) => {
      const item = document.createElement("li");
      const patch = item.appendChild(document.createElement("i"));
      patch.style.backgroundColor = shades.colours[at];
      item.append(label);
      return item;
    }));
  }

  function put(feature) {
    remove(feature.id);
    const shape = L.GeoJSON.geometryToLayer(feature, { pmIgnore: true, renderer });
    shape.feature = feature;
    shape.addTo(map).on("click", (event) => {
      if (drawing()) return; // the map takes it, as a corner
      L.DomEvent.stop(event);
      clicked(feature.id, event.originalEvent);
    });
    shape.bindTooltip(() => plain(words(feature.properties)), { sticky: true });
    drawn.set(feature.id, shape);
  }

  function number(shape) {
    const people = shape.feature.properties.people.toLocaleString("en");
    const icon = L.divIcon({ className: "bench-number", html: plain(people), iconSize: [40, 16] });
    return L.marker(middle(shape), { icon, pane: "numbers", interactive: false, keyboard: false, pmIgnore: true });
  }

  // The middle of the longest stretch inside, along the parallel through the middle of the box.
  function middle(shape) {
    const box = shape.getBounds();
    const lat = box.getCenter().lat;
    const rings = shape.feature.geometry.type === "Polygon" ? shape.feature.geometry.coordinates : shape.feature.geometry.coordinates.flat();
    const cuts = rings.flatMap((ring) => ring.slice(1).flatMap(([x, y], i) => {
      const [x0, y0] = ring[i];
      return (y0 > lat) === (y > lat) ? [] : [x0 + (lat - y0) / (y - y0) * (x - x0)];
    })).sort((a, b) => a - b);
    let best = [box.getWest(), box.getEast()];
    let width = 0;
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      if (cuts[i + 1] - cuts[i] > width) { best = [cuts[i], cuts[i + 1]]; width = best[1] - best[0]; }
    }
    return [lat, (best[0] + best[1]) / 2];
  }

  // Numbers are made when they are looked at: ten thousand of them would take a second.
  function showNumbers() {
    const seen = map.getBounds();
    const near = [...drawn.values()].filter((shape) => (
      shape.feature.properties.people !== null && seen.intersects(shape.getBounds()) && fits(shape)));
    const shown = new Set(near.length <= NUMBERS_UP_TO ? near : []);
    for (const shape of drawn.values()) {
      if (shown.has(shape)) { (shape.number ||= number(shape)).addTo(map); ink(shape); } else shape.number?.remove();
    }
  }

  function fits(shape) {
    const box = shape.getBounds();
    return map.latLngToContainerPoint(box.getNorthEast()).x - map.latLngToContainerPoint(box.getSouthWest()).x > 30;
  }

  function remove(id) {
    const shape = drawn.get(id);
    if (!shape) return;
    shape.number?.remove();
    shape.remove();
    drawn.delete(id);
  }

  function words({ name, people, lead, hectares, warnings }) {
    const parts = [name];
    if (people !== null) parts.push(bench.dataset.people.replace("{n}", people.toLocaleString("en")));
    parts.push(`${hectares} ha`);
    if (lead) parts.push(lead);
    return [...parts, ...warnings].join(" · ");
  }

  function take(told, fit = false) {
    if (fit) renderer = told.cells.length > CANVAS_FROM ? canvas : undefined;
    revision = told.revision;
    shades = told.shades;
    for (const id of told.gone) { remove(id); chosen.delete(id); }
    told.cells.forEach(put);
    drawn.forEach(paint);
    if (fit && drawn.size) map.fitBounds([...drawn.values()].reduce((all, shape) => all.extend(shape.getBounds()), L.latLngBounds([])), { padding: [12, 12] });
    showNumbers();
    legend();
    totals(told);
    showChosen();
  }

  map.on("zoomend moveend", showNumbers);

  // ------------------------------------------------- what lies below the cells

  const KEPT = "gridcrm-bench-layers";
  const boxes = all("[data-layer]", bench);

  async function layer(box) {
    const name = box.dataset.layer;
    const level = below[name] ||= { shown: false, drawn: null };
    level.shown = box.checked;
    if (box.checked && !level.drawn) {
      const answer = await fetch(`/map/places.geojson?level=${name}`).catch(() => null);
      if (!answer?.ok) { box.checked = level.shown = false; box.disabled = true; warn(bench.dataset.noLayer); return; }
      level.drawn = L.geoJSON(await answer.json(), {
        pane: name, interactive: false, pmIgnore: true, style: ({ properties }) => properties.style,
        pointToLayer: ({ properties }, at) => L.circleMarker(at, { ...properties.style, pane: name, radius: 4, fillOpacity: 1, interactive: false }),
      });
    }
    if (level.shown) level.drawn?.addTo(map); else level.drawn?.remove();
    drawn.forEach(paint);
  }

  bench.addEventListener("change", (event) => {
    if (!event.target.matches("[data-layer]")) return;
    layer(event.target);
    localStorage.setItem(KEPT, boxes.filter((box) => box.checked).map((box) => box.dataset.layer).join(" "));
  });

  for (const box of boxes) {
    box.checked = (localStorage.getItem(KEPT) || "").split(" ").includes(box.dataset.layer);
    if (box.checked) layer(box);
  }

  // ------------------------------------------------------- what the check found

  let fault = null;

  function pointAt(text) {
    fault?.remove();
    fault = text ? L.geoJSON(JSON.parse(text), { interactive: false, pmIgnore: true, style: { color: "#a2211d", weight: 4, fillColor: "#a2211d", fillOpacity: 0.5 } }) : null;
    if (!fault) return;
    map.fitBounds(fault.getBounds().pad(2), { maxZoom: 17, animate: false });
    fault.addTo(map).bringToFront();
    one(".bench-map", bench).scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const found = event.target.closest("[data-fault]");
    if (found) pointAt(found.dataset.fault);
  });

  // ----------------------------------------------------------------- choosing

  function clicked(id, event) {
    if (tool === "receive") { give(id); return; }
    const add = several || event.shiftKey || event.ctrlKey || event.metaKey;
    const was = chosen.has(id);
    if (!add) chosen.clear();
    if (was && (add || chosen.size === 0)) chosen.delete(id); else chosen.add(id);
    if (was && !add) chosen.delete(id);
    drawn.forEach(paint);
    showChosen();
  }

  const name = (id) => drawn.get(id)?.feature.properties.name ?? "";

  function showChosen() {
    const names = [...chosen].map(name);
    say.textContent = sentence(names);
    showPicks();
    const card = one("[data-one]");
    card.hidden = chosen.size !== 1;
    one("[data-one-none]").hidden = chosen.size === 1;
    if (chosen.size !== 1) return;
    const [id] = chosen;
    const about = drawn.get(id).feature.properties;
    one("[data-one-name]").textContent = about.name;
    one("[data-one-about]").textContent = words({ ...about, name: "", warnings: [] }).replace(/^ · /, "");
    const warn = one("[data-one-warnings]");
    warn.textContent = about.warnings.join(" · ");
    warn.hidden = !about.warnings.length;
    one("[data-one] [name=cell_id]").value = id;
    one("[data-one] [name=name]").value = about.name;
  }

  function showPicks() {
    for (const box of all("#bench-cells [name=cell_id]")) box.checked = chosen.has(Number(box.value));
    const picked = one("#bench-cells [data-picked]");
    if (picked) picked.textContent = chosen.size;
  }

  function sentence(names) {
    if (!names.length) return bench.dataset.pick;
    if (names.length === 1) return bench.dataset.chosenOne.replace("{name}", names[0]);
    const some = names.slice(0, 4).join(", ") + (names.length > 4 ? " …" : "");
    return bench.dataset.chosen.replace("{n}", names.length.toLocaleString("en")).replace("{names}", some);
  }

  document.addEventListener("change", (event) => {
    const box = event.target.closest("#bench-cells [name=cell_id]");
    if (!box) return;
    if (box.checked) chosen.add(Number(box.value)); else chosen.delete(Number(box.value));
    drawn.forEach(paint);
    showChosen();
  });

  // ------------------------------------------------------------------ changes

  async function send(verb, fields) {
    if (busy) return;
    busy = true;
    bench.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${url}/${verb}`, {
        method: "POST", body: new URLSearchParams(fields),
        headers: { accept: "application/json", "x-csrftoken": token },
      });
      const told = await answer.json();
      if (!answer.ok) { warn(told.error || bench.dataset.failed); return; }
      if (verb !== "rename") chosen.clear();
      document.activeElement?.blur(); // so that Ctrl-Z is meant for the map
      pointAt("");
      take(told);
      say.textContent = bench.dataset.done.replace("{n}", told.totals.cells.toLocaleString("en"));
      list();
    } catch {
      warn(bench.dataset.failed);
    } finally {
      busy = false;
      bench.removeAttribute("aria-busy");
    }
  }

  // htmx would copy style attributes over, which our policy forbids.
  async function list() {
    const seen = revision;
    const answer = await fetch(location.pathname + location.search, { headers: { "hx-request": "true" } });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("bench-cells");
    if (!found || seen !== revision) return; // another change is on its way
    document.getElementById("bench-cells").replaceWith(found);
    showPicks();
  }

  function warn(text) {
    say.textContent = text;
    say.classList.add("bench-warn");
    setTimeout(() => say.classList.remove("bench-warn"), 6000);
  }

  function totals(told) {
    const shown = [told.totals.cells, told.totals.empty, told.totals.few, told.totals.slivers, told.totals.without_lead];
    const boxes = all(".bench-totals .stat-value");
    const values = boxes.length === 3 ? [shown[0], shown[3], shown[4]] : shown;
    boxes.forEach((box, at) => { box.textContent = values[at].toLocaleString("en"); });
    all("[name=seen]").forEach((field) => { field.value = told.revision; });
    one("[data-undo]").disabled = !told.can_undo;
    one("[data-redo]").disabled = !told.can_redo;
    one("[data-undo] span").textContent = told.undo;
    one("[data-redo] span").textContent = told.redo;
  }

  // Forms of the page go the same way; without a script they are sent as they are.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-bench-form]");
    if (!form) return;
    event.preventDefault();
    const fields = new FormData(form, event.submitter);
    const action = new URL(event.submitter?.getAttribute("formaction") || form.getAttribute("action"), location.href);
    const verb = action.pathname.split("/").pop();
    fields.delete("_csrf_token");
    if (verb === "merge" || verb === "split") {
      fields.delete("cell_id");
      chosen.forEach((id) => fields.append("cell_id", id));
    }
    if (verb === "merge" && chosen.size < 2) { warn(bench.dataset.twoFirst); return; }
    if (verb === "split" && chosen.size !== 1) { warn(bench.dataset.oneFirst); return; }
    send(verb, fields);
  });

  // -------------------------------------------------------------------- tools

  const LINE = { snappable: true, snapDistance: 12, tooltips: false, continueDrawing: false, templineStyle: { color: "#a2211d" }, hintlineStyle: { color: "#a2211d", dashArray: "5 5" }, pathOptions: { color: "#a2211d", fillOpacity: 0.15 } };

  const drawing = () => tool && tool !== "receive";

  function begin(name, shape, text) {
    stop();
    tool = name;
    bench.classList.add("bench-drawing");
    say.textContent = text;
    one("[data-tool=stop]", bench).hidden = false;
    map.pm.enableDraw(shape, LINE);
  }

  function stop() {
    tool = "";
    bench.classList.remove("bench-drawing");
    map.pm.disableDraw();
    piece?.remove();
    piece = null;
    one("[data-tool=stop]", bench).hidden = true;
  }

  const only = () => (chosen.size === 1 ? [...chosen][0] : null);
  const geometry = (layer) => JSON.stringify(layer.toGeoJSON(7).geometry);

  const TOOLS = {
    several: (button) => { several = !several; button.setAttribute("aria-pressed", several); },
    merge: () => (chosen.size < 2 ? warn(bench.dataset.twoFirst) : send("merge", [["seen", revision], ...[...chosen].map((id) => ["cell_id", id])])),
    split: () => (only() === null ? warn(bench.dataset.oneFirst) : begin("split", "Line", bench.dataset.split.replace("{name}", name(only())))),
    border: () => (only() === null ? warn(bench.dataset.oneFirst) : begin("border", "Polygon", bench.dataset.border.replace("{name}", name(only())))),
    draw: () => begin("draw", "Polygon", bench.dataset.draw),
    stop: () => { stop(); showChosen(); },
  };

  bench.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) TOOLS[button.dataset.tool](button);
  });

  map.on("pm:create", async ({ layer }) => {
    const made = tool;
    piece = layer;
    map.pm.disableDraw();
    if (made === "split") { const line = geometry(layer); const id = only(); stop(); await send("split", { seen: revision, cell_id: id, line }); }
    if (made === "border") { tool = "receive"; say.textContent = bench.dataset.receive; layer.setStyle({ interactive: false }); L.DomUtil.addClass(layer.getElement(), "bench-piece"); }
    if (made === "draw") ask();
  });

  async function give(target) {
    const fields = { seen: revision, cell_id: only(), target_id: target, shape: geometry(piece) };
    stop();
    await send("border", fields);
  }

  const dialog = document.getElementById("bench-name");
  const nameField = document.getElementById("bench-new-name");

  function ask() {
    nameField.value = "";
    dialog.returnValue = "";
    dialog.showModal();
  }

  dialog.addEventListener("close", async () => {
    const shape = piece && geometry(piece);
    stop();
    if (dialog.returnValue === "ok" && shape) await send("draw", { seen: revision, name: nameField.value, shape });
    else showChosen();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") pointAt("");
    if (event.key === "Escape" && tool) TOOLS.stop();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) {
      event.preventDefault();
      one(event.shiftKey ? "[data-redo]" : "[data-undo]").click();
    }
  });

  fetch(`${url}/cells.json`).then((answer) => answer.json()).then((told) => { take(told, true); bench.dataset.ready = "true"; });
})();
