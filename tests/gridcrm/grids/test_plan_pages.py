import json
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

import httpx
import pytest
import shapely
from sqlmodel import SQLModel, col, select

from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.errors import RuleBroken
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Terminal
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries, rules, service
from gridcrm.grids.cli import COMMANDS
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridCell, GridKind, GridPlan, PlanState
from gridcrm.grids.shape import cells_of
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock

SQUARES = {"kind": "square", "side_m": "500"}


async def rows(database: Database, table: type[SQLModel]) -> list[Any]:
    async with database.read() as session:
        return list(await session.exec(select(table).order_by(col(table.id))))  # type: ignore[attr-defined]


async def send(browser: Browser, path: str, **form: str) -> httpx.Response:
    """Send the form in which no file was chosen, as browsers do."""
    return await browser.post(path, data=form, files={"file": ("", b"")})


async def drawn(browser: Browser, **form: str) -> str:
    """Draw a draft and return the address of its page."""
    answer = await send(browser, "/grids/new", **(form or SQUARES))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def community(branch_id: int, name: str, west: float, east: float) -> Place:
    shape = shapely.box(west, 43.775, east, 43.785)
    return Place(
        branch_id=branch_id, kind=PlaceKind.COMMUNITY, name=name, name_key=name, source="OSM",
        source_ref=name, licence="ODbL", wkb=shapely.to_wkb(shape), lon=shape.centroid.x,
        lat=shape.centroid.y, min_lon=west, min_lat=43.775, max_lon=east, max_lat=43.785,
    )  # fmt: skip


async def keep(database: Database, *things: SQLModel) -> None:
    async with database.transaction() as session:
        session.add_all(things)


# ----------------------------------------------------------------------- drawing


