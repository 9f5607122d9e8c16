"""The rows of registrations, read and written with few statements under the event's lock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, insert, null, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import NotFound
from gridcrm.core.tables import table
from gridcrm.customers.models import Customer
from gridcrm.events.models import (
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
)
from gridcrm.events.seats import Hall

_REGISTRATION = table(Registration.__tablename__)
_INVITATION = table(Invitation.__tablename__)
_CUSTOMER = table(Customer.__tablename__)


@dataclass(frozen=True)
class Guest:
    """Somebody who is not among the customers."""

    name: str
    phone: str = ""


@dataclass(frozen=True)
class Ask:
    """Who wants to come, with how many, and how that reached us."""

    person: int | Guest
    party_size: int
    source: RegistrationSource


async def by_id(session: AsyncSession, hall: Hall, registration_id: int) -> Registration:
    """Return a registration of an event that is locked, as it stands now."""
    query = select(_REGISTRATION).where(
        _REGISTRATION.c.id == registration_id, _REGISTRATION.c.event_id == hall.event_id
    )
    row = (await _run(session, query)).mappings().first()
    if row is None:
        raise NotFound
    return Registration(**row)


async def change(session: AsyncSession, row: Registration, **values: Any) -> None:
    """Write values to a registration, in the database and in the copy at hand."""
    query = update(_REGISTRATION).where(_REGISTRATION.c.id == row.id).values(**values)
    await _run(session, query)
    for name, value in values.items():
        setattr(row, name, value)


async def facts(session: AsyncSession, hall: Hall, ask: Ask, among: Select[Any] | None) -> Any:
    """Ask in one statement: are they here already, are they invited, does anybody wait."""
    query = (
        _guest_facts(hall, ask.person)
        if isinstance(ask.person, Guest)
        else _customer_facts(hall, ask.person, select(Customer) if among is None else among)
    )
    row = (await _run(session, query)).first()
    if row is None:
        raise NotFound
    return row


async def somebody_waits(session: AsyncSession, hall: Hall) -> bool:
    """Return whether the event has a waiting list."""
    return bool((await _run(session, select(_queue(hall)))).scalar_one())


async def add(
    session: AsyncSession,
    hall: Hall,
    ask: Ask,
    cell_id: int | None,
    now: datetime,
    *,
    confirmed: bool,
) -> Registration:
    """Store a registration, with seats to come or at the end of the waiting list."""
    guest = ask.person if isinstance(ask.person, Guest) else Guest("")
    row = {
        "event_id": hall.event_id,
        "branch_id": hall.branch_id,
        "customer_id": None if isinstance(ask.person, Guest) else ask.person,
        "guest_name": guest.name,
        "guest_phone": guest.phone,
        "cell_id": cell_id,
        "party_size": ask.party_size,
        "state": RegistrationState.CONFIRMED if confirmed else RegistrationState.WAITLISTED,
        "source": ask.source,
        "created_at": now,
    }
    query = insert(_REGISTRATION).values(**row).returning(_REGISTRATION.c.id)
    return Registration(id=(await _run(session, query)).scalar_one(), **row)


async def accept(session: AsyncSession, invitation_id: int, now: datetime) -> None:
    """Note that an invited person comes."""
    query = update(_INVITATION).where(
        _INVITATION.c.id == invitation_id,
        _INVITATION.c.state.not_in((InvitationState.SUPPRESSED, InvitationState.ACCEPTED)),
    )
    await _run(session, query.values(state=InvitationState.ACCEPTED, answered_at=now))


def number(row: Registration) -> int:
    """Return the id of a stored registration."""
    assert row.id is not None
    return row.id


def _guest_facts(hall: Hall, guest: Guest) -> Select[Any]:
    same = _registered(hall, _REGISTRATION.c.guest_phone == guest.phone)
    return select(
        (same if guest.phone else null()).label("registration_id"),
        null().label("invitation_id"),
        null().label("cell_id"),
        _queue(hall),
    )


def _customer_facts(hall: Hall, customer_id: int, among: Select[Any]) -> Select[Any]:
    invited = select(_INVITATION.c.id).where(
        _INVITATION.c.event_id == hall.event_id, _INVITATION.c.customer_id == customer_id
    )
    same = _registered(hall, _REGISTRATION.c.customer_id == customer_id)
    this = among.where(_CUSTOMER.c.id == customer_id, _CUSTOMER.c.branch_id == hall.branch_id)
    return this.with_only_columns(
        same.label("registration_id"),
        invited.scalar_subquery().label("invitation_id"),
        _CUSTOMER.c.cell_id,
        _queue(hall),
    )


def _registered(hall: Hall, person: ColumnElement[bool]) -> ScalarSelect[Any]:
    query = select(_REGISTRATION.c.id).where(
        _REGISTRATION.c.event_id == hall.event_id,
        _REGISTRATION.c.state != RegistrationState.CANCELLED,
        person,
    )
    return query.order_by(_REGISTRATION.c.id).limit(1).scalar_subquery()


def _queue(hall: Hall) -> ColumnElement[bool]:
    waiting = select(_REGISTRATION.c.id).where(
        _REGISTRATION.c.event_id == hall.event_id,
        _REGISTRATION.c.state == RegistrationState.WAITLISTED,
    )
    return waiting.exists().label("queue")


async def _run(session: AsyncSession, query: Any) -> Any:
    return await (await session.connection()).execute(query)
