"""The rows of registrations, read and written with few statements under the event's lock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, insert, null, select, update
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
from gridcrm.events.seats import Hall, run

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
    given = {"hall": hall.event_id, "this": registration_id}
    row = (await run(session, _ONE, given)).mappings().first()
    if row is None:
        raise NotFound
    return Registration(**row)


async def change(session: AsyncSession, row: Registration, **values: Any) -> None:
    """Write values to a registration, in the database and in the copy at hand."""
    query = update(_REGISTRATION).where(_REGISTRATION.c.id == row.id).values(**values)
    await run(session, query)
    for name, value in values.items():
        setattr(row, name, value)


async def facts(session: AsyncSession, hall: Hall, ask: Ask, among: Select[Any] | None) -> Any:
    """Ask in one statement: are they here already, are they invited, does anybody wait.

    A customer is looked for `among` those given, and found in the event's branch only.
    """
    if isinstance(ask.person, Guest):
        phone = ask.person.phone or None
        return (await run(session, _GUEST, {"hall": hall.event_id, "phone": phone})).one()
    people = select(Customer) if among is None else among
    query = people.where(*_THIS_CUSTOMER).with_only_columns(*_ABOUT_CUSTOMER)
    given = {"hall": hall.event_id, "person": ask.person, "home": hall.branch_id}
    row = (await run(session, query, given)).first()
    if row is None:
        raise NotFound
    return row


async def somebody_waits(session: AsyncSession, hall: Hall) -> bool:
    """Return whether the event has a waiting list."""
    return bool((await run(session, select(_QUEUE), {"hall": hall.event_id})).scalar_one())


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
    row: dict[str, Any] = {
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
    return Registration(id=(await run(session, _ADD, row)).scalar_one(), **row)


async def accept(session: AsyncSession, invitation_id: int, now: datetime) -> None:
    """Note that an invited person comes."""
    await run(session, _ACCEPT, {"this": invitation_id, "at": now})


def _registered(person: ColumnElement[bool]) -> ColumnElement[Any]:
    query = select(_REGISTRATION.c.id).where(
        _REGISTRATION.c.event_id == bindparam("hall"),
        _REGISTRATION.c.state != RegistrationState.CANCELLED,
        person,
    )
    same = query.order_by(_REGISTRATION.c.id).limit(1).scalar_subquery()
    return same.label("registration_id")


# Built once: taking a seat is the busiest thing that this application does.
_ONE = select(_REGISTRATION).where(
    _REGISTRATION.c.id == bindparam("this"), _REGISTRATION.c.event_id == bindparam("hall")
)
_QUEUE = (
    select(_REGISTRATION.c.id)
    .where(
        _REGISTRATION.c.event_id == bindparam("hall"),
        _REGISTRATION.c.state == RegistrationState.WAITLISTED,
    )
    .exists()
    .label("queue")
)
_INVITED = (
    select(_INVITATION.c.id)
    .where(
        _INVITATION.c.event_id == bindparam("hall"),
        _INVITATION.c.customer_id == bindparam("person"),
    )
    .scalar_subquery()
    .label("invitation_id")
)
_THIS_CUSTOMER = (
    _CUSTOMER.c.id == bindparam("person"), _CUSTOMER.c.branch_id == bindparam("home"),
)  # fmt: skip
_ABOUT_CUSTOMER = (
    _registered(_REGISTRATION.c.customer_id == bindparam("person")),
    _INVITED,
    _CUSTOMER.c.cell_id,
    _QUEUE,
)
_GUEST = select(
    _registered(_REGISTRATION.c.guest_phone == bindparam("phone", type_=String)),
    null().label("invitation_id"),
    null().label("cell_id"),
    _QUEUE,
)
_ADD = insert(_REGISTRATION).returning(_REGISTRATION.c.id)
_ACCEPT = (
    update(_INVITATION)
    .where(
        _INVITATION.c.id == bindparam("this"),
        _INVITATION.c.state.not_in((InvitationState.SUPPRESSED, InvitationState.ACCEPTED)),
    )
    .values(state=InvitationState.ACCEPTED, answered_at=bindparam("at"))
)