async def test_hang_draws_squares_over_the_whole_area(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    address = await drawn(browser, **SQUARES, note="Try 500 m")
    page = await browser.get(address)

    (plan,) = await rows(database, GridPlan)
    cells = await rows(database, GridCell)
    assert (plan.version, plan.kind, plan.state, plan.note) == (
        1,
        GridKind.SQUARE,
        PlanState.DRAFT,
        "Try 500 m",
    )
    assert plan.name == "Squares of 500 m"
    assert {cell.branch_id for cell in cells} == {cast.a.id}
    assert [cell.key for cell in cells] == cells_of(plan).ids.tolist()
    assert "Let version 1 count" in page.text
    assert page.text.count('<path d="M') > len(cells)


async def test_zhou_the_officer_may_look_but_not_draw(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)
    before = await rows(database, GridCell)
    await seat(database, browser, cast.zhou, clock.now)

    looked = await browser.get(address)
    refused = [
        await send(browser, "/grids/new", **SQUARES),
        await send(browser, f"{address}/redraw", **SQUARES),
        await browser.post(f"{address}/delete"),
        await browser.post_form(f"{address}/leads", cell_id=str(before[0].id)),
    ]

    assert looked.status_code == 200
    assert "Let version 1 count" not in looked.text
    assert [answer.status_code for answer in refused] == [403] * 4
    assert await rows(database, GridCell) == before


async def test_bo_of_branch_b_finds_nothing_of_branch_a_and_changes_nothing(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)
    before = (await rows(database, GridPlan), await rows(database, GridCell))
    cell_id = before[1][0].id
    await seat(database, browser, cast.bo, clock.now)

    refused = [
        await browser.get(address),
        await browser.get(f"{address}/redraw"),
        await send(browser, f"{address}/redraw", **SQUARES),
        await browser.post(f"{address}/delete"),
        await browser.post_form(f"{address}/leads", cell_id=str(cell_id)),
        await browser.get(f"/cells/{cell_id}/edit"),
        await browser.post_form(f"/cells/{cell_id}/edit", status="maintaining"),
    ]

    assert [answer.status_code for answer in refused] == [404] * 7
    assert (await rows(database, GridPlan), await rows(database, GridCell)) == before
    assert "Version 1" not in (await browser.get("/grids")).text


async def test_cells_of_branch_a_are_not_led_through_a_plan_of_branch_b(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await drawn(browser)
    foreign = (await rows(database, GridCell))[0]
    await seat(database, browser, cast.bo, clock.now)
    own = await drawn(browser)

    answer = await browser.post_form(
        f"{own}/leads", cell_id=str(foreign.id), lead_id=str(cast.bo.user_id)
    )

    assert answer.status_code == 404
    assert (await rows(database, GridCell))[0].lead_id is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "square", "side_m": "20"}, "at most 10,000 can be looked after"),
        ({"kind": "square", "side_m": "5"}, "Give at least 20."),
        ({"kind": "square", "side_m": "wide"}, "Give a number."),
        ({"kind": "square", "side_m": "250.00001"}, "millimetre"),
        ({"kind": "h3", "resolution": "15"}, "Give at most 11."),
        ({"kind": "triangle"}, "Choose one of the list."),
        ({"kind": "communities"}, "There are no outlines of communities yet."),
        ({"kind": "polygons"}, "Choose a file with the shapes of the cells."),
    ],
)
async def test_what_can_not_be_drawn_is_said_and_nothing_is_kept(
    form: dict[str, str],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await send(browser, "/grids/new", **form)

    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(database, GridPlan) == []


async def test_communities_become_cells_with_their_names(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await keep(
        database,
        community(cast.hang.here, "春城花园", 125.465, 125.470),
        community(cast.hang.here, "万科", 125.470, 125.475),
    )
    await seat(database, browser, cast.hang, clock.now)

    page = await browser.get(await drawn(browser, kind="communities"))

    cells = await rows(database, GridCell)
    assert {(cell.key, cell.name) for cell in cells} == {
        ("poly:万科", "万科"),
        ("poly:春城花园", "春城花园"),
    }
    assert "Area covered" in page.text


def shapes(*names: str | None) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {} if name is None else {"name": name},
            "geometry": shapely.geometry.mapping(
                shapely.box(125.465 + n / 400, 43.775, 125.4675 + n / 400, 43.785)
            ),
        }
        for n, name in enumerate(names)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})
    return {"file": ("shapes.geojson", content, "application/geo+json")}


