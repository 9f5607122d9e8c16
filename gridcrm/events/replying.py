"""What an invited person, or a passer-by with a poster's link, answers without an account."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Branch
from gridcrm.consent import service as consents
from gridcrm.consent.rules import How
from gridcrm.core import audit
from gridcrm.core.errors import NotFound, RuleBroken
from gridcrm.core.tables import stored
from gridcrm.customers.models import Customer
from gridcrm.events import people, registering, rules, seats
from gridcrm.events.forms import GuestIn, Reply, ReplyIn
from gridcrm.events.known import PURPOSE
from gridcrm.events.links import Link
from gridcrm.events.models import (
    Event,
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Venue,
)
from gridcrm.events.rows import Guest

_ANSWER = {Reply.MAYBE: InvitationState.MAYBE, Reply.NO: InvitationState.DECLINED}


@dataclass(frozen=True)
class Card:
    """What the page behind a link shows; nothing of it names a person."""

    event: Event
    branch: Branch
    place: str
    waits: bool
    invitation: Invitation | None = None
    registration: Registration | None = None
    seats: tuple[int, ...] = ()
    position: int | None = None

    def takes_answers(self, now: datetime) -> bool:
        """Return whether somebody can still say that they come."""
        return self.event.state in rules.TAKES_REGISTRATIONS and now < self.event.ends_at

    @property
    def is_seated(self) -> bool:
        """Return whether this person holds seats."""
        states = (RegistrationState.CONFIRMED, RegistrationState.CHECKED_IN)
        return self.registration is not None and self.registration.state in states

    @property
    def is_waiting(self) -> bool:
        """Return whether this person is on the waiting list."""
        waits = RegistrationState.WAITLISTED
        return self.registration is not None and self.registration.state is waits


async def card(session: AsyncSession, kind: Link, number: int) -> Card:
    """Return what a link stands for; the link itself is the right to see it."""
    invitation = await session.get(Invitation, number) if kind is Link.INVITATION else None
    guest = number if kind is Link.GUEST else None
    registration = await _registration(session, invitation, guest)
    event_id = number if kind is Link.EVENT else None
    for known in (invitation, registration):
        event_id = known.event_id if known else event_id
    event = await session.get(Event, event_id) if event_id else None
    if event is None or event.state in rules.UNDECIDED:
        raise NotFound
    return await _card(session, event, invitation, registration)


async def answer(
    session: AsyncSession, shown: Card, form: ReplyIn, now: datetime
) -> Registration | None:
    """Write an answer and return the registration it leaves, if any; the last answer counts."""
    if not shown.takes_answers(now):
        raise RuleBroken("This event takes no answers any more.")
    await seats.lock(session, stored(shown.event.id))
    before = shown.registration.id if shown.registration else None
    row = await _registration(session, shown.invitation, before)
    shown = replace(shown, registration=row)
    if form.answer is Reply.COME:
        return await _come(session, shown, form.party_size, now)
    await _stay_away(session, shown, now)
    if shown.invitation is not None:
        shown.invitation.state = _ANSWER[form.answer]
        shown.invitation.answered_at = now
        session.add(shown.invitation)
        await session.flush()
    return shown.registration


async def sign_up(
    session: AsyncSession, shown: Card, form: GuestIn, now: datetime
) -> Registration | None:
    """Register somebody through a poster; None if the phone number is on the list already.

    A customer is recognised by phone and name together, and nobody learns whether they were.
    """
    if not shown.takes_answers(now):
        raise RuleBroken("This event takes no answers any more.")
    known = select(Customer.id).where(
        Customer.branch_id == shown.event.branch_id,
        Customer.phone == form.phone,
        Customer.name == form.name,
    )
    person = (await session.exec(known)).first() or Guest(form.name, form.phone)
    event_id, source = stored(shown.event.id), RegistrationSource.REPLY
    await seats.lock(session, event_id)
    if await people.is_on_list(session, event_id, form.phone):
        return None
    return await registering.register(session, None, event_id, person, form.party_size, source, now)


async def refuse_further(session: AsyncSession, shown: Card, now: datetime) -> None:
    """Stop every marketing contact with an invited person, at once and for good."""
    if shown.invitation is None:
        raise NotFound
    customer_id = shown.invitation.customer_id
    for purpose in PURPOSE.values():
        await consents.withdraw(session, None, customer_id, purpose, How.OWN_LINK, now)
    audit.record(
        session,
        None,
        "invitations_refused",
        ("customer", customer_id),
        branch_id=shown.event.branch_id,
        event_id=shown.event.id,
    )


async def _registration(
    session: AsyncSession, invitation: Invitation | None, number: int | None
) -> Registration | None:
    """The registration of whoever was invited, or else the one with this number, as it stands."""
    query = select(Registration).execution_options(populate_existing=True)
    if invitation is None:
        return (await session.exec(query.where(Registration.id == number))).first()
    mine = query.where(
        Registration.event_id == invitation.event_id,
        Registration.customer_id == invitation.customer_id,
        Registration.state != RegistrationState.CANCELLED,
    )
    return (await session.exec(mine)).first()


async def _card(
    session: AsyncSession,
    event: Event,
    invitation: Invitation | None,
    registration: Registration | None,
) -> Card:
    branch = await session.get(Branch, event.branch_id)
    room = await session.get(Venue, event.venue_id) if event.venue_id else None
    held = await people.seat_numbers(session, [registration.id]) if registration else {}
    assert branch is not None
    return Card(
        event=event,
        branch=branch,
        place=room.name if room else "",
        waits=await _somebody_waits(session, event),
        invitation=invitation,
        registration=registration,
        seats=next(iter(held.values()), ()),
        position=await _position(session, registration),
    )


async def _position(session: AsyncSession, row: Registration | None) -> int | None:
    if row is None or row.state is not RegistrationState.WAITLISTED:
        return None
    return await people.place_in_line(session, row)


async def _somebody_waits(session: AsyncSession, event: Event) -> bool:
    query = select(Registration.id).where(
        Registration.event_id == event.id, Registration.state == RegistrationState.WAITLISTED
    )
    return (await session.exec(query.limit(1))).first() is not None


async def _come(session: AsyncSession, shown: Card, party_size: int, now: datetime) -> Registration:
    event_id, row = stored(shown.event.id), shown.registration
    if row is None or row.state is RegistrationState.CANCELLED:
        person, source = _person(shown), RegistrationSource.REPLY
        return await registering.register(session, None, event_id, person, party_size, source, now)
    if row.party_size == party_size:
        return row
    return await registering.change_party(session, None, event_id, stored(row.id), party_size, now)


async def _stay_away(session: AsyncSession, shown: Card, now: datetime) -> None:
    row = shown.registration
    if row is not None and (shown.is_seated or shown.is_waiting):
        event_id, number = stored(shown.event.id), stored(row.id)
        await registering.cancel_registration(session, None, event_id, number, now)


def _person(shown: Card) -> int | Guest:
    if shown.invitation is not None:
        return shown.invitation.customer_id
    if shown.registration is None:
        raise NotFound
    row = shown.registration
    return row.customer_id or Guest(row.guest_name, row.guest_phone)
