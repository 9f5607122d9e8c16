"""Ten thousand cells drawn in Chromium: our canvas against Leaflet's own, each in a browser just started."""

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import BrowserType, Page, Route, sync_playwright

import gridcrm
from bench.timing import summary
from geo import HexSpec, LonLat, SquareSpec, circle, tessellate
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from geo.render.outlines import outlines_json, values_json
from geo.render.view import CellValues, Legend, LegendItem
from geo.tessellate.cells import Cells

HOME = LonLat(113.9474738, 22.5438314)
RADIUS_M = 13_900
_SENT = ("outlines", "values", "geojson")
COLOURS = ("#e3edf9", "#a6c5e8", "#6ea0d2", "#4176ad", "#2e4e78")
RUNS = 7
_LEAFLET = Path(gridcrm.__file__).parent / "static/vendor/leaflet/dist"
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
_SITE = "http://map.bench"
_PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>{css} html, body, #map {{ margin: 0;
width: 1200px; height: 800px; }}</style><div id="map"></div>
<script>{leaflet}</script><script>{cells}</script><script>{behaviour}</script>"""
_BEHAVIOUR = """
const seat = document.getElementById("map");
const frame = () => new Promise((done) => requestAnimationFrame(done));
const sent = async (path) => (await fetch(path)).text();
function flush() { // a pixel read back waits until everything is painted
  for (const canvas of seat.querySelectorAll("canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
}
async function timed(work) {
  const start = performance.now();
  work();
  await frame(); await frame();
  flush();
  return performance.now() - start;
}
// The first draw of what the server sent: {read_ms, draw_ms}.
async function first(texts, draw, bounds) {
  map = L.map(seat, { preferCanvas: true, zoomSnap: 0, zoomAnimation: false, zoomControl: false, attributionControl: false });
  map.fitBounds(bounds, { animate: false });
  await frame();
  const start = performance.now(), found = texts.map(JSON.parse), read_ms = performance.now() - start;
  return { read_ms, draw_ms: await timed(() => draw(found)) };
}
let map = null;
async function leaflet() {
  const { bounds, colours } = JSON.parse(await sent("/about"));
  const style = (feature) => ({ fillColor: colours[feature.properties.code], fillOpacity: 1, color: "#ffffff", weight: 1 });
  return first([await sent("/geojson")], ([found]) => L.geoJSON(found, { style }).addTo(map), bounds);
}
let layer = null;
async function ours() {
  const { bounds } = JSON.parse(await sent("/about"));
  const texts = [await sent("/outlines"), await sent("/values")];
  return first(texts, ([found, look]) => { layer = new CellLayer(() => "#eee").outlines(found).values(look).addTo(map); }, bounds);
}
async function recoloured(values) { return timed(() => layer.values(JSON.parse(values))); }
async function closer() { return timed(() => map.setZoom(map.getZoom() + 2, { animate: false })); }
async function moved() { return timed(() => map.panBy([40, 25], { animate: false })); }
function colours(points) { // what stands on the map at places, without transparency
  return points.map(([lng, lat]) => {
    const at = map.latLngToContainerPoint([lat, lng]);
    for (const canvas of [...seat.querySelectorAll("canvas")]) {
      const box = canvas.getBoundingClientRect(), own = seat.getBoundingClientRect();
      const scale = canvas.width / box.width;
      const x = Math.round((at.x + own.left - box.left) * scale), y = Math.round((at.y + own.top - box.top) * scale);
      const data = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
      if (data[3] === 255) return "#" + [...data.slice(0, 3)].map((v) => v.toString(16).padStart(2, "0")).join("");
    }
    return "";
  });
}
"""


def run(
    side_m: float = 250, runs: int = RUNS, chromium: BrowserType | None = None
) -> dict[str, Any]:
    """Return the times of the first draw, of another metric and of a move, and the bytes sent."""
    if chromium is None:
        with sync_playwright() as playwright:
            return run(side_m, runs, playwright.chromium)
    area = circle(HOME, RADIUS_M)
    return {
        "squares": _drawn(chromium, tessellate(area, SquareSpec(side_m, HOME)), runs),
        "hexagons": _drawn(chromium, tessellate(area, HexSpec(0.62 * side_m, HOME)), runs),
    }


@contextmanager
def _fresh(chromium: BrowserType, answers: dict[str, str]) -> Iterator[Page]:
    """Yield a page of a browser that was just started, as on the morning's first look."""

    def answer(route: Route) -> None:
        route.fulfill(body=answers[route.request.url.removeprefix(_SITE)], content_type="text/html")

    browser = chromium.launch(executable_path=shutil.which("chromium"), args=_SWITCHES)
    try:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.route("**/*", answer)
        page.goto(f"{_SITE}/")
        yield page
    finally:
        browser.close()


def _html() -> str:
    def vendored(name: str) -> str:
        return (_LEAFLET / name).read_text("utf-8")

    def own(name: str) -> str:
        return files("geo.render").joinpath(name).read_text("utf-8")

    return _PAGE.format(
        css=vendored("leaflet.css") + own("map.css"),
        leaflet=vendored("leaflet.js"),
        cells=own("cells.js"),
        behaviour=_BEHAVIOUR,
    )


def _drawn(chromium: BrowserType, cells: Cells, runs: int) -> dict[str, Any]:
    count = len(cells)
    codes = [n * 7 % len(COLOURS) for n in range(count)]
    other_codes = codes[3:] + codes[:3]
    looked_at = np.flatnonzero(cells.area_m2 > 0.99 * cells.area_m2.max())[:: max(1, count // 400)]
    middles = [[p.x, p.y] for p in cells.frame.representative_point().iloc[looked_at]]
    right, right_then = ([COLOURS[of[cell]] for cell in looked_at] for of in (codes, other_codes))
    answers, other = _answers(cells, codes), _values(other_codes, count)

    peer, mine, switch, move = [], [], [], []
    for _ in range(runs):
        with _fresh(chromium, answers) as page:
            peer.append(page.evaluate("leaflet()"))
            assert page.evaluate("colours", middles) == right
        with _fresh(chromium, answers) as page:
            mine.append(page.evaluate("ours()"))
            assert page.evaluate("colours", middles) == right
            switch.append(page.evaluate("recoloured", other))
            assert page.evaluate("colours", middles) == right_then
            move.append(page.evaluate("moved()"))
            page.evaluate("closer()")
            seen = page.evaluate("colours", middles)
            assert any(seen)
            assert all(a in ("", b) for a, b in zip(seen, right_then, strict=True))
    return {
        "cells": count,
        "first_draw": _compared(mine, peer),
        "another_metric": summary(switch),
        "move": summary(move),
        **{f"{name}_gzip_bytes": _packed(answers[f"/{name}"]) for name in _SENT},
    }


def _answers(cells: Cells, codes: list[int]) -> dict[str, str]:
    """Return what the page asks for, by its path: the same cells and colours for both."""
    count, shapes = len(cells), cells.frame.geometry.to_numpy()
    properties = ({"code": code} for code in codes)
    west, south, east, north = cells.area.bounds
    return {
        "/": _html(),
        "/about": json.dumps({"bounds": [[south, west], [north, east]], "colours": COLOURS}),
        "/geojson": collection(cells.ids, properties, shapes, SCREEN_DECIMALS).decode(),
        "/outlines": outlines_json(range(count), shapes).decode(),
        "/values": _values(codes, count),
    }


def _packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def _compared(mine: list[dict[str, float]], peer: list[dict[str, float]]) -> dict[str, Any]:
    """Return both sides' times from what was read to what is painted, and with the reading."""
    sides = {"ours": mine, "leaflet_canvas": peer}
    drawn = {side: summary([one["draw_ms"] for one in runs]) for side, runs in sides.items()}
    read = {side: summary([sum(one.values()) for one in runs]) for side, runs in sides.items()}
    return drawn | {
        "times_faster": _ratio(drawn),
        "with_reading": read | {"times_faster": _ratio(read)},
    }


def _ratio(times: dict[str, Any]) -> float:
    return round(times["leaflet_canvas"]["median_ms"] / times["ours"]["median_ms"], 1)


def _values(codes: list[int], count: int) -> str:
    classes = tuple(LegendItem("", colour) for colour in COLOURS)
    said = [f"{n % 97} people" for n in range(count)]
    return values_json(CellValues("Customers", classes, codes, said, Legend("Customers"))).decode()


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
