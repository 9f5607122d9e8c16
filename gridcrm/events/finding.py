"""Finding the one person at the door, never a list of those who might come."""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.customers.models import Customer
from gridcrm.events import people
from gridcrm.events.links import Link, Links
from gridcrm.events.models import (
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from gridcrm.events.people import Line

_MOST_FOUND = 5


async def by_digits(session: AsyncSession, event_id: int, digits: str, surname: str) -> list[Line]:
    """Return the registered and invited people whom four digits and a surname fit together."""
    missing = [name for name, said in (("digits", digits), ("surname", surname)) if not said]
    if missing:
        raise InvalidInput(dict.fromkeys(missing, "This is needed."))
    phone = func.coalesce(Customer.phone, Registration.guest_phone)
    name = func.coalesce(Customer.name, Registration.guest_name)
    registered = await _registered(session, event_id, _fits(phone, name, digits, surname))
    known = _fits(col(Customer.phone), col(Customer.name), digits, surname)
    return registered + await _invited(session, event_id, known)


async def by_code(session: AsyncSession, event_id: int, links: Links, code: str) -> list[Line]:
    """Return the person behind a scanned code or link, if it belongs to this event."""
    read = links.read(code.strip().rstrip("/").rpartition("/")[2])
    if read is None:
        return []
    kind, number = read
    if kind is Link.GUEST:
        return await _registered(session, event_id, col(Registration.id) == number)
    if kind is not Link.INVITATION:
        return []
    this = and_(col(Invitation.id) == number, col(Invitation.event_id) == event_id)
    customer = select(Invitation.customer_id).where(this)
    registered = await _registered(session, event_id, col(Registration.customer_id).in_(customer))
    return registered or await _invited(session, event_id, this)


def _fits(
    phone: SQLColumnExpression[Any], name: SQLColumnExpression[Any], digits: str, surname: str
) -> ColumnElement[bool]:
    return and_(phone.endswith(digits, autoescape=True), name.startswith(surname, autoescape=True))


async def _registered(
    session: AsyncSession, event_id: int, fits: ColumnElement[bool]
) -> list[Line]:
    known = people.on_list(event_id).where(Registration.state != RegistrationState.CANCELLED, fits)
    return await people.lines(session, known.limit(_MOST_FOUND))


async def _invited(session: AsyncSession, event_id: int, fits: ColumnElement[bool]) -> list[Line]:
    """Return who was invited, is not registered, and came all the same."""
    registered = select(Registration.customer_id).where(
        Registration.event_id == event_id,
        Registration.state != RegistrationState.CANCELLED,
        col(Registration.customer_id).is_not(None),
    )
    query = (
        select(Invitation, Customer.name, Customer.phone)
        .join(Customer, col(Customer.id) == Invitation.customer_id)
        .where(
            Invitation.event_id == event_id,
            Invitation.state != InvitationState.SUPPRESSED,
            col(Invitation.customer_id).not_in(registered),
            fits,
        )
        .order_by(col(Invitation.id))
        .limit(_MOST_FOUND)
    )
    return [
        Line(name, phone or "", row.customer_id, invitation=row)
        for row, name, phone in await session.exec(query)
    ]
