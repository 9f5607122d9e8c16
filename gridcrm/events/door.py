"""Who has come: checking in, walking in, and counting heads that stay without a name."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.tables import stored, table
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.events import registering, rows, rules, seats
from gridcrm.events.forms import GuestIn
from gridcrm.events.models import Event, Registration, RegistrationSource, RegistrationState
from gridcrm.events.rows import Ask
from gridcrm.events.seats import Hall

_EVENT = table(Event.__tablename__)


async def check_in(
    session: AsyncSession, who: Who, event_id: int, registration_id: int, now: datetime
) -> Registration:
    """Note that somebody who is registered has come; twice is the same as once.

    Who waits gets a seat if there is one, but before the event begins nobody overtakes.
    """
    hall = await _open_door(session, who, event_id)
    row = await rows.by_id(session, hall, registration_id)
    return await _let_in(session, who, hall, row, now)


async def check_in_customer(
    session: AsyncSession, who: Who, event_id: int, customer_id: int, now: datetime
) -> Registration:
    """Note that a customer has come, registered or not."""
    hall = await _open_door(session, who, event_id)
    ask = Ask(customer_id, 1, RegistrationSource.WALK_IN)
    row = await registering.enter(session, who, hall, ask, now, customers.counted(who))
    return await _let_in(session, who, hall, row, now)


async def walk_in(
    session: AsyncSession, who: Who, event_id: int, form: GuestIn, now: datetime
) -> Registration:
    """Let in somebody who is not registered; a phone number we know leads to the customer."""
    hall = await _open_door(session, who, event_id)
    source = RegistrationSource.WALK_IN
    row = await registering.enter_called(session, who, hall, form, source, now)
    return await _let_in(session, who, hall, row, now)


async def undo_check_in(
    session: AsyncSession, who: Who, event_id: int, registration_id: int, now: datetime
) -> Registration:
    """Take a check-in back; who had only walked in leaves the list again."""
    hall = await _open_door(session, who, event_id)
    row = await rows.by_id(session, hall, registration_id)
    if row.state is not RegistrationState.CHECKED_IN:
        return row
    await rows.change(
        session, row, state=RegistrationState.CONFIRMED, checked_in_at=None, checked_in_by=None
    )
    _note(session, who, "check_in_undo", hall, row)
    if row.source is RegistrationSource.WALK_IN:
        await registering.leave(session, who, hall, row, now)
    return row


async def add_anonymous(session: AsyncSession, who: Who, event_id: int, change: int) -> int:
    """Count people without a name up or down, and return how many there are."""
    hall = await _open_door(session, who, event_id)
    count = _EVENT.c.anonymous_count + change
    query = (
        update(_EVENT)
        .where(_EVENT.c.id == hall.event_id, count >= 0)
        .values(anonymous_count=count)
        .returning(_EVENT.c.anonymous_count)
    )
    found = (await (await session.connection()).execute(query)).scalar_one_or_none()
    if found is None:
        raise RuleBroken("There are no uncounted heads to take away.")
    audit.record(session, who, "heads_count", ("event", event_id), change=change)
    return int(found)


async def _open_door(session: AsyncSession, who: Who, event_id: int) -> Hall:
    hall = await seats.lock(session, event_id, who.here)
    if hall.state not in rules.TAKES_REGISTRATIONS:
        raise RuleBroken("The door of this event is closed. A manager can open it again.")
    return hall


async def _let_in(
    session: AsyncSession, who: Who, hall: Hall, row: Registration, now: datetime
) -> Registration:
    if row.state is RegistrationState.CHECKED_IN:
        return row
    if row.state is RegistrationState.CANCELLED:
        raise RuleBroken("This registration was cancelled. Let the person walk in instead.")
    if row.state is RegistrationState.WAITLISTED:
        await _seat_who_waited(session, hall, row)
    await rows.change(
        session,
        row,
        state=RegistrationState.CHECKED_IN,
        checked_in_at=now,
        checked_in_by=who.user_id,
    )
    _note(session, who, "check_in", hall, row)
    return row


async def _seat_who_waited(session: AsyncSession, hall: Hall, row: Registration) -> None:
    if hall.state in rules.HAS_WAITLIST:
        raise RuleBroken(
            "This person is on the waiting list. Start the event: from then on, free seats go "
            "to those who are here."
        )
    if await seats.take(session, hall, row.party_size) is None:
        raise registering.full(hall)
    await seats.assign(session, hall, stored(row.id), row.party_size)


def _note(session: AsyncSession, who: Who, action: str, hall: Hall, row: Registration) -> None:
    audit.record(
        session,
        who,
        action,
        ("registration", row.id),
        branch_id=hall.branch_id,
        event_id=hall.event_id,
    )
