"""Who waits for a place, the pin, and what publishing a plan moves."""

import re

import pytest
from sqlmodel import select

from geo import Datum, convert
from gridcrm.branches.models import Branch
from gridcrm.branches.registry import moved
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer, PlacedBy
from gridcrm.customers.placing import count_people
from gridcrm.grids.models import GridPlan, PlanState
from gridcrm.grids.shape import cells_of
from tests import make
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.customers.conftest import Town, stored
from tests.ground import place, squares


async def waiting_people(database: Database, cast: Cast, *names: str, community: str) -> list[int]:
    people = [make.customer(cast.a, name=name, community=community) for name in names]
    async with database.transaction() as session:
        session.add(place(cast.a, "大冲新城花园", cast.a.lon, cast.a.lat))
        session.add_all(people)
    return [person.id or 0 for person in people]


async def test_one_click_places_everybody_of_a_misspelt_community(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    people = await waiting_people(database, cast, "甲", "乙", community="大冲新城")
    await seat(database, browser, cast.hang, clock.now)
    queue = await browser.get("/customers/unplaced")
    answer = await browser.post_form(
        "/customers/unplaced", community="大冲新城", lon=cast.a.lon, lat=cast.a.lat
    )

    assert "大冲新城花园" in queue.text
    assert "97 % alike" in queue.text
    assert "Place all 2 here" in queue.text
    assert answer.status_code == 303
    for customer_id in people:
        placed = await stored(database, customer_id)
        assert (placed.cell_id, placed.placed_by) == (town.own_cell, PlacedBy.COMMUNITY)


async def test_a_name_that_was_placed_once_places_the_next_person_by_itself(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await waiting_people(database, cast, "甲", community="大冲新城")
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form(
        "/customers/unplaced", community="大冲新城", lon=cast.a.lon, lat=cast.a.lat
    )
    await browser.post_form("/customers/new", name="丙", community="大冲新城")

    async with database.read() as session:
        bing = (await session.exec(select(Customer).where(Customer.name == "丙"))).one()
    assert bing.cell_id == town.own_cell


@pytest.mark.usefixtures("town")
async def test_zhou_places_only_people_that_are_his_to_see(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    (somebody,) = await waiting_people(database, cast, "甲", community="大冲新城")
    await seat(database, browser, cast.zhou, clock.now)
    queue = await browser.get("/customers/unplaced")
    await browser.post_form(
        "/customers/unplaced", community="大冲新城", lon=cast.a.lon, lat=cast.a.lat
    )

    assert "Everybody has a place" in queue.text
    assert (await stored(database, somebody)).lon is None


async def test_a_pin_in_gcj02_is_kept_as_entered_and_placed_in_wgs84(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    lon, lat = convert(cast.a.lon, cast.a.lat, Datum.WGS84, Datum.GCJ02)
    await seat(database, browser, cast.wang, clock.now)
    await browser.post_form(f"/customers/{town.zhao}/position", lon=lon, lat=lat, datum="gcj02")

    zhao = await stored(database, town.zhao)
    assert (zhao.entered_lon, zhao.entered_datum) == (lon, Datum.GCJ02)
    assert (zhao.cell_id, zhao.placed_by) == (town.own_cell, PlacedBy.PIN)
    assert zhao.distance_m == pytest.approx(0, abs=0.01)


async def test_one_pin_can_place_the_whole_community(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    first, second = await waiting_people(database, cast, "甲", "乙", community="未名里")
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form(
        f"/customers/{first}/position", lon=cast.a.lon, lat=cast.a.lat, whole_community="1"
    )

    assert (await stored(database, first)).placed_by is PlacedBy.PIN
    other = await stored(database, second)
    assert (other.placed_by, other.cell_id) == (PlacedBy.COMMUNITY, town.own_cell)


@pytest.mark.parametrize(
    "wrong", [{"lon": "43.78", "lat": "125.47"}, {"lon": "121.5", "lat": "31.2"}, {"lon": ""}]
)
async def test_a_pin_that_is_nowhere_near_is_refused(
    browser: Browser,
    database: Database,
    cast: Cast,
    clock: Clock,
    town: Town,
    wrong: dict[str, str],
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form(f"/customers/{town.li}/position", **wrong)

    assert answer.status_code == 422
    assert (await stored(database, town.li)).placed_by is None


@pytest.mark.usefixtures("town")
async def test_the_pins_surroundings_are_the_branchs_own(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(place(cast.a, "阳光花园", cast.a.lon, cast.a.lat, licence="ODbL"))
        session.add(place(cast.b, "南湖花园", cast.b.lon, cast.b.lat))
    await seat(database, browser, cast.zhou, clock.now)
    found = (await browser.get("/customers/surroundings.json")).json()

    assert [f["properties"]["name"] for f in found["places"]["features"]] == ["阳光花园"]
    assert found["credits"] == ["ODbL"]
    assert {f["id"] for f in found["cells"]["features"]} >= {"sq:500:0:0"}


async def test_publishing_a_draft_retires_the_old_plan_and_moves_everybody(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, side_m=250, version=2)
        session.add(make.customer(cast.a, name="外", lon=126.0, lat=43.78))
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post_form(f"/grids/{draft.id}/publish")

    assert answer.headers["location"] == f"/grids/{draft.id}"
    async with database.read() as session:
        states = dict((await session.exec(select(GridPlan.version, GridPlan.state))).all())
    assert states == {1: PlanState.RETIRED, 2: PlanState.PUBLISHED}
    assert (await stored(database, town.li)).cell_id not in (None, town.own_cell)


@pytest.mark.usefixtures("town")
async def test_publishing_says_large_numbers_with_thousands_separated(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, side_m=250, version=2)
        session.add_all(make.customer(cast.a) for _ in range(1_200))
    await seat(database, browser, cast.hang, clock.now)
    page = await browser.get(
        (await browser.post_form(f"/grids/{draft.id}/publish")).headers["location"]
    )

    assert re.search(r"of 1,20\d people changed cell, 1,20\d have none", page.text)


async def test_a_published_plan_is_not_published_again(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    async with database.read() as session:
        plan_id = (await session.exec(select(GridPlan.id))).one()
    assert (await browser.post_form(f"/grids/{plan_id}/publish")).status_code == 409
    assert (await stored(database, town.li)).cell_id == town.own_cell


@pytest.mark.usefixtures("town")
async def test_wang_may_not_publish_and_bo_finds_no_such_plan(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, version=2)
    for who, status in ((cast.wang, 403), (cast.bo, 404)):
        await seat(database, browser, who, clock.now)
        assert (await browser.post_form(f"/grids/{draft.id}/publish")).status_code == status


@pytest.mark.usefixtures("town")
async def test_people_are_counted_in_the_cells_of_a_draft(database: Database, cast: Cast):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, version=2)
        session.add(make.customer(cast.a, lon=126.0, lat=43.78))
        session.add(make.customer(cast.a))
        await session.flush()
        cells = cells_of(draft)
        found = await count_people(session, cast.hang, cells)

    counts = dict(zip(cells.ids, found.per_cell.tolist(), strict=True))
    assert (counts["sq:500:0:0"], counts["sq:500:1:0"]) == (1, 1)
    assert (found.per_cell.sum(), found.outside, found.unknown) == (2, 1, 1)


async def test_when_the_branch_moves_distances_are_measured_again(
    database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        branch.lon += 0.01
        await moved(session, cast.hang, branch, clock.now)

    assert (await stored(database, town.li)).distance_m == pytest.approx(804, abs=2)
