"""Two people at the same moment, or one in great haste."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.errors import RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.core.who import Who
from gridcrm.customers import queries, service
from gridcrm.customers.forms import CustomerEdit, CustomerIn, PositionIn
from gridcrm.customers.models import Customer, PlacedBy, Reveal, RevealReason
from gridcrm.customers.publishing import lock_branch
from gridcrm.customers.rules import REVEALS_PER_HOUR
from gridcrm.grids import queries as grids
from gridcrm.grids import service as grid_service
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.shape import cells_of
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.customers.conftest import Town
from tests.ground import place, squares

Deed = Callable[[AsyncSession], Awaitable[object]]


async def at_once(database: Database, *deeds: Deed) -> list[bool]:
    """Return which of several deeds went through, each in a transaction of its own."""

    async def attempt(deed: Deed) -> bool:
        try:
            async with database.transaction() as session:
                await deed(session)
        except RuleBroken:
            return False
        return True

    return list(await asyncio.gather(*map(attempt, deeds)))


async def test_of_two_officers_who_take_on_the_same_person_one_is_told_of_the_other(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        cell = await session.get_one(GridCell, town.own_cell)
        cell.backup_id = cast.ming.user_id
        session.add(cell)

    def take(who: Who) -> Deed:
        return lambda session: service.claim(session, who, town.li, None, NOON)

    went_through = await at_once(database, take(cast.zhou), take(cast.ming))

    async with database.read() as session:
        li = await session.get_one(Customer, town.li)
    assert sum(went_through) == 1
    assert li.owner_id == (cast.zhou if went_through[0] else cast.ming).user_id


async def test_haste_is_no_way_round_the_thirty_reveals_an_hour(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        for n in range(REVEALS_PER_HOUR - 1):
            session.add(
                Reveal(
                    customer_id=town.li,
                    user_id=cast.wang.user_id,
                    reason=RevealReason.CALL,
                    at=NOON - timedelta(minutes=n),
                )
            )

    def look(customer_id: int) -> Deed:
        return lambda session: service.reveal(
            session, cast.wang, customer_id, RevealReason.CALL, NOON
        )

    went_through = await at_once(database, *[look(one) for one in (town.li, town.zhao) * 3])

    async with database.read() as session:
        seen = await queries.reveals_within_the_hour(session, cast.wang.user_id, NOON)
    assert (sum(went_through), seen) == (1, REVEALS_PER_HOUR)


async def test_a_plan_that_is_published_while_it_is_drawn_anew_counts_as_one_or_the_other(
    database: Database, cast: Cast
):
    async with database.transaction() as session:
        plan_id = (await squares(session, cast.a, cast.hang)).id or 0
        session.add(make.customer(cast.a, lon=cast.a.lon, lat=cast.a.lat))
    finer = DraftIn(kind=DraftKind.SQUARE, side_m=250)

    await at_once(
        database,
        lambda session: grid_service.redraw(session, cast.hang, plan_id, finer, None),
        lambda session: service.publish_plan(session, cast.hang, plan_id, NOON),
    )

    async with database.read() as session:
        done = list(await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.seq))))
        plan = await session.get_one(GridPlan, plan_id)
        keys = {cell.key for cell in await grids.cells(session, plan_id)}
    assert done in (["grid_redraw", "grid_publish"], ["grid_publish"])
    assert keys == set(cells_of(plan).ids.tolist())


async def test_while_a_file_is_taken_in_others_go_on_writing_in_the_branch(
    database: Database, cast: Cast
):
    if database.is_sqlite:
        return  # one writer at a time: a file is read before its turn, see test_import_pages
    async with database.transaction() as session:
        await lock_branch(session, cast.a.id or 0)
        async with asyncio.timeout(3), database.transaction() as other:
            other.add(make.customer(cast.a))


async def someone_waits(database: Database) -> None:
    """Return once a session stands before a row that another one holds."""
    waiting = text(
        "select count(*) from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )
    async with asyncio.timeout(10), database.read() as session:
        while not (await (await session.connection()).execute(waiting)).scalar_one():
            await session.rollback()


@pytest.mark.parametrize("deed", ["pinned", "renamed", "added"])
async def test_who_gets_a_place_while_a_plan_is_published_lives_in_a_cell_of_that_plan(
    database: Database, cast: Cast, town: Town, deed: str
):
    if database.is_sqlite:
        return  # one writer at a time
    async with database.transaction() as session:
        plan_id = (await squares(session, cast.a, cast.hang, version=2)).id or 0
        east = await session.get_one(GridCell, town.other_cell)
        session.add(place(cast.a, "东苑", east.lon, east.lat))
        li = await session.get_one(Customer, town.li)
        li.placed_by = PlacedBy.COMMUNITY
        session.add(li)

    async with database.transaction() as session:
        if deed == "pinned":
            spot = PositionIn(lon=east.lon, lat=east.lat)
            await service.set_position(session, cast.hang, town.li, spot, NOON)
        elif deed == "renamed":
            form = CustomerEdit(community="东苑")
            await service.change(session, cast.hang, town.li, form, NOON)
        else:
            new = CustomerIn(name="何新", community="东苑")
            li = await service.add(session, cast.hang, new, NOON)
        publishing = asyncio.create_task(
            at_once(database, lambda s: service.publish_plan(s, cast.hang, plan_id, NOON))
        )
        await someone_waits(database)
    await publishing

    async with database.read() as session:
        lives_in = await session.get_one(GridCell, (await session.get_one(Customer, li.id)).cell_id)
    assert (lives_in.plan_id, lives_in.key) == (plan_id, east.key)
