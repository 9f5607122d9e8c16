"""What other domains ask about events: who was invited, who came, and where they live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.events.models import (
    Event,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)


@dataclass(frozen=True)
class Attended:
    """That a customer came to an event, from which cell, and how long outcomes may credit it."""

    event_id: int
    customer_id: int
    cell_id: int | None
    starts_at: datetime
    ends_at: datetime
    outcome_window_days: int


async def attendance(
    session: AsyncSession, branch_id: int, since: datetime, until: datetime | None = None
) -> list[Attended]:
    """Return every customer's attendance at the branch's events that began since a moment."""
    query = (
        select(
            Event.id,
            Registration.customer_id,
            Registration.cell_id,
            Event.starts_at,
            Event.ends_at,
            Event.outcome_window_days,
        )
        .join(Event, col(Event.id) == Registration.event_id)
        .where(
            *_came(branch_id, since, until),
            col(Registration.customer_id).is_not(None),
        )
        .order_by(col(Event.starts_at), col(Registration.id))
    )
    return [Attended(*row) for row in await session.exec(query)]  # type: ignore[call-overload]


async def invited_by_cell(
    session: AsyncSession, branch_id: int, since: datetime
) -> dict[int | None, int]:
    """Return how many different customers of each cell were invited to events since a moment."""
    people = func.count(col(Invitation.customer_id).distinct())
    query = (
        select(Invitation.cell_id, people)
        .join(Event, col(Event.id) == Invitation.event_id)
        .where(
            *_took_place(branch_id, since, None),
            Invitation.state != InvitationState.SUPPRESSED,
        )
        .group_by(col(Invitation.cell_id))
    )
    return dict(list(await session.exec(query)))


async def attended_by_cell(
    session: AsyncSession, branch_id: int, since: datetime
) -> dict[int | None, int]:
    """Return how many different customers of each cell came to events since a moment."""
    people = func.count(col(Registration.customer_id).distinct())
    query = (
        select(Registration.cell_id, people)
        .join(Event, col(Event.id) == Registration.event_id)
        .where(*_came(branch_id, since, None), col(Registration.customer_id).is_not(None))
        .group_by(col(Registration.cell_id))
    )
    return dict(list(await session.exec(query)))


def _came(branch_id: int, since: datetime, until: datetime | None) -> tuple[Any, ...]:
    return (
        *_took_place(branch_id, since, until),
        Registration.state == RegistrationState.CHECKED_IN,
    )


def _took_place(branch_id: int, since: datetime, until: datetime | None) -> tuple[Any, ...]:
    called_off = Event.state != EventState.CANCELLED
    begun: tuple[Any, ...] = (Event.branch_id == branch_id, Event.starts_at >= since, called_off)
    return (*begun, Event.starts_at < until) if until else begun
