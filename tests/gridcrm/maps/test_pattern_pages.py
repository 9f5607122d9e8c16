"""Smoothed shares and hot spots over HTTP and from the terminal, on a grid of real squares."""

import re
from argparse import Namespace
from typing import Any

import numpy as np
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent.models import Purpose
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, PlanState
from gridcrm.maps import nearness
from gridcrm.maps.patterns import Pairs
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.maps.conftest import keep
from tests.ground import squares

CELLS = "/api/v1/branches/A001/cells.geojson"
CAUTION = "not in the people who live there"


@pytest.fixture
async def grid(cast: Cast, session: AsyncSession) -> list[GridCell]:
    """Some 130 squares around the branch: 30 people in each of the middle ones, 3 to 5 elsewhere.

    Two in three of the middle agree to be written to, elsewhere nobody does but one.
    """
    plan = await squares(
        session, cast.a, cast.hang, 250, state=PlanState.PUBLISHED, published_at=NOON
    )
    cells = await grids.cells(session, plan.id or 0)
    for at, cell in enumerate(cells):
        people = [make.customer(cast.a, cell_id=cell.id) for _ in range(many(cell, at))]
        await keep(session, *people)
        agreeing = [one for n, one in enumerate(people) if n % 3] if is_middle(cell) else []
        await keep(session, *(make.consent(one, Purpose.MARKETING_SMS) for one in agreeing))
    await session.commit()
    return cells


def is_middle(cell: GridCell) -> bool:
    return all(abs(int(step)) <= 1 for step in cell.key.split(":")[2:])


def many(cell: GridCell, at: int) -> int:
    return 30 if is_middle(cell) else 3 + at % 3


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return sit


async def test_the_manager_sees_the_middle_hot_with_the_caution(at, cast: Cast, grid):
    browser = await at(cast.hang)
    found = (await browser.get("/map/values?metric=customers&shown=hot_spots")).json()

    said = dict(zip((cell.key for cell in grid), found["said"], strict=True))
    assert said["sq:250:0:0"] == "Hot spot (99 %) · 30"
    assert said["sq:250:5:0"].startswith("No pattern · ")
    assert found["title"] == "Hot spots: Number of customers"
    assert CAUTION in found["legend"]["note"]


async def test_the_caution_stands_on_the_page_in_the_table_and_on_paper(at, cast: Cast, grid):
    browser = await at(cast.hang)
    query = "metric=customers&shown=hot_spots"
    for path in (f"/map?{query}", f"/map?view=table&{query}", f"/map/print?{query}"):
        page = (await browser.get(path)).text
        assert CAUTION in page, path
        assert "Hot spot (99 %)" in page, path


async def test_the_table_puts_the_hottest_first_and_shows_the_count_too(at, cast: Cast, grid):
    browser = await at(cast.hang)
    page = (await browser.get("/map?view=table&metric=customers&shown=hot_spots")).text
    body = page.partition("<tbody>")[2]

    assert re.findall(r'<td class="nowrap">([^<]+)</td>', body)[0] == "Hot spot (99 %)"
    assert re.findall(r'<td class="num nowrap">(\d+)</td>', body)[:5] == ["30"] * 5


async def test_the_table_of_smoothed_shares_has_the_share_itself_and_its_counts(
    at, cast: Cast, grid
):
    browser = await at(cast.hang)
    page = (await browser.get("/map?view=table&metric=consent_share&shown=smoothed")).text

    assert "A cell of few people is drawn towards the branch&#39;s rate" in page
    first = page.partition("<tbody>")[2].partition("</tr>")[0]
    smoothed, own, counts = re.findall(r'<td class="num[^"]*">([^<]+)</td>', first)
    assert (own, counts) == ("67 %", "20 of 30")
    assert 40 < int(smoothed.removesuffix(" %")) < 67
    assert "0 of 3" in page


async def test_the_cell_beside_the_map_says_what_was_made_of_its_share(at, cast: Cast, grid):
    browser = await at(cast.hang)
    middle = next(cell for cell in grid if cell.key == "sq:250:0:0")
    wish = "metric=consent_share&shown=smoothed"

    listed = (await browser.get(f"/map?{wish}")).text
    assert re.search(
        rf'href="/cells/{middle.id}\?metric=consent_share&amp;[^"]*shown=smoothed', listed
    )
    page = (await browser.get(f"/cells/{middle.id}?{wish}")).text
    assert "As counted" in page
    assert "20 of 30 (67 %)" in page
    spot = (await browser.get(f"/cells/{middle.id}?metric=customers&shown=hot_spots")).text
    assert "Hot spot (99 %)" in spot
    assert CAUTION in spot
    assert "As counted" not in (await browser.get(f"/cells/{middle.id}?metric=consent_share")).text


