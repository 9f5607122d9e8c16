"""Walks and shares on the map, and the rings and walks drawn over it."""

import json
import re

import numpy as np
import pytest
import shapely

from geo import Datum, LonLat, distance_m
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput
from gridcrm.customers.models import Catchment
from gridcrm.maps.rules import Figure, State
from gridcrm.maps.walks import Outline, outline_geojson
from tests.cast import seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.maps.conftest import Town, answer_for, figures, keep

GROUND = [shapely.Point(125.47, 43.78).buffer(radius) for radius in (0.002, 0.005)]


def worked_out(town: Town, **changes: object) -> Catchment:
    row: dict[str, object] = {
        "branch_id": town.cast.a.id, "rings_m": [500.0, 1000.0], "minutes": [5.0, 10.0],
        "speed_m_per_min": 80.0, "decay": 2.0, "attraction": 1.0, "attractions": {}, "basis": "then",
        "streets": 3, "competitors": 1, "reachable": 1.0, "worked_out_at": NOON,
        "areas_wkb": shapely.to_wkb(shapely.GeometryCollection(GROUND)),
    }  # fmt: skip
    return Catchment(**row | changes)


@pytest.fixture
async def walked(database: Database, town: Town) -> Town:
    """A cell four and a half minutes away, and one to which no street leads."""
    town.west.walk_min, town.west.branch_share = 4.5, 0.253
    async with database.transaction() as session:
        await keep(session, town.west, worked_out(town))
    return town


async def test_a_cell_says_its_walk_and_its_share_also_to_those_who_see_no_small_counts(
    database: Database, walked: Town
):
    async with database.read() as session:
        for who in (walked.cast.hang, walked.cast.lin):
            walks = await figures(session, who, metric="walk_minutes")
            shares = await figures(session, who, metric="branch_share")
            assert walks == {"西片": Figure(State.KNOWN, 4.5), "东片": Figure(State.NO_DATA)}
            assert shares == {"西片": Figure(State.KNOWN, 0.253), "东片": Figure(State.NO_DATA)}


async def test_walks_are_read_in_minutes_and_cells_without_a_way_are_named_so(
    database: Database, walked: Town
):
    async with database.read() as session:
        walks = await answer_for(session, walked.cast.hang, metric="walk_minutes")
        shares = await answer_for(session, walked.cast.hang, metric="branch_share")

    assert {line.said for line in walks.lines} == {"4 min", "no way by street"}
    assert {line.said for line in shares.lines} == {"25 %", "no way by street"}
    assert [item.label for item in walks.legend.items] == ["4 min", "No way by street"]
    assert [item.label for item in shares.legend.items] == ["25 %", "No way by street"]


async def test_a_map_of_walks_says_when_the_streets_have_changed_since(
    database: Database, walked: Town
):
    async with database.read() as session:
        shown = await answer_for(session, walked.cast.hang, metric="walk_minutes")
        other = await answer_for(session, walked.cast.hang, metric="customers")

    assert "have changed since" in shown.legend.note
    assert "have changed since" not in other.legend.note


async def test_before_the_catchment_is_worked_out_the_map_neither_offers_nor_draws_walks(
    browser: Browser, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, town.cast.hang, clock.now)
    page = await browser.get("/map")
    async with database.read() as session:
        with pytest.raises(InvalidInput):
            await figures(session, town.cast.hang, metric="walk_minutes")

    assert "Walking minutes" not in page.text
    assert "/map/catchment.geojson" not in (await browser.get("/map/frame")).text
    assert (await browser.get("/map/catchment.geojson")).status_code == 404


async def test_an_address_of_walks_leads_to_a_map_also_where_none_are_worked_out(
    browser: Browser, database: Database, clock: Clock, town: Town
):
    """Head office keeps what it looked at when it goes on to another branch."""
    await seat(database, browser, town.cast.hang, clock.now)
    for path in ("/map", "/map/frame", "/map/values", "/map/print"):
        answer = await browser.get(f"{path}?metric=walk_minutes")
        assert answer.status_code == 200, path
        assert "Number of customers" in answer.text, path


async def test_walks_stand_in_the_cells_on_paper(
    browser: Browser, database: Database, clock: Clock, walked: Town
):
    await seat(database, browser, walked.cast.hang, clock.now)
    page = await browser.get("/map/print?metric=walk_minutes")
    assert re.findall(r">([^<>]+)</text>", page.text).count("4 min") == len(["cell", "legend"])


async def test_afterwards_it_offers_them_and_the_rings_and_walks_over_the_cells(
    browser: Browser, database: Database, clock: Clock, walked: Town
):
    await seat(database, browser, walked.cast.zhou, clock.now)
    page = await browser.get("/map?metric=walk_minutes")
    frame = await browser.get("/map/frame?metric=walk_minutes")
    found = await browser.get("/map/catchment.geojson?outline=walks")

    assert "Walking minutes from the branch" in page.text
    assert "Walks of 5 · 10 min" in frame.text
    assert "Rings of 500 · 1,000 m" in frame.text
    shapes = [shapely.geometry.shape(f["geometry"]) for f in json.loads(found.content)["features"]]
    assert [shape.area for shape in shapes] == pytest.approx([g.area for g in GROUND], rel=1e-3)


async def test_bo_sees_no_catchment_of_another_branch(
    browser: Browser, database: Database, clock: Clock, walked: Town
):
    await seat(database, browser, walked.cast.bo, clock.now)
    assert (await browser.get("/map/catchment.geojson")).status_code == 404


async def test_rings_are_drawn_at_their_radii_and_hide_no_cell(town: Town):
    found = outline_geojson(town.cast.a, worked_out(town), Outline.RINGS, Datum.WGS84)
    features = json.loads(found)["features"]
    home = LonLat(town.cast.a.lon, town.cast.a.lat)
    for feature, radius_m in zip(features, (500, 1000), strict=True):
        lon, lat = np.array(feature["geometry"]["coordinates"][0]).T
        assert distance_m(lon, lat, home) == pytest.approx(radius_m, rel=1e-3)
        assert feature["properties"]["style"]["fill"] is False


async def test_a_cell_page_and_its_passport_say_the_walk(
    browser: Browser, database: Database, clock: Clock, walked: Town
):
    await seat(database, browser, walked.cast.zhou, clock.now)
    west = await browser.get(f"/cells/{walked.west.id}")
    east = await browser.get(f"/cells/{walked.east.id}/passport")

    assert "4 min (to be worked out again)" in west.text
    assert "no way by street" in east.text
