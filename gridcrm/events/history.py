"""What events add to other pages: a customer's timeline, and where a label is used."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Entry
from gridcrm.events import queries
from gridcrm.events.models import (
    Event,
    EventLabel,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from gridcrm.labels.models import Label
from gridcrm.labels.registry import Link, Use

LABEL_LINK = Link(EventLabel, "event_id")


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


async def label_uses(session: AsyncSession, who: Who, label: Label) -> list[Use]:
    """Return how many of the branch's events are about a label."""
    if not who.may(Right.EVENTS_VIEW) or who.branch_id is None:
        return []
    query = queries.visible(who).join(EventLabel, col(EventLabel.event_id) == Event.id)
    n = len(list(await session.exec(query.where(EventLabel.label_id == label.id))))
    text = ngettext(
        "{n} event of the branch is about it", "{n} events of the branch are about it", n
    )
    return [Use("calendar-event", text.format(n=n), "/events")] if n else []


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