async def test_a_count_is_not_smoothed_the_page_shows_it_as_it_is(at, cast: Cast, grid):
    browser = await at(cast.hang)
    page = await browser.get("/map?metric=customers&shown=smoothed")

    assert page.status_code == 200
    assert '<option value="figures" selected>' in page.text
    assert "drawn towards" not in page.text


async def test_a_program_that_asks_for_a_smoothed_count_is_told_so(
    browser: Browser, cast: Cast, grid, database: Database, clock: Clock
):
    headers = await give_token(database, cast.hang, clock.now)
    refused = await browser.get(f"{CELLS}?metric=customers&shown=smoothed", headers=headers)
    assert refused.status_code == 422
    assert "can't be shown like that" in refused.text

    allowed = await browser.get(f"{CELLS}?metric=consent_share&shown=smoothed", headers=headers)
    found = {one["id"]: one["properties"] for one in allowed.json()["features"]}
    small = found["sq:250:5:0"]
    assert (small["value"], small["class"].isdigit()) == (None, True)
    assert 0 < small["smoothed"] < found["sq:250:0:0"]["smoothed"]


async def test_the_api_names_hot_spots_with_their_z(
    browser: Browser, cast: Cast, grid, database: Database, clock: Clock
):
    headers = await give_token(database, cast.hang, clock.now)
    answer = await browser.get(f"{CELLS}?metric=customers&shown=hot_spots", headers=headers)
    found = {one["id"]: one["properties"] for one in answer.json()["features"]}

    assert found["sq:250:0:0"]["class"] == "hot_99"
    assert found["sq:250:0:0"]["z"] > 3
    assert found["sq:250:5:0"]["class"] == "neither"


async def test_head_office_gets_hot_spots_of_rounded_numbers_and_none_where_they_are_hidden(
    browser: Browser, cast: Cast, grid, database: Database, clock: Clock
):
    headers = await give_token(database, cast.fen, clock.now)
    answer = await browser.get(f"{CELLS}?metric=customers&shown=hot_spots", headers=headers)
    found = {one["id"]: one["properties"] for one in answer.json()["features"]}

    assert found["sq:250:5:0"]["class"] == "hidden"
    assert found["sq:250:5:0"]["z"] is None
    shown = {one["class"] for one in found.values() if one["n"] is not None}
    assert shown == {"neither"}, "nine cells of thirty people show no pattern on their own"


async def test_nobody_from_another_branch_gets_any_of_it(at, cast: Cast, grid):
    middle = next(cell for cell in grid if cell.key == "sq:250:0:0")
    browser = await at(cast.bo)
    wish = "metric=customers&shown=hot_spots"
    assert (await browser.get(f"/cells/{middle.id}?{wish}")).status_code == 404
    assert (await browser.get(f"/map/values?{wish}")).status_code == 404


async def test_neighbours_are_worked_out_once_a_plan(
    at, cast: Cast, grid, monkeypatch: pytest.MonkeyPatch
):
    browser = await at(cast.hang)
    work_out, times = nearness._pairs, []

    def counted(*asked: Any) -> Pairs:
        times.append(asked)
        return work_out(*asked)

    monkeypatch.setattr(nearness, "_pairs", counted)
    monkeypatch.setattr(nearness, "_kept", {})
    for metric in ("customers", "density", "consent_share"):
        await browser.get(f"/map/values?shown=hot_spots&metric={metric}")
    assert len(times) == 1


def test_the_longest_unused_plan_is_forgotten_first(monkeypatch: pytest.MonkeyPatch):
    worked_out: list[bytes] = []

    def work_out(plan: Namespace, _keys: object) -> Pairs:
        worked_out.append(plan.area_wkb)
        return np.empty((0, 2), np.intp)

    monkeypatch.setattr(nearness, "_kept", {})
    monkeypatch.setattr(nearness, "MOST_KEPT", 2)
    monkeypatch.setattr(nearness, "_pairs", work_out)
    for name in (b"a", b"b", b"a", b"c", b"a", b"b"):
        nearness._near(Namespace(area_wkb=name, spec={}), ["1"])
    assert worked_out == [b"a", b"b", b"c", b"b"]
