"""Two cells beside each other in branch A, and one in branch B."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Branch
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.maps.answer import Answer
from gridcrm.maps.forms import MapIn
from gridcrm.maps.loading import answered, ground
from gridcrm.maps.rules import Figure, blur_key
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from tests import make
from tests.cast import Cast
from tests.conftest import NOON, SECRET


@dataclass
class Town:
    """What the tests put people into."""

    cast: Cast
    plan: GridPlan
    west: GridCell
    east: GridCell
    south: GridCell

    def people(self, count: int, cell: GridCell | None, **changes: object) -> list[Customer]:
        """So many customers of branch A, in a cell or in none."""
        here = cell.id if cell else None
        return [make.customer(self.cast.a, cell_id=here, **changes) for _ in range(count)]


async def keep(session: AsyncSession, *rows: object) -> None:
    session.add_all(rows)
    await session.flush()


@pytest.fixture
async def town(cast: Cast, database: Database) -> Town:
    async with database.transaction() as session:
        plan = await make.plan(session, cast.a, cast.hang)
        far = await make.plan(session, cast.b, cast.bo)
        west = _cell(cast.a, plan, -0.004, name="西片", lead_id=cast.zhou.user_id)
        east = _cell(cast.a, plan, 0.0, name="东片")
        south = _cell(cast.b, far, 0.0, name="B 片")
        await keep(session, west, east, south)
    return Town(cast, plan, west, east, south)


def _cell(branch: Branch, plan: GridPlan, shift: float, **changes: object) -> GridCell:
    lon, lat = branch.lon + shift, branch.lat
    box = shapely.box(lon, lat, lon + 0.004, lat + 0.004)
    bounds = dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), box.bounds, strict=True))
    return make.cell(
        branch, plan, lon=lon + 0.002, lat=lat + 0.002, wkb=shapely.to_wkb(box), **bounds, **changes
    )


async def figures(session: AsyncSession, who: Who, **asked: object) -> dict[str, Figure]:
    """The answer of each cell by its name."""
    shown = await answer_for(session, who, **asked)
    return {line.cell.name: line.figure for line in shown.lines}


async def answer_for(session: AsyncSession, who: Who, **asked: object) -> Answer:
    on = await ground(session, who)
    given = MapIn.model_validate(asked)
    return await answered(session, who, on, given, NOON, blur_key(who, SECRET))


async def hold(session: AsyncSession, town: Town, days_ago: int, **changes: object) -> Event:
    """An event of branch A that took place so many days ago."""
    made = make.event(
        town.cast.a, town.cast.zhou, starts_at=NOON - timedelta(days=days_ago), **changes
    )
    await keep(session, made)
    return made


def sale(of: Customer, at: Event, town: Town, **changes: object) -> Outcome:
    """A verified account, credited to the event."""
    row: dict[str, object] = {
        "branch_id": of.branch_id,
        "customer_id": of.id,
        "event_id": at.id,
        "first_event_id": at.id,
        "kind": OutcomeKind.ACCOUNT_OPENED,
        "happened_on": at.starts_at.date(),
        "state": OutcomeState.VERIFIED,
        "claimed_by": town.cast.zhou.user_id,
        "claimed_at": at.ends_at,
    }
    return Outcome(**row | changes)
