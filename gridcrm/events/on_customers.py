"""What events add to a customer's page."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Entry
from gridcrm.events.models import (
    Event,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)


async def timeline(session: AsyncSession, _who: Who, customer: Customer) -> list[Entry]:
    """Return a customer's invitations and visits to events, in two statements."""
    asked = select(Invitation, Event).join(Event, col(Event.id) == Invitation.event_id)
    invitations = asked.where(
        Invitation.customer_id == customer.id, Invitation.state != InvitationState.SUPPRESSED
    )
    entries = [_invited(row, event) for row, event in await session.exec(invitations)]
    came = select(Registration, Event).join(Event, col(Event.id) == Registration.event_id)
    registrations = came.where(Registration.customer_id == customer.id)
    return entries + [_registered(row, event) for row, event in await session.exec(registrations)]


def _invited(row: Invitation, event: Event) -> Entry:
    words = {
        InvitationState.ACCEPTED: gettext("Accepted the invitation to {title}"),
        InvitationState.DECLINED: gettext("Declined the invitation to {title}"),
        InvitationState.MAYBE: gettext("Answered “maybe” to {title}"),
    }
    text = words.get(row.state, gettext("Invited to {title}"))
    at = row.answered_at or row.sent_at or event.created_at
    return Entry(at, "mail", text.format(title=event.title), f"/events/{event.id}")


def _registered(row: Registration, event: Event) -> Entry:
    words = {
        RegistrationState.CONFIRMED: gettext("Registered for {title}"),
        RegistrationState.WAITLISTED: gettext("On the waiting list of {title}"),
        RegistrationState.CHECKED_IN: gettext("Came to {title}"),
        RegistrationState.NO_SHOW: gettext("Did not come to {title}"),
        RegistrationState.CANCELLED: gettext("Cancelled {title}"),
    }
    at = row.checked_in_at or row.cancelled_at or row.created_at
    icon = "user-check" if row.checked_in_at else "ticket"
    return Entry(at, icon, words[row.state].format(title=event.title), f"/events/{event.id}")
