"""What the closed sets of this domain are called, as msgids."""

from collections.abc import Mapping
from enum import StrEnum

from gridcrm.core.i18n import N_, gettext
from gridcrm.events.catalogue import Gate
from gridcrm.events.models import (
    Channel,
    EventState,
    InvitationState,
    RegistrationSource,
    RegistrationState,
    Suppression,
)
from gridcrm.events.rules import Verb

_WORDS: Mapping[StrEnum, str] = {
    EventState.DRAFT: N_("draft"),
    EventState.SUBMITTED: N_("waiting for approval"),
    EventState.RETURNED: N_("returned"),
    EventState.APPROVED: N_("approved"),
    EventState.OPEN: N_("open for invitations"),
    EventState.FULL: N_("full"),
    EventState.IN_PROGRESS: N_("running"),
    EventState.CLOSED: N_("ended"),
    EventState.SETTLED: N_("settled"),
    EventState.REVIEWED: N_("reviewed"),
    EventState.CANCELLED: N_("cancelled"),
    InvitationState.SUPPRESSED: N_("left out"),
    InvitationState.SENT: N_("no answer yet"),
    InvitationState.ACCEPTED: N_("comes"),
    InvitationState.DECLINED: N_("does not come"),
    InvitationState.MAYBE: N_("maybe"),
    RegistrationState.CONFIRMED: N_("has a seat"),
    RegistrationState.WAITLISTED: N_("waits"),
    RegistrationState.CHECKED_IN: N_("has come"),
    RegistrationState.NO_SHOW: N_("did not come"),
    RegistrationSource.REPLY: N_("own reply"),
    RegistrationSource.STAFF: N_("by staff"),
    RegistrationSource.API: N_("by a program"),
    RegistrationSource.WALK_IN: N_("walked in"),
    Channel.SMS: N_("SMS"),
    Channel.WECHAT: N_("WeChat"),
    Channel.CALL: N_("phone call"),
}
_REASONS: Mapping[Suppression, str] = {
    Suppression.NO_CONSENT: N_("no consent to any way of contact"),
    Suppression.REFUSED: N_("refused or withdrew consent"),
    Suppression.DO_NOT_CONTACT: N_("asked not to be contacted"),
    Suppression.CAP_REACHED: N_("contacted often enough lately"),
    Suppression.COOLDOWN: N_("left in peace after a refusal"),
    Suppression.OPEN_COMPLAINT: N_("has an open complaint"),
    Suppression.CARE_FLAG: N_("needs special care just now"),
    Suppression.MINOR: N_("is a minor"),
    Suppression.STAFF: N_("works for the bank"),
    Suppression.DECEASED: N_("has died"),
    Suppression.SUITABILITY: N_("the topic does not suit the tier"),
    Suppression.AGE_GATE: N_("65 or older and a wealth topic"),
    Suppression.NO_REACHABLE_CHANNEL: N_("no phone number"),
    Suppression.ALREADY_INVITED: N_("invited already"),
    Suppression.WRONG_BRANCH: N_("belongs to another branch"),
    Suppression.DATA_EXPIRED: N_("data too old to be used"),
}
_GATES: Mapping[Gate, str] = {
    Gate.MINORS: N_("Children come: a guardian is with each child, and compliance approves."),
    Gate.PHOTO_CONSENT: N_("Photos are taken: ask each person for consent to photos at the door."),
    Gate.COMPLIANCE: N_(
        "A product is the topic: compliance approves, the risk note is in the text."
    ),
    Gate.SUITABILITY: N_(
        "Only people whom the topic suits are invited; those of 65 and older are not."
    ),
    Gate.DUAL_RECORDING: N_(
        "Nothing is sold in the salon: sales take place in the sales zone, recorded."
    ),
    Gate.SAFETY_PLAN: N_("Many people come: a safety plan and a person for each exit."),
    Gate.SITE_PERMIT: N_("Outside the branch: the permit of the site is at hand."),
    Gate.TWO_STAFF: N_("At somebody's home: two colleagues go together."),
    Gate.HELPER_RATIO: N_("One helper for five guests."),
    Gate.SEASON: N_("Outdoors or with effort: check heat, air and noise on the day."),
    Gate.NO_SALES: N_("A public service: nothing is sold or advertised."),
}
_VERBS: Mapping[Verb, str] = {
    Verb.SUBMIT: N_("Submit for approval"),
    Verb.APPROVE: N_("Approve"),
    Verb.RETURN: N_("Return to the planner"),
    Verb.OPEN: N_("Open for invitations"),
    Verb.START: N_("Start"),
    Verb.CLOSE: N_("Close the door"),
    Verb.REOPEN: N_("Open the door again"),
    Verb.SETTLE: N_("Settle the cost"),
    Verb.REVIEW: N_("Write the review"),
    Verb.CANCEL: N_("Cancel the event"),
}
_DONE: Mapping[Verb, str] = {
    Verb.SUBMIT: N_("The plan is submitted."),
    Verb.APPROVE: N_("The event is approved."),
    Verb.RETURN: N_("The plan is returned."),
    Verb.OPEN: N_("The event is open: invite people."),
    Verb.START: N_("The event runs."),
    Verb.CLOSE: N_("The door is closed and attendance is fixed."),
    Verb.REOPEN: N_("The door is open again."),
    Verb.SETTLE: N_("The cost is settled."),
    Verb.REVIEW: N_("The review is kept."),
    Verb.CANCEL: N_("The event is cancelled. Tell those who wanted to come."),
}
_GROUPS: Mapping[str, str] = {
    "lobby": N_("In the lobby"),
    "culture": N_("Culture and crafts"),
    "family": N_("Families"),
    "wealth": N_("Wealth"),
    "outreach": N_("Outside the branch"),
    "service": N_("Service and public good"),
}


def word(value: StrEnum) -> str:
    """Return what a state, a source or a channel is called."""
    return gettext(_WORDS.get(value, value.value))


def reason(value: Suppression) -> str:
    """Return why somebody is left out."""
    return gettext(_REASONS[value])


def gate(value: Gate) -> str:
    """Return what has to be in place."""
    return gettext(_GATES[value])


def button(verb: Verb) -> str:
    """Return what the button of a step says."""
    return gettext(_VERBS[verb])


def done(verb: Verb) -> str:
    """Return what is said when a step is done."""
    return gettext(_DONE[verb])


def group(key: str) -> str:
    """Return the heading of a group of templates."""
    return gettext(_GROUPS[key])


def look(value: StrEnum) -> str:
    """Return the name under which a page knows the icon and colour of a state."""
    return _LOOKS.get(value, value.value)


_LOOKS: Mapping[StrEnum, str] = {
    EventState.SUBMITTED: "pending",
    EventState.RETURNED: "rejected",
    EventState.OPEN: "open",
    EventState.IN_PROGRESS: "running",
    EventState.SETTLED: "closed",
    InvitationState.SUPPRESSED: "retired",
    InvitationState.ACCEPTED: "granted",
    RegistrationState.CONFIRMED: "registered",
    RegistrationState.CHECKED_IN: "attended",
}
