"""Ten thousand cells drawn in Chromium: our canvas against Leaflet's own, each in a fresh page."""

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

import gridcrm
from bench.timing import summary
from geo import HexSpec, LonLat, SquareSpec, circle, tessellate
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from geo.render.outlines import outlines_json, values_json
from geo.render.view import CellValues, Legend, LegendItem
from geo.tessellate.cells import Cells

HOME = LonLat(113.9474738, 22.5438314)
RADIUS_M = 13_900
COLOURS = ("#e3edf9", "#a6c5e8", "#6ea0d2", "#4176ad", "#2e4e78")
RUNS = 7
_LEAFLET = Path(gridcrm.__file__).parent / "static/vendor/leaflet/dist"
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
_PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>{css} html, body, #map {{ margin: 0;
width: 1200px; height: 800px; }}</style><div id="map"></div><script>{leaflet}</script>
<script>{cells}</script><script>{behaviour}</script>"""
_BEHAVIOUR = """
const seat = document.getElementById("map");
const frame = () => new Promise((done) => requestAnimationFrame(done));
function flush() { // a pixel read back waits until everything is painted
  for (const canvas of seat.querySelectorAll("canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
}
async function timed(work) {
  await frame();
  const start = performance.now();
  work();
  await frame(); await frame();
  flush();
  return performance.now() - start;
}
let map = null;
function fresh(bounds) {
  map = L.map(seat, { preferCanvas: true, zoomSnap: 0, zoomAnimation: false, zoomControl: false, attributionControl: false });
  map.fitBounds(bounds, { animate: false });
}
async function leaflet(text, codes, colours, bounds) {
  fresh(bounds);
  const found = JSON.parse(text);
  return timed(() => L.geoJSON(found, {
    smoothFactor: 0,
    style: (feature) => ({ fillColor: colours[codes[feature.properties.n]], fillOpacity: 1, color: "#ffffff", weight: 1 }),
  }).addTo(map));
}
let layer = null;
async function ours(outlines, values, bounds) {
  fresh(bounds);
  const found = JSON.parse(outlines), look = JSON.parse(values);
  return timed(() => { layer = new CellLayer(() => "#eee").outlines(found).values(look).addTo(map); });
}
async function recoloured(values) { return timed(() => layer.values(JSON.parse(values))); }
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


def run(side_m: float = 250, runs: int = RUNS, browser: Browser | None = None) -> dict[str, Any]:
    """Return the times of the first draw, of another metric and of a move, and the bytes sent."""
    if browser is not None:
        return _measured(browser, side_m, runs)
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        made = playwright.chromium.launch(executable_path=path, args=_SWITCHES)
        try:
            return _measured(made, side_m, runs)
        finally:
            made.close()


def _measured(browser: Browser, side_m: float, runs: int) -> dict[str, Any]:
    area = circle(HOME, RADIUS_M)
    return {
        "squares": _drawn(browser, tessellate(area, SquareSpec(side_m, HOME)), runs),
        "hexagons": _drawn(browser, tessellate(area, HexSpec(0.62 * side_m, HOME)), runs),
    }


@contextmanager
def _fresh(browser: Browser) -> Iterator[Page]:
    """Yield a page that has drawn nothing yet, as a reader's is: no code in it is warm."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.set_content(_html())
    yield page
    context.close()


def _html() -> str:
    def vendored(name: str) -> str:
        return (_LEAFLET / name).read_text("utf-8")

    cells = files("geo.render").joinpath("cells.js").read_text("utf-8")
    return _PAGE.format(
        css=vendored("leaflet.css"),
        leaflet=vendored("leaflet.js"),
        cells=cells,
        behaviour=_BEHAVIOUR,
    )


def _drawn(browser: Browser, cells: Cells, runs: int) -> dict[str, Any]:
    count = len(cells)
    codes = (np.arange(count) * 7 % len(COLOURS)).tolist()
    shapes = cells.frame.geometry.to_numpy()
    outlines = outlines_json(range(count), shapes).decode()
    first, second = (_values(codes[shift:] + codes[:shift], count) for shift in (0, 3))
    geojson = collection(
        cells.ids, ({"n": n} for n in range(count)), shapes, SCREEN_DECIMALS
    ).decode()
    west, south, east, north = cells.area.bounds
    bounds = [[south, west], [north, east]]
    whole = cells.frame[cells.area_m2 > 0.99 * cells.area_m2.max()]
    middles = [[p.x, p.y] for p in whole.representative_point()][:: max(1, count // 400)]

    peer, mine, switch, move = [], [], [], []
    for _ in range(runs):
        with _fresh(browser) as page:
            peer.append(page.evaluate("(a) => leaflet(...a)", [geojson, codes, COLOURS, bounds]))
            theirs = page.evaluate("colours", middles)
        with _fresh(browser) as page:
            mine.append(page.evaluate("(a) => ours(...a)", [outlines, first, bounds]))
            assert page.evaluate("colours", middles) == theirs
            switch.append(page.evaluate("recoloured", second))
            move.append(page.evaluate("moved()"))
    ours, leaflet = summary(mine), summary(peer)
    return {
        "cells": count,
        "first_draw": ours,
        "first_draw_leaflet_canvas": leaflet,
        "times_faster": round(leaflet["median_ms"] / ours["median_ms"], 1),
        "another_metric": summary(switch),
        "move": summary(move),
        "outlines_gzip_bytes": len(gzip.compress(outlines.encode(), 6)),
        "values_gzip_bytes": len(gzip.compress(first.encode(), 6)),
        "geojson_gzip_bytes": len(gzip.compress(geojson.encode(), 6)),
    }


def _values(codes: list[int], count: int) -> str:
    classes = tuple(LegendItem("", colour) for colour in COLOURS)
    said = [f"{n % 97} people" for n in range(count)]
    return values_json(CellValues("Customers", classes, codes, said, Legend("Customers"))).decode()


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
