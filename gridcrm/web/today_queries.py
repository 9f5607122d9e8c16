"""What the morning page counts, each in one statement, as far as a person may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User
from gridcrm.branches.models import Branch, Place
from gridcrm.core.days import local_day
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events import queries as events
from gridcrm.events import rules
from gridcrm.events.models import Event, EventState, Registration, RegistrationState
from gridcrm.grids.models import GridCell, GridPlan, PlanState
from gridcrm.labels.models import Label
from gridcrm.ledger.models import Task
from gridcrm.ledger.queries import visible_tasks
from gridcrm.web.today_rules import Step

DAYS_AHEAD = 7
_ON = tuple(set(EventState) - rules.UNDECIDED - {EventState.CANCELLED})


@dataclass(frozen=True, slots=True)
class NextEvent:
    """An event of the coming days: where, and how many heads are here or wait."""

    event: Event
    venue: str
    here: int
    waiting: int

    @property
    def has_door(self) -> bool:
        """Return whether people can be checked in."""
        return self.event.state in rules.TAKES_REGISTRATIONS


async def next_events(session: AsyncSession, who: Who, now: datetime, zone: str) -> list[NextEvent]:
    """Return today's events and those of the next seven days, by time."""
    start = datetime.combine(local_day(now, zone), time(), ZoneInfo(zone))
    end = start + timedelta(days=DAYS_AHEAD + 1)
    found = await events.between(session, who, start, end, states=_ON)
    heads = await _heads(session, [event.id for event in found])
    rooms = {room.id: room.name for room in await events.venues(session, who)} if found else {}
    return [
        NextEvent(
            event,
            rooms.get(event.venue_id, ""),
            heads.get((event.id or 0, RegistrationState.CHECKED_IN), 0),
            heads.get((event.id or 0, RegistrationState.WAITLISTED), 0),
        )
        for event in found
    ]


async def cells_without_lead(session: AsyncSession, who: Who) -> int:
    """Return how many published cells nobody looks after."""
    query = (
        select(func.count())
        .select_from(GridCell)
        .join(GridPlan, col(GridPlan.id) == GridCell.plan_id)
        .where(
            GridPlan.branch_id == who.here,
            GridPlan.state == PlanState.PUBLISHED,
            col(GridCell.lead_id).is_(None),
        )
    )
    return (await session.exec(query)).one()


async def overdue_tasks(session: AsyncSession, who: Who, today: date) -> int:
    """Return how many open tasks that a person may see are late."""
    late = visible_tasks(who).where(Task.due_on < today, col(Task.done_at).is_(None))
    return (await session.exec(select(func.count()).select_from(late.subquery()))).one()


async def events_to_approve(session: AsyncSession, who: Who) -> int:
    """Return how many events wait for an approval."""
    waiting = events.visible(who).where(Event.state == EventState.SUBMITTED)
    return (await session.exec(select(func.count()).select_from(waiting.subquery()))).one()


async def steps_done(session: AsyncSession, branch_id: int | None) -> set[Step]:
    """Return which steps of setting up a branch are done."""
    at = -1 if branch_id is None else branch_id
    published = [GridPlan.branch_id == at, GridPlan.state == PlanState.PUBLISHED]
    asked: dict[Step, Any] = {
        Step.BRANCH: select(Branch.id),
        Step.PEOPLE: select(User.id).where(User.branch_id == at, col(User.active)),
        Step.PLACES: select(Place.id).where(Place.branch_id == at),
        Step.GRID: select(GridPlan.id).where(*published),
        Step.LABELS: select(Label.id),
        Step.CUSTOMERS: select(Customer.id).where(Customer.branch_id == at),
        Step.EVENT: select(Event.id).where(Event.branch_id == at),
    }
    parts = [part.exists().label(step) for step, part in asked.items()]
    row: tuple[bool, ...] = tuple((await session.exec(select(*parts))).one())
    return {step for step, done in zip(asked, row, strict=True) if done}


async def _heads(
    session: AsyncSession, event_ids: Sequence[int | None]
) -> dict[tuple[int, RegistrationState], int]:
    query = (
        select(Registration.event_id, Registration.state, func.sum(Registration.party_size))
        .where(col(Registration.event_id).in_(event_ids))
        .group_by(col(Registration.event_id), col(Registration.state))
    )
    rows = await session.exec(query)
    return {(event_id, RegistrationState(state)): int(n) for event_id, state, n in rows}
