"""How far the branch reaches: walks and shares of customers and cells, kept right."""

import pytest
from sqlmodel import select

from gridcrm.branches.models import Branch, PlaceImport, PlaceKind
from gridcrm.branches.registry import moved
from gridcrm.core.db import Database
from gridcrm.customers import reaching
from gridcrm.customers.models import Customer, PlacedBy
from gridcrm.customers.placing import put
from gridcrm.customers.service import publish_plan
from gridcrm.grids.models import GridCell
from tests.cast import Cast
from tests.conftest import NOON, Clock
from tests.gridcrm.customers.conftest import Town
from tests.gridcrm.customers.river import (
    at,
    bank,
    is_stale,
    line,
    numbers,
    people,
    road,
    streets,
    work_out,
)
from tests.ground import squares


async def test_everybody_with_a_place_gets_a_walk_and_a_share(database: Database, cast: Cast):
    await streets(database, cast, bank(cast.a, "中国银行", at(800, 0)))
    near, north, lost, nowhere = await people(
        database, cast, at(400, 0), at(0, 600), at(0, -900), None
    )
    assert await work_out(database, cast.hang) == 2

    assert await numbers(database, near) == (5.0, 0.5)
    assert (await numbers(database, north))[0] == pytest.approx(32.5, abs=0.1)
    assert await numbers(database, lost) == (None, None)
    assert await numbers(database, nowhere) == (None, None)


async def test_working_out_again_changes_nobody(database: Database, cast: Cast):
    await streets(database, cast)
    await people(database, cast, at(400, 0))
    assert [await work_out(database, cast.hang) for _ in range(2)] == [1, 0]


@pytest.mark.usefixtures("town")
async def test_the_cells_that_count_get_the_walk_of_the_place_inside_them(
    database: Database, cast: Cast, town: Town
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    async with database.read() as session:
        rows = await session.exec(select(GridCell.id, GridCell.walk_min))
        walks = dict(rows.all())

    assert walks[town.own_cell] == pytest.approx(0, abs=0.2)
    assert walks[town.other_cell] == pytest.approx(500 / 80, abs=0.2)


async def test_another_branch_keeps_its_numbers(database: Database, cast: Cast, town: Town):
    await streets(database, cast)
    await work_out(database, cast.hang)
    async with database.read() as session:
        assert await reaching.of_branch(session, cast.b.id or 0) is None
    assert await numbers(database, town.sun) == (None, None)


async def test_who_is_placed_later_gets_numbers_at_once_and_who_loses_the_place_loses_them(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    (later,) = await people(database, cast, None)
    async with database.transaction() as session:
        row = (await session.exec(select(Customer).where(Customer.id == later))).one()
        await put(session, cast.a, [row], at(800, 0), PlacedBy.PIN, clock.now)
    assert await numbers(database, later) == (10.0, 1.0)

    async with database.transaction() as session:
        row = (await session.exec(select(Customer).where(Customer.id == later))).one()
        row.lon = row.lat = None
        session.add(row)
    await work_out(database, cast.hang)
    assert await numbers(database, later) == (None, None)


async def test_before_the_first_time_placing_somebody_asks_for_no_streets(
    database: Database, cast: Cast, clock: Clock
):
    (later,) = await people(database, cast, None)
    async with database.transaction() as session:
        row = (await session.exec(select(Customer).where(Customer.id == later))).one()
        await put(session, cast.a, [row], at(800, 0), PlacedBy.PIN, clock.now)
    assert await numbers(database, later) == (None, None)


async def test_a_grid_that_is_published_later_has_the_numbers_of_its_cells(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    async with database.transaction() as session:
        plan = await squares(session, cast.a, cast.hang)
        await publish_plan(session, cast.hang, plan.id or 0, clock.now)
    async with database.read() as session:
        rows = await session.exec(select(GridCell.key, GridCell.walk_min, GridCell.branch_share))
        found = {key: (walk, share) for key, walk, share in rows}
    assert found["sq:500:1:0"] == (pytest.approx(6.2, abs=0.2), 1.0)
    assert not await is_stale(database, cast.hang)


async def test_when_the_branch_moves_walks_follow_and_nothing_is_stale(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    (east,) = await people(database, cast, at(800, 0))
    await work_out(database, cast.hang)
    there = at(400, 0)
    async with database.transaction() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        branch.lon, branch.lat = there.lon, there.lat
        session.add(branch)
        await session.flush()
        await moved(session, cast.hang, branch, clock.now)

    assert (await numbers(database, east))[0] == pytest.approx(5, abs=0.1)
    assert not await is_stale(database, cast.hang)


async def test_new_streets_make_it_stale_until_it_is_worked_out_again(
    database: Database, cast: Cast
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    assert not await is_stale(database, cast.hang)
    async with database.transaction() as session:
        session.add(road(cast.a, line((0, 0), (0, 600)), "a second bridge"))
    assert await is_stale(database, cast.hang)
    await work_out(database, cast.hang)
    assert not await is_stale(database, cast.hang)


async def test_a_file_that_only_changes_streets_makes_it_stale_and_one_of_parks_does_not(
    database: Database, cast: Cast
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    for kind, stale in ((PlaceKind.PARK, False), (PlaceKind.ROAD, True)):
        async with database.transaction() as session:
            session.add(changed_by_file(cast, kind))
        assert await is_stale(database, cast.hang) is stale


def changed_by_file(cast: Cast, kind: PlaceKind) -> PlaceImport:
    return PlaceImport(
        branch_id=cast.a.id, filename="a.geojson", source="t", licence="CC0", datum="wgs84",
        state="committed", report={"new": 0, "changed": 1, "kinds": {kind.value: 1}},
        created_by=cast.hang.user_id, created_at=NOON, committed_at=NOON,
    )  # fmt: skip
