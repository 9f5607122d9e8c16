"""A map of 10,000 cells as it leaves the server, against the page that folium makes of them."""

import asyncio
import gzip
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import folium
import geopandas
import httpx
import shapely

from bench import house, people
from bench.timing import summary, timed
from geo import LonLat
from geo.frame import CRS
from geo.render.outlines import outlines_json, values_json
from geo.render.view import CellValues, Legend, LegendItem
from gridcrm.core.settings import Settings
from gridcrm.core.tables import stored
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell

HOME = LonLat(113.9474738, 22.5438314)
RADIUS_M = 13_900
SIDE_M = 250
CUSTOMERS = 20_000
RUNS = 5
_CODE = "SZ"
_LIKE_FOLIUM = ("map_data_of_the_same_frame", "api_cells_with_numbers")
_NEARLY = 2e-6
"""Degrees by which a shape of six decimals may differ from the stored one."""

Features = list[dict[str, Any]]


@dataclass(frozen=True)
class Town:
    """A branch with a published grid, and the keys of its manager."""

    plan_id: int
    cells: list[GridCell]
    cookies: dict[str, str]
    token: dict[str, str]


def run(side_m: float = SIDE_M, customers: int = CUSTOMERS, runs: int = RUNS) -> dict[str, Any]:
    """Return times and bytes of the answers that a map is made of, and of folium's page."""
    with house.installation() as settings:
        town = asyncio.run(build(settings, side_m))
        counts = settle(settings, town, customers)
        ours, features = asyncio.run(_ours(settings, town, runs))
    _check(features, town, counts)
    ours["map_data_of_the_same_frame"] = _data(features, runs)
    peer = _folium(features, min(runs, 3))
    return {
        "cells": len(town.cells),
        "customers": customers,
        **ours,
        "folium_page": peer,
        "times_faster_than_folium": _compared(peer, ours),
    }


async def build(settings: Settings, side_m: float, now: datetime = house.NOW) -> Town:
    """Open a branch with a published grid of squares, and sign its manager in at that time."""
    async with house.opened(settings) as app:
        async with app.state.database.transaction() as session:
            _branch, who = await house.hire(session, _CODE, HOME, RADIUS_M)
            cookies, token = await house.give_keys(session, who, now)
            plan_id = await house.publish_squares(session, who, side_m)
        async with app.state.database.read() as session:
            return Town(plan_id, await grids.cells(session, plan_id), cookies, token)


def settle(settings: Settings, town: Town, customers: int) -> Counter[str]:
    """Bring customers into the cells and return how many live in each, by the cell's key."""
    keys = {stored(cell.id): cell.key for cell in town.cells}
    path = house.database_file(settings)
    invented = people.invent(customers, list(keys), len(people.labels(path)), house.NOW.year)
    people.store(path, invented, house.NOW)
    return Counter(keys[number] for number in invented.cell_id.tolist())


async def _ours(settings: Settings, town: Town, runs: int) -> tuple[dict[str, Any], Features]:
    shapes = f"/map/outlines?plan={town.plan_id}"
    paths = {
        "api_cells_with_numbers": f"/api/v1/branches/{_CODE}/cells.geojson?metric=customers",
        "map_frame": "/map/frame?metric=customers",
        "map_outlines": shapes,
        "map_values_of_another_metric": "/map/values?metric=density",
    }
    async with house.opened(settings) as app:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bench", cookies=town.cookies, headers=town.token
        ) as client:
            found = {name: await _measured(client, path, runs) for name, path in paths.items()}
            response = await client.get(shapes)
            known = {"if-none-match": response.headers["etag"]}
            found["map_outlines_not_modified"] = await _measured(client, shapes, runs, known, 304)
            features = (await client.get(paths["api_cells_with_numbers"])).json()["features"]
    return found, features


async def _measured(
    client: httpx.AsyncClient,
    path: str,
    runs: int,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> dict[str, Any]:
    spent: list[float] = []
    content = b""
    packed = False
    for _ in range(runs):
        start = time.perf_counter()
        async with client.stream("GET", path, headers=headers) as response:
            content = b"".join([part async for part in response.aiter_raw()])
        spent.append(1000 * (time.perf_counter() - start))
        assert response.status_code == status, (path, response.status_code)
        packed = response.headers.get("content-encoding") == "gzip"
    plain = gzip.decompress(content) if packed else content
    sizes = {"bytes": len(plain)} | ({"gzip_bytes": len(content)} if packed else {})
    return {"first_ms": round(spent[0], 2), **summary(spent), **sizes}


def _check(features: Features, town: Town, counts: Counter[str]) -> None:
    """Compare the answer with what is stored: every cell, its shape and its number."""
    assert [feature["id"] for feature in features] == [cell.key for cell in town.cells]
    assert {f["id"]: f["properties"]["n"] for f in features if f["properties"]["n"]} == counts
    sent = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    kept = shapely.from_wkb([cell.wkb for cell in town.cells])
    assert (shapely.hausdorff_distance(sent, kept) < _NEARLY).all()


def _data(features: Features, runs: int) -> dict[str, Any]:
    """Write what our map draws from the frame that folium is given: the same shapes and numbers."""
    told = [feature["properties"] for feature in features]
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    palette = list(dict.fromkeys(each["colour"] for each in told))
    values = CellValues(
        title="n",
        classes=tuple(LegendItem("", colour) for colour in palette),
        codes=[palette.index(each["colour"]) for each in told],
        said=[str(each["n"]) for each in told],
        legend=Legend("n"),
        names=[each["name"] for each in told],
    )
    cells = range(len(features))
    spent, (outlines, look) = timed(
        lambda: (outlines_json(cells, shapes), values_json(values)), runs
    )
    assert len(json.loads(outlines)["cell"]) == len(json.loads(look)["said"]) == len(features)
    packed = sum(len(gzip.compress(part, 6)) for part in (outlines, look))
    return {**spent, "bytes": len(outlines) + len(look), "gzip_bytes": packed}


def _folium(features: Features, runs: int) -> dict[str, Any]:
    frame = geopandas.GeoDataFrame.from_features(features, crs=CRS)[
        ["name", "n", "colour", "geometry"]
    ]
    time_spent, page = timed(lambda: _page(frame), runs)
    assert page.count(b'"type": "Feature"') == len(features)
    return {**time_spent, "bytes": len(page), "gzip_bytes": len(gzip.compress(page, 6))}


def _page(frame: geopandas.GeoDataFrame) -> bytes:
    drawn = folium.Map([HOME.lat, HOME.lon], zoom_start=12, prefer_canvas=True)
    folium.GeoJson(
        frame.to_json(),
        style_function=lambda f: {"fillColor": f["properties"]["colour"], "weight": 0.3},
        tooltip=folium.GeoJsonTooltip(["name", "n"]),
    ).add_to(drawn)
    page: str = drawn.get_root().render()
    return page.encode()


def _compared(peer: dict[str, Any], ours: dict[str, Any]) -> dict[str, float]:
    """Return how many times longer folium's page takes than what a map sends instead of it."""
    frame, shapes = (ours[name]["median_ms"] for name in ("map_frame", "map_outlines"))
    spent = {name: ours[name]["median_ms"] for name in _LIKE_FOLIUM}
    spent |= {"first_view": frame + shapes, "next_view": frame}
    return {name: round(peer["median_ms"] / ms, 1) for name, ms in spent.items()}
