"""Reading who is invited, registered and at the door; a list names only whom one may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent.clauses import allows
from gridcrm.core.paging import PAGE_SIZE, page_of
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.events.known import PURPOSE
from gridcrm.events.models import (
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
    Seat,
)


@dataclass(frozen=True)
class Line:
    """A person in a list: with a registration, an invitation, or both."""

    name: str
    phone: str
    customer_id: int | None
    registration: Registration | None = None
    invitation: Invitation | None = None
    seats: tuple[int, ...] = ()
    place: int | None = None
    may_be_told: bool = True


@dataclass(frozen=True)
class Lines:
    """A page of a list, how many it has in all, and how many more there are that one may not see."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    hidden: int = 0


async def registered(
    session: AsyncSession,
    who: Who,
    event_id: int,
    states: Collection[RegistrationState],
    *,
    number: int = 1,
) -> Lines:
    """Return a page of those registered, in the order in which they came."""
    rows = col(Registration.event_id) == event_id, col(Registration.state).in_(states)
    everybody = await _count(session, Registration, *rows)
    mine = or_(col(Registration.customer_id).is_(None), _is_visible(Registration, who))
    total = await _count(session, Registration, *rows, mine)
    places = await _places(session, event_id) if RegistrationState.WAITLISTED in states else {}
    offset = page_of(number, total, "", {}).offset
    query = on_list(event_id).where(*rows, mine).limit(PAGE_SIZE).offset(offset)
    return Lines(await lines(session, query, places), total, everybody - total)


async def invited(
    session: AsyncSession,
    who: Who,
    event_id: int,
    states: Collection[InvitationState],
    now: datetime,
    zone: str,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Lines:
    """Return a page of those invited, and whether they may still be told of it."""
    rows = col(Invitation.event_id) == event_id, col(Invitation.state).in_(states)
    everybody = await _count(session, Invitation, *rows)
    mine = _is_visible(Invitation, who)
    total = await _count(session, Invitation, *rows, mine)
    query = (
        select(Invitation, Customer.name, Customer.phone, _may_be_told(now, zone).label("told"))
        .join(Customer, col(Customer.id) == Invitation.customer_id)
        .where(*rows, mine)
        .order_by(col(Invitation.id))
        .limit(size)
        .offset(page_of(number, total, "", {}, size).offset)
    )
    found = [
        Line(name, phone or "", row.customer_id, invitation=row, may_be_told=told)
        for row, name, phone, told in await session.exec(query)
    ]
    return Lines(found, total, everybody - total)


async def named(session: AsyncSession, who: Who, ids: Collection[int]) -> Lines:
    """Return the first of these customers whom one may see."""
    wanted = sorted(ids)[:PAGE_SIZE]
    query = customers.visible(who).where(col(Customer.id).in_(wanted)).order_by(col(Customer.id))
    found = [Line(one.name, one.phone or "", one.id) for one in await session.exec(query)]
    return Lines(found, len(ids), len(wanted) - len(found))


async def at_event(session: AsyncSession, event_id: int, registration_id: int) -> Line | None:
    """Return one registration of an event that the caller has already seen."""
    found = await lines(session, on_list(event_id).where(Registration.id == registration_id))
    return found[0] if found else None


def on_list(event_id: int) -> Any:
    """Select the registrations of an event with the name and phone of those who are customers."""
    return (
        select(Registration, Customer.name, Customer.phone)
        .outerjoin(Customer, col(Customer.id) == Registration.customer_id)
        .where(Registration.event_id == event_id)
        .order_by(col(Registration.id))
    )


async def lines(
    session: AsyncSession, registrations: Any, places: Mapping[int | None, int] | None = None
) -> list[Line]:
    """Return selected registrations as lines of a list, each with its seats."""
    found = list(await session.exec(registrations))
    seats = await seat_numbers(session, [row.id for row, _, _ in found])
    return [
        Line(
            name=name or row.guest_name,
            phone=phone or row.guest_phone,
            customer_id=row.customer_id,
            registration=row,
            seats=seats.get(row.id, ()),
            place=(places or {}).get(row.id),
        )
        for row, name, phone in found
    ]


async def seat_numbers(
    session: AsyncSession, registration_ids: Collection[int | None]
) -> dict[int | None, tuple[int, ...]]:
    """Return the seats that registrations hold."""
    query = select(Seat.registration_id, Seat.number).where(
        col(Seat.registration_id).in_(registration_ids)
    )
    found: dict[int | None, tuple[int, ...]] = {}
    for registration_id, seat in await session.exec(query.order_by(col(Seat.number))):
        found[registration_id] = (*found.get(registration_id, ()), seat)
    return found


async def is_on_list(session: AsyncSession, event_id: int, phone: str) -> bool:
    """Return whether somebody with this phone number, customer or guest, is on an event's list."""
    this = or_(col(Registration.guest_phone) == phone, col(Customer.phone) == phone)
    query = on_list(event_id).where(Registration.state != RegistrationState.CANCELLED, this)
    return (await session.exec(query.limit(1))).first() is not None


async def place_in_line(session: AsyncSession, registration: Registration) -> int:
    """Return which place on the waiting list a registration has, from 1."""
    query = (
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == registration.event_id,
            Registration.state == RegistrationState.WAITLISTED,
            col(Registration.id) <= registration.id,
        )
    )
    return (await session.exec(query)).one()


async def _places(session: AsyncSession, event_id: int) -> dict[int | None, int]:
    query = select(Registration.id).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.WAITLISTED
    )
    waiting = await session.exec(query.order_by(col(Registration.id)))
    return {registration_id: place for place, registration_id in enumerate(waiting, 1)}


async def _count(
    session: AsyncSession, table: type[SQLModel], *conditions: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return (await session.exec(query)).one()


def _is_visible(table: type[Registration | Invitation], who: Who) -> ColumnElement[bool]:
    ids = customers.visible(who).with_only_columns(col(Customer.id))
    return col(table.customer_id).in_(ids)


def _may_be_told(now: datetime, zone: str) -> ColumnElement[bool]:
    """Consent is asked again when the link is shown: a withdrawal counts at once.

    Who is on the list may be told about their own place.
    """
    agreed = {way: allows(purpose, now, zone) for way, purpose in PURPOSE.items()}
    by_this_way = case(
        *((col(Invitation.channel) == way, yes) for way, yes in agreed.items()),
        else_=or_(*agreed.values()),
    )
    comes = select(Registration.id).where(
        Registration.event_id == Invitation.event_id,
        Registration.customer_id == Invitation.customer_id,
        Registration.state != RegistrationState.CANCELLED,
    )
    return and_(
        or_(by_this_way, comes.exists()), ~col(Customer.do_not_contact), ~col(Customer.deceased)
    )
