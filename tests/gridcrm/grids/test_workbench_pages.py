"""The workbench, plans beside each other, and proposed leads: what the pages add."""

import re
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlmodel import col, select

from geo import LonLat, PolygonSpec
from gridcrm.branches.models import PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries
from gridcrm.grids.models import GridCell, GridPlan
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.ground import divided, place, squares

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
    assert (told["can_undo"], told["can_redo"], len(told["gone"])) == (True, False, 1)
    (merged,) = [cell for cell in told["cells"] if cell["properties"]["people"]]
    assert merged["properties"]["people"] == 10
    assert len(told["cells"]) < 4
    assert told["totals"]["cells"] == len(found) - 1
    assert (told["undo"], told["redo"]) == ("Undo: merge 2 cells", "Redo")
    back = (await browser.post(f"{url}/undo", data={"seen": 1}, headers=MAP)).json()
    assert (back["undo"], back["redo"]) == ("Undo", "Redo: merge 2 cells")
    assert (back["can_undo"], back["can_redo"], back["totals"]) == (False, True, whole["totals"])
    assert [one["revision"] for one in (whole, told, back)] == [0, 1, 2]


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


async def test_every_step_says_what_undoing_it_would_take_back(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    found = await cells(database, draft)
    middle = found[MIDDLE]
    strip = shapely.box(middle.max_lon - 0.001, 0, middle.max_lon + 0.001, 80)
    corner = shapely.box(middle.lon, middle.lat, middle.max_lon + 0.001, middle.max_lat)
    far, east = found[FAR].id, found[EAST].id
    steps: list[tuple[str, dict[str, object], str]] = [
        ("rename", {"cell_id": far, "name": "西城"}, f"rename {FAR}"),
        ("split", {"cell_id": far, "way": "east_west"}, "split 西城"),
        (
            "border",
            {"cell_id": middle.id, "target_id": east, "shape": shapely.to_geojson(strip)},
            f"move the border of {MIDDLE}",
        ),
        ("draw", {"name": "新区", "shape": shapely.to_geojson(corner)}, "new cell 新区"),
    ]
    for seen, (change, form, words) in enumerate(steps):
        url = f"/grids/{draft}/workbench/{change}"
        told = (await browser.post(url, data=form | {"seen": seen}, headers=MAP)).json()
        assert told["undo"] == f"Undo: {words}"
        assert f"Undo: {words}" in (await browser.get(f"/grids/{draft}/workbench")).text


async def test_another_verb_than_those_of_the_bench_is_not_found(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post(f"/grids/{draft}/workbench/paint", data={"seen": 0})
    assert answer.status_code == 404


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
        await browser.post_form(f"{url}/redo", seen=2),
        await browser.post_form(f"{url}/split", seen=3, cell_id=found[FAR].id, way="north_south"),
        await browser.post_form(
            f"{url}/rename", seen=4, cell_id=found["sq:500:0:1"].id, name="北城"
        ),
    ]
    after = await browser.get(url, params={"q": "北城"})
    alone = await browser.post_form(f"{url}/merge", seen=5, cell_id=found[FAR].id)
    none = await browser.post_form(f"{url}/merge", seen=5)

    assert [answer.status_code for answer in done] == [303] * 5
    assert "fewer than 5 people" in before
    assert "北城" in after.text
    assert (alone.status_code, none.status_code) == (422, 422)
    assert len(await cells(database, draft)) == len(found)
    async with database.read() as session:
        actions = (await session.exec(select(AuditEntry.action).order_by(AuditEntry.seq))).all()
    assert actions[-5:] == ["grid_merge", "grid_undo", "grid_redo", "grid_split", "cell_rename"]


async def test_without_the_map_what_was_ticked_and_the_filter_are_there_after_each_answer(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    found = await cells(database, draft)
    url, query = f"/grids/{draft}/workbench", "?q=sq%3A500"
    apart = [found[MIDDLE].id, found[FAR].id]

    page = (await browser.get(f"{url}{query}")).text
    refused = await browser.post_form(f"{url}/merge{query}", seen=0, cell_id=apart)
    alone = await browser.post_form(f"{url}/merge{query}", seen=0, cell_id=apart[0])
    done = await browser.post_form(
        f"{url}/split{query}", seen=0, cell_id=apart[0], way="north_south"
    )

    assert f'action="{url}/merge{query}"' in page
    assert f'formaction="{url}/split{query}"' in page
    ticked = [re.findall(r'value="(\d+)" checked', answer.text) for answer in (refused, alone)]
    assert ([set(map(int, some)) for some in ticked]) == [set(apart), {apart[0]}]
    assert 'value="sq:500"' in refused.text
    assert done.headers["location"] == f"{url}{query}"


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
    url = f"/grids/{draft}/workbench/coverage"
    page = (await browser.get(url)).text
    part = (await browser.get(url, headers={"hx-request": "true"})).text
    assert ("<h1" in page, "<h1" in part) == (True, False)
    assert part.strip() in page
    assert "100 %" in page
    assert "slivers, narrower than 42 m" in page
    assert page.count("data-fault=") == 8
    assert "is only about 18 m wide, 0.2 ha in all." in page


async def test_the_check_says_how_much_ground_imported_shapes_leave_over_and_claim_twice(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    home = LonLat(cast.a.lon, cast.a.lat)
    area = shapely.box(home.lon, home.lat, home.lon + 0.002, home.lat + 0.002)
    parts = [
        shapely.box(home.lon, home.lat, home.lon + 0.0012, home.lat + 0.002),
        shapely.box(home.lon + 0.001, home.lat, home.lon + 0.0014, home.lat + 0.002),
    ]
    frame = gpd.GeoDataFrame({"name": ["东", "西"]}, geometry=parts, crs="EPSG:4326")
    async with database.transaction() as session:
        spec = PolygonSpec(frame, "name")
        plan = await divided(session, cast.a, cast.hang, area, spec, kind="polygons")
    await seat(database, browser, cast.hang, clock.now)

    page = (await browser.get(f"/grids/{plan.id}/workbench/coverage")).text
    whole = (await browser.get(f"/grids/{plan.id}")).text

    assert "1.1 ha of the area lie in no cell, beside poly:西." in page
    assert "0.4 ha lie in two cells at once: poly:东, poly:西." in page
    assert "0.4 ha in two cells at once" in whole


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
    best = re.findall(
        r'<th scope="row">([^<]*)</th>\s*<td[^c>]*>[^<]*</td>\s*<td class="compare-best', page.text
    )
    assert best == ["Empty cells", "Without a lead", "Slivers"]
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


async def test_nobody_gets_cells_on_both_banks_of_a_river_and_the_page_names_it(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    found = await cells(database, draft)
    lon = found[MIDDLE].max_lon
    river = shapely.LineString([(lon, found[MIDDLE].lat - 1), (lon, found[MIDDLE].lat + 1)])
    over = shapely.LineString([(lon - 0.001, found[MIDDLE].lat), (lon + 0.001, found[MIDDLE].lat)])
    await seat(database, browser, cast.hang, clock.now)
    url = f"/grids/{draft}/territories"
    staff = [cast.zhou.user_id, cast.wang.user_id]
    asked = {"staff": staff, "load": "cells", "tolerance": 50}

    without = (await browser.get(url, params=asked)).text
    async with database.transaction() as session:
        water = {"wkb": shapely.to_wkb(river), "kind": PlaceKind.WATER}
        session.add(place(cast.a, "南溪", lon, 43.78, **water))
    parted = (await browser.get(url, params=asked)).text
    uneven = (await browser.get(url, params=asked | {"tolerance": 5})).text
    async with database.transaction() as session:
        road = {"wkb": shapely.to_wkb(over), "kind": PlaceKind.ROAD}
        session.add(place(cast.a, "南溪大桥", lon, 43.78, **road))
    joined = (await browser.get(url, params=asked | {"tolerance": 5})).text

    assert "Neither water nor a motorway has been brought in" in without
    assert "pairs of neighbouring cells are parted (南溪)" in parted
    pairs = zip(
        *(re.findall(f'name="{name}" value="(\\d+)"', parted) for name in ("cell_id", "lead_id")),
        strict=True,
    )
    banks = {(found_by_id(found, int(cell)).lon > lon, lead) for cell, lead in pairs}
    assert len(banks) == 2
    assert "Impossible" in uneven
    assert "南溪: the area lies in 2 parts" in uneven
    assert "As proposed" in joined


def found_by_id(found: dict[str, GridCell], cell_id: int) -> GridCell:
    return next(cell for cell in found.values() if cell.id == cell_id)


async def test_those_who_lead_cells_today_are_ticked_for_a_new_draft(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int
):
    await seat(database, browser, cast.hang, clock.now)
    url = f"/grids/{draft}/territories"

    def ticked(page: str) -> set[int]:
        return {int(n) for n in re.findall(r'name="staff" value="(\d+)" checked', page)}

    by_job = ticked((await browser.get(url)).text)
    async with database.transaction() as session:
        before = await make.plan(session, cast.a, cast.hang)
        session.add(make.cell(cast.a, before, lead_id=cast.wang.user_id))
    by_lead = ticked((await browser.get(url)).text)

    assert by_job >= {cast.zhou.user_id, cast.wang.user_id}
    assert cast.hang.user_id not in by_job
    assert by_lead == {cast.wang.user_id}


async def test_a_draft_that_is_shaped_while_leads_are_proposed_asks_for_another_look(
    browser: Browser, cast: Cast, clock: Clock, database: Database, draft: int, monkeypatch
):
    await seat(database, browser, cast.hang, clock.now)
    read = queries.cells

    async def too_late(session: Any, plan_id: int) -> list[GridCell]:
        return (await read(session, plan_id))[1:]

    monkeypatch.setattr("gridcrm.grids.territories.queries.cells", too_late)
    asked = {"staff": cast.zhou.user_id, "load": "cells"}
    answer = await browser.get(f"/grids/{draft}/territories", params=asked)

    assert answer.status_code == 409
    assert "Somebody has changed this draft meanwhile" in answer.text


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
