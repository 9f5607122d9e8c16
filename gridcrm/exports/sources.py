"""Where the people of a list come from: each kind loads its thing through its own scope."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from litestar.datastructures import MultiDict
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.core.errors import NotFound
from gridcrm.core.i18n import gettext, local_name
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries as customers
from gridcrm.customers.filters import shown_of
from gridcrm.customers.listing import matching
from gridcrm.customers.models import Customer
from gridcrm.events import queries as events
from gridcrm.events.models import (
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from gridcrm.exports.models import ListKind
from gridcrm.grids import queries as grids
from gridcrm.segments import queries as segments
from gridcrm.segments.predicate import compile_predicate

_ON_LIST = tuple(set(RegistrationState) - {RegistrationState.CANCELLED})


@dataclass(frozen=True)
class Wanted:
    """Which list somebody wants: its kind, the thing it is of, and a filter as an address has it."""

    kind: ListKind
    object_id: int | None = None
    query: str = ""


@dataclass(frozen=True)
class Source:
    """The people of a list, as far as the taker may see them.

    `guests` came without a record and stand on no list.
    """

    wanted: Wanted
    title: str
    back: str
    people: SelectOfScalar[Customer]
    filter: dict[str, Any] = field(default_factory=dict)
    guests: int = 0


async def load(session: AsyncSession, who: Who, wanted: Wanted, now: datetime) -> Source:
    """Return the source of a list; 404 for another branch's thing."""
    needed = _NEEDS.get(wanted.kind, Right.CUSTOMERS_LIST)
    who.must(Right.CUSTOMERS_LIST)
    who.must(needed)
    return await _LOADERS[wanted.kind](session, who, wanted, now)


async def _segment(session: AsyncSession, who: Who, wanted: Wanted, now: datetime) -> Source:
    segment = await segments.one(session, who, _id(wanted))
    asked = await segments.context(session, who, now)
    return Source(
        wanted,
        local_name(segment),
        f"/segments/{segment.id}",
        customers.visible(who).where(compile_predicate(segment.predicate, asked)),
        filter={"predicate": segment.predicate},
    )


async def _cell(session: AsyncSession, who: Who, wanted: Wanted, _now: datetime) -> Source:
    cell = await grids.cell(session, who, _id(wanted))
    people = customers.visible(who).where(Customer.cell_id == cell.id)
    return Source(wanted, cell.name, f"/map?cell={cell.id}", people, filter={"cell": cell.key})


async def _customers(_session: AsyncSession, who: Who, wanted: Wanted, now: datetime) -> Source:
    shown = shown_of(MultiDict(parse_qsl(wanted.query)))
    return Source(
        wanted,
        gettext("Customers"),
        f"/customers?{wanted.query}" if wanted.query else "/customers",
        matching(who, shown.given, shown.facets, now),
        filter={key: str(value) for key, value in shown.params.items()},
    )


async def _invited(session: AsyncSession, who: Who, wanted: Wanted, _now: datetime) -> Source:
    event = await events.one(session, who, _id(wanted))
    people = (
        customers.visible(who)
        .join(Invitation, col(Invitation.customer_id) == Customer.id)
        .where(Invitation.event_id == event.id, Invitation.state != InvitationState.SUPPRESSED)
    )
    title = gettext("{title}: invited").format(title=event.title)
    return Source(wanted, title, f"/events/{event.id}", people, filter={"event": event.id})


async def _registered(session: AsyncSession, who: Who, wanted: Wanted, _now: datetime) -> Source:
    words = gettext("{title}: registered")
    return await _of_event(session, who, wanted, _ON_LIST, words)


async def _attended(session: AsyncSession, who: Who, wanted: Wanted, _now: datetime) -> Source:
    words = gettext("{title}: attended")
    return await _of_event(session, who, wanted, (RegistrationState.CHECKED_IN,), words)


async def _of_event(
    session: AsyncSession,
    who: Who,
    wanted: Wanted,
    states: tuple[RegistrationState, ...],
    words: str,
) -> Source:
    event = await events.one(session, who, _id(wanted))
    fits = (Registration.event_id == event.id, col(Registration.state).in_(states))
    people = (
        customers.visible(who)
        .join(Registration, col(Registration.customer_id) == Customer.id)
        .where(*fits)
    )
    nameless = select(func.count()).select_from(Registration)
    guests = nameless.where(*fits, col(Registration.customer_id).is_(None))
    return Source(
        wanted,
        words.format(title=event.title),
        f"/events/{event.id}",
        people,
        filter={"event": event.id, "states": sorted(states)},
        guests=(await session.exec(guests)).one(),
    )


def _id(wanted: Wanted) -> int:
    if wanted.object_id is None:
        raise NotFound
    return wanted.object_id


_Loader = Callable[[AsyncSession, Who, Wanted, datetime], Awaitable[Source]]
_LOADERS: dict[ListKind, _Loader] = {
    ListKind.SEGMENT: _segment,
    ListKind.EVENT_INVITED: _invited,
    ListKind.EVENT_REGISTERED: _registered,
    ListKind.EVENT_ATTENDED: _attended,
    ListKind.CELL: _cell,
    ListKind.CUSTOMERS: _customers,
}
_NEEDS = {
    ListKind.SEGMENT: Right.SEGMENTS_VIEW,
    ListKind.EVENT_INVITED: Right.EVENTS_VIEW,
    ListKind.EVENT_REGISTERED: Right.EVENTS_VIEW,
    ListKind.EVENT_ATTENDED: Right.EVENTS_VIEW,
    ListKind.CELL: Right.GRIDS_VIEW,
}
