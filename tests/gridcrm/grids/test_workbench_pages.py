"""The workbench, plans beside each other, and proposed leads: what the pages add."""

import re

import pytest
import shapely
from sqlmodel import col, select

from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries
from gridcrm.grids.models import GridCell, GridPlan
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.ground import squares

MIDDLE, EAST, FAR = "sq:500:0:0", "sq:500:1:0", "sq:500:-2:0"
MAP = {"accept": "application/json"}


@pytest.fixture
async def draft(database: Database, cast: Cast) -> int:
    """Squares with seven people in the middle one and three east of it."""
    async with database.transaction() as session:
        plan = await squares(session, cast.a, cast.hang)
        cells = {cell.key: cell for cell in await queries.cells(session, plan.id or 0)}
        session.add_all(
            make.customer(cast.a, number=f"N{key}{n}", lon=cells[key].lon, lat=cells[key].lat)
            for key, people in ((MIDDLE, 7), (EAST, 3))
            for n in range(people)
        )
        return plan.id or 0


async def cells(database: Database, plan_id: int) -> dict[str, GridCell]:
    async with database.read() as session:
        return {cell.key: cell for cell in await queries.cells(session, plan_id)}


async def test_the_map_is_told_what_changed_and_how_many_live_there(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    found = await cells(database, draft)
    url = f"/grids/{draft}/workbench"

    whole = (await browser.get(f"{url}/cells.json")).json()
    form = {"seen": 0, "cell_id": [found[MIDDLE].id, found[EAST].id]}
    told = (await browser.post(f"{url}/merge", data=form, headers=MAP)).json()

    assert len(whole["cells"]) == len(found) == whole["totals"]["cells"]
    assert (told["step"], told["can_redo"], len(told["gone"])) == (1, False, 1)
    (merged,) = [cell for cell in told["cells"] if cell["properties"]["people"]]
    assert merged["properties"]["people"] == 10
    assert len(told["cells"]) < 4
    assert told["totals"]["cells"] == len(found) - 1
    back = (await browser.post(f"{url}/undo", data={"seen": 1}, headers=MAP)).json()
    assert (back["step"], back["can_redo"], back["totals"]) == (0, True, whole["totals"])


async def test_a_refusal_reaches_the_map_in_words_and_changes_nothing(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    found = await cells(database, draft)
    url = f"/grids/{draft}/workbench"
    apart = {"seen": 0, "cell_id": [found[MIDDLE].id, found[FAR].id]}

    refused = await browser.post(f"{url}/merge", data=apart, headers=MAP)
    stale = await browser.post(f"{url}/undo", data={"seen": 3}, headers=MAP)
    shape = shapely.to_geojson(shapely.box(0, 0, 1, 1))
    nowhere = {"seen": 0, "name": "x", "shape": shape}
    outside = await browser.post(f"{url}/draw", data=nowhere, headers=MAP)

    assert (refused.status_code, stale.status_code, outside.status_code) == (422, 409, 422)
    assert "share a border" in refused.json()["error"]
    assert "Load the page again" in stale.json()["error"]
    assert "covers no ground" in outside.json()["error"]
    assert await cells(database, draft) == found


async def test_the_table_alone_is_enough_to_merge_split_undo_and_redo(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    found = await cells(database, draft)
    url = f"/grids/{draft}/workbench"
    before = (await browser.get(url)).text

    done = [
        await browser.post_form(f"{url}/merge", seen=0, cell_id=[found[MIDDLE].id, found[EAST].id]),
        await browser.post_form(f"{url}/undo", seen=1),
        await browser.post_form(f"{url}/redo", seen=0),
        await browser.post_form(f"{url}/split", seen=1, cell_id=found[FAR].id, way="north_south"),
        await browser.post_form(
            f"{url}/rename", seen=2, cell_id=found["sq:500:0:1"].id, name="北城"
        ),
    ]
    after = await browser.get(url, params={"q": "北城"})
    alone = await browser.post_form(f"{url}/merge", seen=3, cell_id=found[FAR].id)
    none = await browser.post_form(f"{url}/merge", seen=3)

    assert [answer.status_code for answer in done] == [303] * 5
    assert "fewer than 5 people" in before
    assert "北城" in after.text
    assert (alone.status_code, none.status_code) == (422, 422)
    assert len(await cells(database, draft)) == len(found)
    async with database.read() as session:
        actions = (await session.exec(select(AuditEntry.action).order_by(AuditEntry.seq))).all()
    assert actions[-5:] == ["grid_merge", "grid_undo", "grid_redo", "grid_split", "cell_rename"]


async def test_zhou_and_bo_shape_nothing(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    found = await cells(database, draft)
    for who, status in ((cast.zhou, 403), (cast.bo, 404)):
        await seat(database, browser, who, clock.now)
        form = {"seen": 0, "cell_id": [found[MIDDLE].id, found[EAST].id]}
        answers = [
            await browser.get(f"/grids/{draft}/workbench"),
            await browser.get(f"/grids/{draft}/workbench/cells.json"),
            await browser.post(f"/grids/{draft}/workbench/merge", data=form),
            await browser.post(f"/grids/{draft}/copy"),
            await browser.get(f"/grids/{draft}/publish"),
            await browser.get(f"/grids/{draft}/changes"),
            await browser.get(f"/grids/{draft}/territories"),
            await browser.post(f"/grids/{draft}/territories/back"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 8
    assert await cells(database, draft) == found


async def test_what_counts_is_shaped_as_a_copy(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    async with database.transaction() as session:
        await publish_plan(session, cast.hang, draft, NOON)
    await seat(database, browser, cast.hang, clock.now)

    sent_on = await browser.get(f"/grids/{draft}/workbench")
    copy = await browser.post(f"/grids/{draft}/copy")
    page = await browser.get(copy.headers["location"])

    assert sent_on.headers["location"] == f"/grids/{draft}"
    assert "Shape version 2" in page.text
    async with database.read() as session:
        plans = (await session.exec(select(GridPlan).order_by(col(GridPlan.version)))).all()
    assert [(plan.version, plan.state) for plan in plans] == [(1, "published"), (2, "draft")]


async def test_the_check_finds_that_squares_in_a_circle_cover_it_and_leave_slivers(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    page = (await browser.get(f"/grids/{draft}/workbench/coverage")).text
    assert "100 %" in page
    assert "slivers" in page


async def test_plans_stand_beside_each_other_and_those_of_branch_b_do_not(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    async with database.transaction() as session:
        large = await squares(session, cast.a, cast.hang, 1000, version=2, name="large")
        other = await squares(session, cast.b, cast.bo, 1000)
    await seat(database, browser, cast.hang, clock.now)

    page = await browser.get("/grids/compare", params={"plan": [draft, large.id or 0]})
    chooser = await browser.get("/grids/compare")
    foreign = await browser.get("/grids/compare", params={"plan": [draft, other.id or 0]})
    await seat(database, browser, cast.lin, clock.now)
    without_people = await browser.get("/grids/compare", params={"plan": [draft]})

    assert page.text.count("<svg xmlns") == 2
    assert re.search(r"0 – 0 – 7", page.text)
    assert "Choose two or three plans" in chooser.text
    assert foreign.status_code == 404
    assert without_people.status_code == 200
    assert "fullest" not in without_people.text


async def test_a_proposal_shows_loads_and_its_leads_are_given_and_put_back(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    staff = [cast.zhou.user_id, cast.wang.user_id]
    asked = {"staff": staff, "load": "cells", "tolerance": 20}

    page = await browser.get(f"/grids/{draft}/territories", params=asked)
    given = [
        re.findall(f'name="{name}" value="(\\d+)"', page.text) for name in ("cell_id", "lead_id")
    ]
    answer = await browser.post_form(
        f"/grids/{draft}/territories", cell_id=given[0], lead_id=given[1]
    )
    led = [cell.lead_id for cell in (await cells(database, draft)).values()]
    back = await browser.post(f"/grids/{draft}/territories/back")

    assert "As proposed" in page.text
    assert len(given[0]) == len(given[1]) == len(led)
    assert (answer.status_code, back.status_code) == (303, 303)
    counts = [led.count(person) for person in staff]
    assert sum(counts) == len(led)
    assert max(counts) <= 1.2 * len(led) / 2
    assert {cell.lead_id for cell in (await cells(database, draft)).values()} == {None}


async def test_what_can_not_be_shared_out_is_said_and_strangers_can_not_be_given_cells(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    url = f"/grids/{draft}/territories"
    found = await cells(database, draft)
    staff = [cast.zhou.user_id, cast.wang.user_id]

    uneven = await browser.get(url, params={"staff": staff, "load": "customers", "tolerance": 10})
    unknown = await browser.get(url, params={"staff": staff, "load": "households"})
    nobody = await browser.get(url, params={"load": "cells"})
    stranger = await browser.post_form(url, cell_id=found[MIDDLE].id, lead_id=cast.bo.user_id)
    nothing = await browser.post(f"{url}/back")

    assert "Impossible" in uneven.text
    assert "households are known" in unknown.text
    assert (unknown.status_code, nobody.status_code) == (422, 422)
    assert (stranger.status_code, nothing.status_code) == (422, 409)
    assert await cells(database, draft) == found
