"""Invited, registered, attended, converted: of an event, a series, a segment, a cell, a branch."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.events.models import Event, Invitation, Registration
from gridcrm.outcomes.attribution import Attendance, Touch, counts_until
from gridcrm.outcomes.measure import Funnel
from gridcrm.outcomes.scope import Scope, scope_of
from gridcrm.outcomes.stages import totals


@dataclass(frozen=True)
class Session:
    """One event of a series or another group, with its own funnel."""

    event_id: int
    title: str
    starts_at: datetime
    counts_until: date
    funnel: Funnel


async def over(session: AsyncSession, who: Who, scope: Scope, touch: Touch = Touch.LAST) -> Funnel:
    """Return the funnel over a scope in the branch at hand; nobody counts twice."""
    return (await totals(session, who.here, scope, touch)).get(0, Funnel())


async def last_days(session: AsyncSession, who: Who, now: datetime, days: int = 30) -> Funnel:
    """Return the funnel of the branch's events of the last days."""
    scope = scope_of(since=now - timedelta(days=days), until=now)
    heads = sum(row.anonymous_count for row in await _events(session, who, scope))
    return with_heads(await over(session, who, scope), heads)


async def sessions(
    session: AsyncSession, who: Who, scope: Scope, zone: tzinfo, touch: Touch = Touch.LAST
) -> list[Session]:
    """Return the events of a scope with the funnel of each, newest first, in two statements."""
    funnels = await totals(session, who.here, scope.by_event(), touch)
    return [
        Session(
            event_id=row.id,
            title=row.title,
            starts_at=row.starts_at,
            counts_until=counts_until(
                Attendance(row.id, row.ends_at, row.outcome_window_days), zone
            ),
            funnel=with_heads(funnels.get(row.id, Funnel()), row.anonymous_count),
        )
        for row in await _events(session, who, scope)
    ]


def with_heads(funnel: Funnel, heads: int) -> Funnel:
    """Return a funnel with the heads that were only counted."""
    return replace(funnel, anonymous=heads)


async def _events(session: AsyncSession, who: Who, scope: Scope) -> list[Any]:
    """The events of a scope; of some people, those where one of them was asked or seen."""
    columns = (Event.id, Event.title, Event.starts_at, Event.ends_at)
    counts = (Event.outcome_window_days, Event.anonymous_count)
    query = (
        select(*(col(column) for column in (*columns, *counts)))
        .where(col(Event.branch_id) == who.here, *scope.events)
        .order_by(col(Event.starts_at).desc())
    )
    if scope.invited or scope.registered:
        asked = select(col(Invitation.event_id)).where(*scope.invited)
        seen = select(col(Registration.event_id)).where(*scope.registered)
        query = query.where(col(Event.id).in_(asked.union(seen)))
    return list(await session.exec(query))  # type: ignore[call-overload]
