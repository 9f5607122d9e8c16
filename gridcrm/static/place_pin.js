/* The pin on a customer's position page. Without a script the two number fields do the same. */
(() => {
  "use strict";
  const box = document.getElementById("pin-map");
  if (!box || !window.L) return;

  const lonField = document.getElementById("f-lon");
  const latField = document.getElementById("f-lat");
  const datumField = document.getElementById("f-datum");
  const home = [Number(box.dataset.homeLat), Number(box.dataset.homeLon)];
  const typed = () => [Number(latField.value), Number(lonField.value)];
  const known = () => lonField.value !== "" && latField.value !== "";

  box.hidden = false;
  box.style.height = "min(60vh, 36rem)";
  L.Icon.Default.imagePath = box.dataset.images;
  const map = L.map(box, { attributionControl: true, zoomSnap: 0.5 }).setView(known() ? typed() : home, 15);
  map.attributionControl.setPrefix(false);
  L.circleMarker(home, { radius: 7, color: "#a2211d", fillOpacity: 0.9 }).addTo(map).bindTooltip(plain(box.dataset.home));
  const pin = L.marker(known() ? typed() : home, { draggable: true, autoPan: true, title: box.dataset.pin }).addTo(map);

  pin.on("dragend", () => take(pin.getLatLng()));
  map.on("click", (event) => { pin.setLatLng(event.latlng); take(event.latlng); });
  for (const field of [lonField, latField]) field.addEventListener("change", () => known() && pin.setLatLng(typed()));

  // Names would cover the pin when many are close: they show from near, or under the pointer.
  const NAMES_FROM_ZOOM = 16.5;
  const names = map.createPane("names");
  names.style.zIndex = 590;
  const showNames = () => { names.style.display = map.getZoom() >= NAMES_FROM_ZOOM ? "" : "none"; };
  map.on("zoomend", showNames);
  showNames();

  fetch(box.dataset.surroundings).then((answer) => answer.json()).then(draw);

  // The map is drawn in WGS 84, so a position from it is in WGS 84 too.
  function take(at) {
    lonField.value = at.lng.toFixed(6);
    latField.value = at.lat.toFixed(6);
    datumField.value = "wgs84";
  }

  function draw({ cells, places, credits }) {
    const ground = L.geoJSON(cells, { interactive: false, style: { color: "#0e6470", weight: 1, fillOpacity: 0.04 } }).addTo(map);
    L.geoJSON(places, { style: { color: "#7a4b00", weight: 1, fillOpacity: 0.15 }, onEachFeature: named }).addTo(map);
    for (const credit of credits) map.attributionControl.addAttribution(plain(credit).innerHTML);
    if (!known() && ground.getLayers().length) map.fitBounds(ground.getBounds());
  }

  function named(feature, shape) {
    const name = plain(feature.properties.name);
    L.tooltip({ permanent: true, direction: "center", pane: "names" }).setContent(name).setLatLng(shape.getBounds().getCenter()).addTo(map);
    shape.bindTooltip(plain(feature.properties.name), { sticky: true });
  }

  function plain(text) {
    const node = document.createElement("span");
    node.textContent = text;
    return node;
  }
})();
