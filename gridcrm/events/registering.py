"""Registering for an event, giving the seat back, and coming with more or fewer people."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.events import people, rows, rules, seats
from gridcrm.events.forms import GuestIn
from gridcrm.events.models import Registration, RegistrationSource, RegistrationState
from gridcrm.events.rows import Ask, Guest
from gridcrm.events.seats import Hall


async def register(
    session: AsyncSession,
    who: Who | None,
    event_id: int,
    person: int | Guest,
    party_size: int,
    source: RegistrationSource,
    now: datetime,
) -> Registration:
    """Give a customer (by id) or a guest seats, or a place at the end of the waiting list.

    Who is registered already gets the registration they have. `who` is None where people register
    themselves.
    """
    hall = await seats.lock(session, event_id, who.here if who else None)
    among = customers.visible(who) if who else None
    return await enter(session, who, hall, Ask(person, party_size, source), now, among)


async def put_on_list(
    session: AsyncSession, who: Who, event_id: int, form: GuestIn, now: datetime
) -> Registration:
    """Register somebody who asked a colleague, unless their phone number is on the list."""
    hall = await seats.lock(session, event_id, who.here)
    if form.phone and await people.is_on_list(session, event_id, form.phone):
        raise InvalidInput(
            {"phone": "This number is on the list already. Leave it out for somebody else."}
        )
    return await enter_called(session, who, hall, form, RegistrationSource.STAFF, now)


async def enter_called(
    session: AsyncSession,
    who: Who,
    hall: Hall,
    form: GuestIn,
    source: RegistrationSource,
    now: datetime,
) -> Registration:
    """Register somebody by name; a phone number that the branch knows leads to the customer."""
    known = select(Customer.id).where(Customer.branch_id == who.here, Customer.phone == form.phone)
    customer_id = (await session.exec(known)).first() if form.phone else None
    ask = Ask(customer_id or Guest(form.name, form.phone), form.party_size, source)
    return await enter(session, who, hall, ask, now, customers.counted(who))


async def enter(
    session: AsyncSession,
    who: Who | None,
    hall: Hall,
    ask: Ask,
    now: datetime,
    among: Select[Any] | None = None,
) -> Registration:
    """Register with an event that is locked; customers are looked for `among` those given."""
    facts = await rows.facts(session, hall, ask, among)
    if facts.registration_id is not None:
        return await rows.by_id(session, hall, facts.registration_id)
    if hall.state not in rules.TAKES_REGISTRATIONS:
        raise RuleBroken("This event takes no registrations now.")
    waits = facts.queue and hall.state in rules.HAS_WAITLIST
    seated = None if waits else await seats.take(session, hall, ask.party_size)
    if seated is None and ask.source is RegistrationSource.WALK_IN:
        raise full(hall)
    made = await rows.add(session, hall, ask, facts.cell_id, now, confirmed=seated is not None)
    if seated is not None:
        await seats.assign(session, hall, stored(made.id), ask.party_size)
    if facts.invitation_id is not None:
        await rows.accept(session, facts.invitation_id, now)
    _note(session, who, "registration_add", hall, made)
    return made


async def cancel_registration(
    session: AsyncSession,
    who: Who | None,
    event_id: int,
    registration_id: int,
    now: datetime,
) -> Registration:
    """Give seats back; whoever waits moves up in the same transaction.

    Cancelling twice changes nothing.
    """
    hall = await seats.lock(session, event_id, who.here if who else None)
    row = await rows.by_id(session, hall, registration_id)
    if who is not None:
        await _must_see(session, who, row)
    if row.state is RegistrationState.CANCELLED:
        return row
    if row.state is RegistrationState.CHECKED_IN:
        raise RuleBroken("This person has come. Undo the check-in first.")
    _must_be_open(hall)
    await leave(session, who, hall, row, now)
    return row


async def leave(
    session: AsyncSession, who: Who | None, hall: Hall, row: Registration, now: datetime
) -> None:
    """Take a party off an event that is locked, and let others move up."""
    held = row.state is RegistrationState.CONFIRMED
    await rows.change(session, row, state=RegistrationState.CANCELLED, cancelled_at=now)
    if held:
        hall = await seats.give_back(session, hall, stored(row.id), row.party_size)
    _note(session, who, "registration_cancel", hall, row)
    await move_up(session, who, hall, now)


async def change_party(
    session: AsyncSession,
    who: Who | None,
    event_id: int,
    registration_id: int,
    party_size: int,
    now: datetime,
) -> Registration:
    """Come with more or fewer people; more only if they fit and nobody waits for those seats."""
    hall = await seats.lock(session, event_id, who.here if who else None)
    row = await rows.by_id(session, hall, registration_id)
    _must_be_open(hall)
    more = party_size - row.party_size
    if row.state is RegistrationState.CONFIRMED and more > 0:
        await _grow(session, hall, row, more)
    elif row.state is RegistrationState.CONFIRMED and more < 0:
        hall = await seats.give_back(session, hall, stored(row.id), -more)
    elif row.state is not RegistrationState.WAITLISTED:
        return row
    await rows.change(session, row, party_size=party_size)
    _note(session, who, "registration_party", hall, row)
    await move_up(session, who, hall, now)
    return row


async def move_up(session: AsyncSession, who: Who | None, hall: Hall, now: datetime) -> None:
    """Give free seats to those who wait, with an entry in the audit for each."""
    for registration_id in await seats.promote(session, hall, now):
        audit.record(
            session,
            who,
            "registration_promote",
            ("registration", registration_id),
            branch_id=hall.branch_id,
            event_id=hall.event_id,
        )


def full(hall: Hall) -> RuleBroken:
    """Return the refusal that says how many seats there are and who can add some."""
    return RuleBroken(
        "The seats do not suffice: {taken} of {capacity} are taken. Who plans the event can "
        "add seats.",
        taken=f"{hall.taken:,}",
        capacity=f"{hall.capacity:,}",
    )


def _must_be_open(hall: Hall) -> None:
    if hall.state not in rules.TAKES_REGISTRATIONS:
        raise RuleBroken("The list of this event is closed.")


async def _grow(session: AsyncSession, hall: Hall, row: Registration, more: int) -> None:
    waits = hall.state in rules.HAS_WAITLIST and await rows.somebody_waits(session, hall)
    if waits or await seats.take(session, hall, more) is None:
        raise RuleBroken("There are no seats left for more people in your party.")
    await seats.assign(session, hall, stored(row.id), more)


async def _must_see(session: AsyncSession, who: Who, row: Registration) -> None:
    if row.customer_id is not None:
        await customers.one(session, who, row.customer_id)


def _note(
    session: AsyncSession, who: Who | None, action: str, hall: Hall, row: Registration
) -> None:
    audit.record(
        session,
        who,
        action,
        ("registration", row.id),
        branch_id=hall.branch_id,
        event_id=hall.event_id,
        state=row.state,
        party_size=row.party_size,
    )
