"""Reading events, rooms and series of the branch at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.branches import queries as branches
from gridcrm.core.errors import NotFound
from gridcrm.core.paging import PAGE_SIZE
from gridcrm.core.who import Who
from gridcrm.events.bookings import Booking
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventSeries,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
    Venue,
)
from gridcrm.events.rules import OVER
from gridcrm.labels.models import Label


@dataclass(frozen=True)
class Counters:
    """How far an event has got: people invited, heads registered, waiting and here."""

    invited: int = 0
    suppressed: int = 0
    accepted: int = 0
    declined: int = 0
    registered: int = 0
    waiting: int = 0
    here: int = 0
    no_shows: int = 0


def visible(who: Who) -> SelectOfScalar[Event]:
    """Select the events of the branch at hand."""
    return select(Event).where(Event.branch_id == who.here)


async def one(session: AsyncSession, who: Who, event_id: int) -> Event:
    """Return an event of this person's branch, as it stands in the database."""
    query = visible(who).where(Event.id == event_id).execution_options(populate_existing=True)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def between(
    session: AsyncSession,
    who: Who,
    start: datetime,
    end: datetime,
    *,
    series_id: int | None = None,
    states: Sequence[EventState] = (),
) -> list[Event]:
    """Return the events that begin in a stretch of time, first ones first."""
    query = visible(who).where(Event.starts_at >= start, Event.starts_at < end)
    if series_id is not None:
        query = query.where(Event.series_id == series_id)
    if states:
        query = query.where(col(Event.state).in_(states))
    return list(await session.exec(query.order_by(col(Event.starts_at), col(Event.id))))


async def listed(
    session: AsyncSession,
    who: Who,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
) -> list[Event]:
    """Return a page of events by beginning, the latest first."""
    query = visible(who)
    if since is not None:
        query = query.where(Event.starts_at >= since)
    if until is not None:
        query = query.where(Event.starts_at < until)
    order = col(Event.starts_at).desc(), col(Event.id).desc()
    offset = (max(1, page) - 1) * PAGE_SIZE
    return list(await session.exec(query.order_by(*order).limit(PAGE_SIZE).offset(offset)))


async def in_month(
    session: AsyncSession,
    who: Who,
    month: date,
    *,
    series_id: int | None = None,
    states: Sequence[EventState] = (),
) -> list[Event]:
    """Return the events of a month of the branch's calendar."""
    zone = ZoneInfo((await branches.here(session, who)).time_zone)
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    start, end = (datetime.combine(day, time(), zone) for day in (first, following))
    return await between(session, who, start, end, series_id=series_id, states=states)


async def earliest(
    session: AsyncSession, who: Who, states: Sequence[EventState], now: datetime
) -> datetime:
    """Return when the first event in these states begins, `now` if there is none."""
    begins = visible(who).where(col(Event.state).in_(states)).order_by(col(Event.starts_at))
    found = (await session.exec(begins.limit(1))).first()
    return found.starts_at if found else now


async def counters(session: AsyncSession, event_id: int) -> Counters:
    """Return how far an event has got; the caller has already seen the event."""
    asked = select(Invitation.state, func.count()).where(Invitation.event_id == event_id)
    states = dict(list(await session.exec(asked.group_by(Invitation.state))))
    heads = await _heads(session, event_id)
    sent = sum(n for state, n in states.items() if state is not InvitationState.SUPPRESSED)
    here = heads.get(RegistrationState.CHECKED_IN, 0)
    absent = heads.get(RegistrationState.NO_SHOW, 0)
    return Counters(
        invited=sent,
        suppressed=states.get(InvitationState.SUPPRESSED, 0),
        accepted=states.get(InvitationState.ACCEPTED, 0),
        declined=states.get(InvitationState.DECLINED, 0),
        registered=heads.get(RegistrationState.CONFIRMED, 0) + here + absent,
        waiting=heads.get(RegistrationState.WAITLISTED, 0),
        here=here,
        no_shows=absent,
    )


async def bookings(
    session: AsyncSession, branch_id: int, start: datetime, end: datetime
) -> list[Booking]:
    """Return what the branch's rooms and people are already planned for at that time."""
    query = select(Event).where(
        Event.branch_id == branch_id,
        Event.starts_at < end,
        Event.ends_at > start,
        col(Event.state).not_in(OVER),
    )
    return [booking(event) for event in await session.exec(query)]


async def venues(session: AsyncSession, who: Who) -> list[Venue]:
    """Return the branch's rooms and corners."""
    query = select(Venue).where(Venue.branch_id == who.here)
    return list(await session.exec(query.order_by(col(Venue.name))))


async def venue(session: AsyncSession, who: Who, venue_id: int) -> Venue:
    """Return one room of this person's branch."""
    query = select(Venue).where(Venue.branch_id == who.here, Venue.id == venue_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def all_series(session: AsyncSession, who: Who) -> list[EventSeries]:
    """Return the branch's series."""
    query = select(EventSeries).where(EventSeries.branch_id == who.here)
    return list(await session.exec(query.order_by(col(EventSeries.name))))


async def series(session: AsyncSession, who: Who, series_id: int) -> EventSeries:
    """Return one series of this person's branch."""
    query = select(EventSeries).where(
        EventSeries.branch_id == who.here, EventSeries.id == series_id
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def labels_of(session: AsyncSession, event_id: int) -> list[Label]:
    """Return what an event is about; the caller has already seen the event."""
    query = select(Label).join(EventLabel, col(EventLabel.label_id) == Label.id)
    return list(
        await session.exec(query.where(EventLabel.event_id == event_id).order_by(Label.slug))
    )


async def _heads(session: AsyncSession, event_id: int) -> dict[RegistrationState, int]:
    query = select(Registration.state, func.sum(Registration.party_size))
    here = query.where(Registration.event_id == event_id)
    rows = await session.exec(here.group_by(col(Registration.state)))
    return {RegistrationState(state): int(n) for state, n in rows}


def booking(event: Event) -> Booking:
    """Return what an event takes of a room and of somebody’s day."""
    return Booking(
        event_id=event.id,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        venue_id=event.venue_id,
        host_id=event.host_id,
    )
