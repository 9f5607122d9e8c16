"""A branch with a published grid, people in two of its cells, and somebody in branch B."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.customers.service import publish_plan
from gridcrm.grids.models import GridCell
from tests import make
from tests.cast import Cast
from tests.conftest import Clock
from tests.ground import squares


@dataclass
class Town:
    """Cell 0:0 is zhou's; li lives there, zhao in 1:0, and sun in branch B."""

    own_cell: int
    other_cell: int
    li: int
    zhao: int
    sun: int


@pytest.fixture
async def town(database: Database, cast: Cast, clock: Clock) -> Town:
    async with database.transaction() as session:
        plan = await squares(session, cast.a, cast.hang)
        cells = {
            cell.key: cell
            for cell in await session.exec(select(GridCell).where(GridCell.plan_id == plan.id))
        }
        own, other = cells["sq:500:0:0"], cells["sq:500:1:0"]
        own.lead_id = cast.zhou.user_id
        session.add(own)
        li = make.customer(
            cast.a, name="李阳光", phone="13800000001", number="A-1", lon=own.lon, lat=own.lat,
            community="阳光花园", building="3栋", aum_fen=60_000_000, tier="affluent", distance_m=0,
        )  # fmt: skip
        zhao = make.customer(
            cast.a, name="赵东城", phone="13800000002", number="A-2", lon=other.lon, lat=other.lat,
            birth_year=1950, owner_id=cast.wang.user_id, distance_m=500,
        )  # fmt: skip
        sun = make.customer(cast.b, name="孙南湖", phone="13800000003")
        session.add_all([li, zhao, sun])
        await session.flush()
        await publish_plan(session, cast.hang, plan.id or 0, clock.now)
        return Town(own.id or 0, other.id or 0, *(person.id or 0 for person in (li, zhao, sun)))


async def stored(database: Database, customer_id: int) -> Customer:
    """Return a customer as the database has them now."""
    async with database.read() as session:
        return (await session.exec(select(Customer).where(Customer.id == customer_id))).one()
