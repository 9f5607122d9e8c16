"""How far the branch reaches: walks and shares of customers and cells, kept right."""

import numpy as np
import pytest
import shapely
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, LonLat, distance_m
from geo.streets import street_graph
from gridcrm.branches.features import read_features
from gridcrm.branches.models import Branch, PlaceImport, PlaceKind
from gridcrm.branches.registry import moved
from gridcrm.core.db import Database
from gridcrm.core.uploads import Upload
from gridcrm.customers import communities, imports, reaching, remembering, service
from gridcrm.customers.bulk import set_rows
from gridcrm.customers.forms import CommunityIn
from gridcrm.customers.imports import Choice
from gridcrm.customers.models import CommunityAlias, Customer, PlacedBy
from gridcrm.customers.placing import Group, put
from gridcrm.grids.models import GridCell
from tests import make
from tests.cast import Cast
from tests.conftest import NOON, Clock
from tests.gridcrm.customers.conftest import Town
from tests.gridcrm.customers.river import (
    SETTINGS,
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
from tests.shared_data import shared_data


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
        await put(session, cast.a, [Group([row], at(800, 0))], PlacedBy.PIN, clock.now)
    assert await numbers(database, later) == (10.0, 1.0)

    async with database.transaction() as session:
        row = (await session.exec(select(Customer).where(Customer.id == later))).one()
        row.lon = row.lat = None
        session.add(row)
    await work_out(database, cast.hang)
    assert await numbers(database, later) == (None, None)


async def test_who_waits_for_a_place_again_has_no_walk(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    person = make.customer(cast.a, community="大冲")
    spot = at(800, 0)
    async with database.transaction() as session:
        session.add(person)
        await session.flush()
        form = CommunityIn(community="大冲", lon=spot.lon, lat=spot.lat)
        await communities.place(session, cast.hang, [form], clock.now)
    assert await numbers(database, person.id or 0) == (10.0, 1.0)
    async with database.transaction() as session:
        alias = (await session.exec(select(CommunityAlias))).one()
        await remembering.take_back(session, cast.hang, alias.id or 0, clock.now)
    assert await numbers(database, person.id or 0) == (None, None)


async def test_the_streets_are_read_into_ways_once_for_all_pins_until_one_of_them_changes(
    database: Database, cast: Cast, clock: Clock, monkeypatch
):
    built = []

    def counted(shapes):
        built.append(len(shapes))
        return street_graph(shapes)

    monkeypatch.setattr(reaching, "street_graph", counted)
    reaching._ways.cache_clear()
    await streets(database, cast)
    await work_out(database, cast.hang)
    one, other, third = await people(database, cast, None, None, None)

    async def pin(person: int) -> float | None:
        async with database.transaction() as session:
            row = (await session.exec(select(Customer).where(Customer.id == person))).one()
            await put(session, cast.a, [Group([row], at(0, 600))], PlacedBy.PIN, clock.now)
        return (await numbers(database, person))[0]

    by_the_bridge = await pin(one)
    assert (await pin(other), built) == (by_the_bridge, [3])

    async with database.transaction() as session:
        session.add(road(cast.a, line((0, 0), (0, 600)), "ferry"))
    straight = await pin(third)
    slower = SETTINGS.model_copy(update={"speed_m_per_min": 40.0})
    await work_out(database, cast.hang, slower)
    assert built == [3, 4], "who walks how fast changes no street"
    assert straight is not None
    assert by_the_bridge is not None
    assert straight < by_the_bridge


async def test_before_the_first_time_placing_somebody_asks_for_no_streets(
    database: Database, cast: Cast, clock: Clock
):
    (later,) = await people(database, cast, None)
    async with database.transaction() as session:
        row = (await session.exec(select(Customer).where(Customer.id == later))).one()
        await put(session, cast.a, [Group([row], at(800, 0))], PlacedBy.PIN, clock.now)
    assert await numbers(database, later) == (None, None)


async def test_people_of_a_file_get_numbers_as_they_are_taken_in(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    spot = at(800, 0)
    upload = Upload(
        "a.csv",
        f"姓名,手机号,经度,纬度\n王东,13900000001,{spot.lon},{spot.lat}\n李无,13900000002,,\n".encode(),
    )
    async with database.transaction() as session:
        choice = Choice(Datum.WGS84)
        examined = await imports.examine(session, cast.hang, upload, choice, clock.now)
        await imports.take_in(session, cast.hang, upload, choice, examined, clock.now)
        query = select(Customer.phone, Customer.walk_min, Customer.branch_share)
        found = {phone: rest for phone, *rest in await session.exec(query)}

    assert found == {"13900000001": [10.0, 1.0], "13900000002": [None, None]}


async def test_a_walk_is_written_only_where_the_person_still_lives(database: Database, cast: Cast):
    (moved_away, still_there) = await people(database, cast, at(400, 0), at(400, 0))
    then, now = at(0, 0), at(400, 0)
    async with database.transaction() as session:
        new = {"walk_min": 1.0}
        rows = [
            ({"id": moved_away, "lon": then.lon, "lat": then.lat}, new),
            ({"id": still_there, "lon": now.lon, "lat": now.lat}, new),
        ]
        await set_rows(session, "customer", rows)

    assert await numbers(database, moved_away) == (None, None)
    assert await numbers(database, still_there) == (1.0, None)


async def test_in_shenzhen_nobody_walks_less_than_the_crow_flies(database: Database, cast: Cast):
    folder = shared_data("shenzhen_nanshan_osm", "layers", "roads.geojson")
    home = LonLat(113.9474738, 22.5438314)
    shapes = [
        f.shape for f in read_features(Upload(folder.name, folder.read_bytes()), Datum.WGS84).good
    ]
    spots = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    lon, lat = shapely.get_coordinates(spots).T
    async with database.transaction() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        branch.lon, branch.lat = home.lon, home.lat
        session.add(branch)
        session.add_all(road(branch, shape, str(n)) for n, shape in enumerate(shapes))
        session.add_all(
            make.customer(branch, lon=x, lat=y)
            for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
        )
    await work_out(database, cast.hang)
    async with database.read() as session:
        query = select(Customer.lon, Customer.lat, Customer.walk_min)
        rows = np.array((await session.exec(query)).all(), dtype=np.float64)

    walk_m, straight_m = rows[:, 2] * 80, distance_m(rows[:, 0], rows[:, 1], home)
    there = ~np.isnan(walk_m)
    assert there.mean() > 0.9
    assert (walk_m[there] > straight_m[there] - 10).all()
    assert np.median(walk_m[there] / straight_m[there]) == pytest.approx(1.33, abs=0.15)


async def test_a_grid_that_is_published_later_has_the_numbers_of_its_cells(
    database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    async with database.transaction() as session:
        plan = await squares(session, cast.a, cast.hang)
        await service.publish_plan(session, cast.hang, plan.id or 0, clock.now)
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


async def test_streets_that_arrive_while_it_is_worked_out_make_it_stale(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    await streets(database, cast)
    rivals = reaching.rivals

    async def meanwhile(session: AsyncSession, branch: Branch) -> list[reaching.Rival]:
        async with database.transaction() as other:
            other.add(road(branch, line((0, 0), (0, 600)), "a second bridge"))
        return await rivals(session, branch)

    monkeypatch.setattr(reaching, "rivals", meanwhile)
    await work_out(database, cast.hang)

    assert await is_stale(database, cast.hang)


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