async def test_shapes_of_a_file_become_cells(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post("/grids/new", data={"kind": "polygons"}, files=shapes("东", "西"))

    assert answer.status_code == 303
    assert sorted(cell.name for cell in await rows(database, GridCell)) == ["东", "西"]


@pytest.mark.parametrize(
    ("names", "words"),
    [(("东", None), "Feature 2 has no “name”"), (("东", "东"), "more than once")],
)
async def test_shapes_need_a_name_each(
    names: tuple[str | None, ...],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post("/grids/new", data={"kind": "polygons"}, files=shapes(*names))

    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(database, GridPlan) == []


async def test_the_number_of_cells_is_told_before_drawing_with_a_script_and_without(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    cards = await browser.get("/grids/new")
    without = await send(browser, "/grids/new", **SQUARES, step="estimate")
    script = await browser.get("/grids/estimate", params=SQUARES)
    many = await browser.get("/grids/estimate", params=SQUARES | {"side_m": "20"})

    assert cards.text.count("about ") >= 3
    assert "About 41 cells" in without.text
    assert "About 41 cells" in script.text
    assert "too many" in many.text
    assert await rows(database, GridPlan) == []


# ----------------------------------------------------- drawing anew, publishing


async def publish(database: Database, cast: Cast, plan_id: int) -> None:
    async with database.transaction() as session:
        await publish_plan(session, cast.hang, plan_id, NOON)


async def test_a_draft_is_drawn_anew_and_keeps_what_is_known_of_the_same_cells(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)
    home = next(c for c in await rows(database, GridCell) if c.key == "sq:500:0:0")
    await browser.post_form(
        f"/cells/{home.id}/edit", name="网点", kind="lobby", status="maintaining", households="230"
    )

    finer = await send(browser, f"{address}/redraw", kind="square", side_m="250")
    keys_when_finer = {c.key for c in await rows(database, GridCell)}
    await send(browser, f"{address}/redraw", kind="hexagon", edge_m="300")
    (plan,) = await rows(database, GridPlan)

    assert finer.status_code == 303
    assert "sq:250:0:0" in keys_when_finer
    assert "sq:500:0:0" not in keys_when_finer
    assert plan.kind is GridKind.HEXAGON
    assert [c.key for c in await rows(database, GridCell)] == cells_of(plan).ids.tolist()


async def test_a_new_version_takes_over_what_is_known_of_the_published_cells(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await drawn(browser)
    (first,) = await rows(database, GridPlan)
    home = next(c for c in await rows(database, GridCell) if c.key == "sq:500:0:0")
    known = {
        "name": "网点",
        "kind": "lobby",
        "status": "maintaining",
        "lead_id": str(cast.wang.user_id),
    }
    await browser.post_form(f"/cells/{home.id}/edit", **known)
    await publish(database, cast, first.id)

    await drawn(browser)

    second = next(
        c for c in await rows(database, GridCell) if c.key == home.key and c.id != home.id
    )
    assert (second.name, second.kind, second.lead_id) == ("网点", "lobby", cast.wang.user_id)
    assert [plan.version for plan in await rows(database, GridPlan)] == [1, 2]


async def test_a_published_plan_keeps_its_cells_and_can_not_be_thrown_away(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)
    (plan,) = await rows(database, GridPlan)
    await publish(database, cast, plan.id)
    before = (await rows(database, GridPlan), await rows(database, GridCell))

    redrawn = await send(browser, f"{address}/redraw", kind="square", side_m="250")
    deleted = await browser.post(f"{address}/delete")
    page = await browser.get(address)

    assert (redrawn.status_code, deleted.status_code) == (409, 409)
    assert (await rows(database, GridPlan), await rows(database, GridCell)) == before
    assert "Throw the draft away" not in page.text


async def test_without_the_rule_a_published_plan_would_have_been_drawn_anew(
    cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
):
    """The control: the refusal above comes from the rule and from nothing else."""
    squares = DraftIn(kind=DraftKind.SQUARE, side_m=500)
    async with database.transaction() as session:
        plan = await service.draft(session, cast.hang, squares, None, NOON)
        plan_id = plan.id
        plan.state = PlanState.PUBLISHED
        session.add(plan)
    assert plan_id is not None
    finer = squares.model_copy(update={"side_m": 250.0})
    async with database.transaction() as session:
        with pytest.raises(RuleBroken):
            await service.redraw(session, cast.hang, plan_id, finer, None)
    before = await rows(database, GridCell)

    monkeypatch.setattr(rules, "must_be_drawable", lambda _plan: None)
    async with database.transaction() as session:
        await service.redraw(session, cast.hang, plan_id, finer, None)

    assert {cell.key for cell in before} != {cell.key for cell in await rows(database, GridCell)}


async def test_a_draft_is_thrown_away_with_its_cells(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)

    answer = await browser.post(f"{address}/delete")

    assert answer.headers["location"] == "/grids"
    assert await rows(database, GridPlan) == []
    assert await rows(database, GridCell) == []


async def test_the_database_keeps_a_branch_to_one_published_plan(cast: Cast, database: Database):
    async with database.transaction() as session:
        await make.plan(session, cast.a, cast.hang)
        await make.plan(session, cast.b, cast.bo)
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with database.transaction() as session:
            await make.plan(session, cast.a, cast.hang)


# ------------------------------------------------------------- looking at a plan


async def test_a_plan_says_how_many_people_its_cells_hold(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    here = {"lon": cast.a.lon, "lat": cast.a.lat}
    await keep(
        database,
        *[make.customer(cast.a, **here) for _ in range(12)],
        make.customer(cast.a, lon=126.0, lat=43.78),
        make.customer(cast.a),
        make.customer(cast.b, **here),
    )
    await seat(database, browser, cast.hang, clock.now)

    page = await browser.get(await drawn(browser))
    listed = await browser.get("/grids")

    assert "from 0 to 12 people" in page.text
    assert "1 outside, 1 without a place" in page.text
    assert '<td class="num">12</td>' in page.text
    assert "0 – 0 – 12" in listed.text


async def test_who_may_not_list_customers_sees_no_number_of_people(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    here = {"lon": cast.a.lon, "lat": cast.a.lat}
    await keep(database, *[make.customer(cast.a, **here) for _ in range(12)])
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser)

    for who in (cast.lin, cast.fen):
        await seat(database, browser, who, clock.now)
        page = await browser.get(address)
        listed = await browser.get("/grids")

        assert page.status_code == 200
        assert "shown to those who may list customers" in page.text
        assert "People" not in page.text.partition("<main")[2].replace("Phone", "")
        assert "0 – 0 – 12" not in listed.text


async def test_the_list_of_cells_is_filtered_and_paged(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await keep(database, community(cast.hang.here, "春城花园", 125.465, 125.475))
    await seat(database, browser, cast.hang, clock.now)
    address = await drawn(browser, kind="square", side_m="250")
    total = len(await rows(database, GridCell))

    first = await browser.get(address)
    last = await browser.get(f"{address}?page={-(-total // 50)}")
    named = await browser.get(address, params={"q": "春城"})
    none = await browser.get(address, params={"kind": "market"})
    (led, *_) = await rows(database, GridCell)
    await browser.post_form(f"{address}/leads", cell_id=str(led.id), lead_id=str(cast.wang.user_id))
    unled = await browser.get(f"{address}?lead=none")

    ticks = 'type="checkbox" name="cell_id"'
    assert first.text.count(ticks) == 50
    assert last.text.count(ticks) == total % 50
    assert 0 < named.text.count(ticks) < 50
    assert "No such cell" in none.text
    assert f"{total - 1} in all" in unled.text


async def test_a_person_for_all_branches_chooses_one_first(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    nowhere = replace(cast.fen, branch_id=None)
    await seat(database, browser, nowhere, clock.now)

    assert (await browser.get("/grids")).status_code == 404
    await browser.post_form("/branch", code="A001")
    assert (await browser.get("/grids")).status_code == 200


async def test_the_newest_version_stands_first_with_its_cells_counted(
    cast: Cast, database: Database
):
    async with database.transaction() as session:
        for _ in range(5):
            await service.draft(
                session, cast.hang, DraftIn(kind=DraftKind.SQUARE, side_m=1000), None, NOON
            )
    async with database.read() as session:
        found = await queries.plans(session, cast.hang)

    assert [(plan.version, cells > 4, led) for plan, cells, led in found] == [
        (version, True, 0) for version in (5, 4, 3, 2, 1)
    ]


# ------------------------------------------------------------------ the terminal


async def test_a_draft_is_drawn_at_the_terminal(cast: Cast, settings: Settings, database: Database):
    command = next(one for one in COMMANDS if one.name == "grid draw")
    parser = ArgumentParser()
    command.arguments(parser)
    line = ["--branch", "A001", "--kind", "hexagon", "--side", "300", "--name", "冬季"]

    made = await command.run(Terminal(settings, database), parser.parse_args(line))

    (plan,) = await rows(database, GridPlan)
    assert (made["plan"], plan.name, plan.created_by) == (plan.id, "冬季", cast.hang.user_id)
    assert plan.spec["side_m"] == 300
    assert made["cells"] == len(await rows(database, GridCell))
