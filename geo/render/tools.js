"use strict";
// Choosing cells by a box or a line drawn by hand, and the place of the device: for a page that listens.
function MapTools({ map, cells, words, shift, tell, say }) {
  let stop = null; // leaves the drawing, while somebody draws

  // A box or a line drawn by hand around cells; Escape leaves.
  function select(kind) {
    const trail = [];
    const line = L.polygon([], { color: "#c2410c", weight: 2, fillOpacity: 0.08, interactive: false });
    const seat = map.getContainer();
    stop = leave;
    map.dragging.disable();
    seat.style.cursor = "crosshair";
    seat.classList.add("gm-selecting");

    const place = (event) => map.mouseEventToLatLng(event);
    function start(event) {
      event.preventDefault();
      trail.splice(0, trail.length, place(event));
      line.addTo(map);
      seat.setPointerCapture(event.pointerId);
    }
    function ring() {
      if (kind === "lasso") return trail;
      const [a, b] = [trail[0], trail[trail.length - 1]];
      return [a, L.latLng(a.lat, b.lng), b, L.latLng(b.lat, a.lng)];
    }
    function move(event) {
      if (!trail.length) return;
      trail.push(place(event));
      line.setLatLngs(ring());
    }
    function end() {
      if (trail.length > 2) tell({ type: "picked", ids: cells.pick(ring()) });
      leave();
    }
    function escape(event) { if (event.key === "Escape") { cells.pick([]); tell({ type: "picked", ids: [] }); leave(); } }
    function leave() {
      line.remove();
      setTimeout(() => { stop = null; }); // the click that ends the drawing chooses nothing
      map.dragging.enable();
      seat.style.cursor = "";
      seat.classList.remove("gm-selecting");
      seat.removeEventListener("pointerdown", start);
      seat.removeEventListener("pointermove", move);
      seat.removeEventListener("pointerup", end);
      document.removeEventListener("keydown", escape);
    }
    seat.addEventListener("pointerdown", start);
    seat.addEventListener("pointermove", move);
    seat.addEventListener("pointerup", end);
    document.addEventListener("keydown", escape);
  }

  function bar() {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "leaflet-bar gm-tools");
      L.DomEvent.disableClickPropagation(box);
      for (const [kind, sign, title, act] of [
        ["box", "▭", words.box, () => select("box")],
        ["lasso", "◌", words.lasso, () => select("lasso")],
        ["here", "◎", words.here, locate],
      ]) {
        const link = L.DomUtil.create("a", "gm-tool gm-" + kind, box);
        Object.assign(link, { textContent: sign, href: "#", title, role: "button" });
        link.setAttribute("aria-label", title);
        L.DomEvent.on(link, "click", (event) => {
          L.DomEvent.preventDefault(event);
          if (stop) stop(); else act();
        });
      }
      return box;
    };
    control.addTo(map);
  }

  function locate() {
    if (!map.hasEventListeners("locationfound")) {
      const dot = L.circleMarker([0, 0], { radius: 7, color: "#fff", weight: 2, fillColor: "#1d6fd1", fillOpacity: 1, interactive: false });
      map.on("locationfound", ({ latlng }) => {
        const at = [latlng.lat + shift[1], latlng.lng + shift[0]];
        dot.setLatLng(at).addTo(map);
        map.panTo(at);
      });
      map.on("locationerror", () => {
        const box = say(words.no_place);
        setTimeout(() => box.remove(), 4000);
      });
    }
    map.locate({ enableHighAccuracy: true, maximumAge: 30000 });
  }

  bar();
  return { busy: () => stop !== null };
}
