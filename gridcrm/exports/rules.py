"""What a list may be used for, whom that use leaves out, and how long a list may be."""

from dataclasses import dataclass

from gridcrm.consent.models import Purpose
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import N_
from gridcrm.core.who import Right, Who
from gridcrm.events.models import Suppression
from gridcrm.exports.models import ListKind, Use

MOST_ROWS = 5_000
"""A longer list needs a second person's approval, which GridCRM does not offer yet."""
_SHORTEST_REASON = 5

_CALLED = (Suppression.DECEASED, Suppression.STAFF, Suppression.MINOR, Suppression.DO_NOT_CONTACT)
_MARKETING = (*_CALLED, Suppression.OPEN_COMPLAINT, Suppression.NO_CONSENT)
_BY_PHONE = (*_MARKETING, Suppression.NO_REACHABLE_CHANNEL)


@dataclass(frozen=True)
class Terms:
    """What goes with a use: the consent it needs, whom it leaves out, and which lists it fits."""

    title: str
    text: str
    icon: str
    consent: Purpose | None
    leaves_out: tuple[Suppression, ...]
    names_people: bool = True
    kinds: frozenset[ListKind] = frozenset(ListKind)


TERMS: dict[Use, Terms] = {
    Use.MARKETING_SMS: Terms(
        N_("Marketing by text message"),
        N_("Only with this consent; needs a phone number."),
        "message",
        Purpose.MARKETING_SMS,
        _BY_PHONE,
    ),
    Use.MARKETING_CALL: Terms(
        N_("Marketing by phone"),
        N_("Only with this consent; needs a phone number."),
        "phone-outgoing",
        Purpose.MARKETING_CALL,
        _BY_PHONE,
    ),
    Use.WECHAT: Terms(
        N_("Contact by WeChat"),
        N_("Only with this consent."),
        "brand-wechat",
        Purpose.WECHAT_CONTACT,
        _MARKETING,
    ),
    Use.PARTNER: Terms(
        N_("Give to a partner"),
        N_("Only with this consent, which names partners."),
        "building-store",
        Purpose.PARTNER_SHARE,
        _MARKETING,
    ),
    Use.EVENT: Terms(
        N_("Run an event"),
        N_("Sign-in sheet, name cards, seating."),
        "calendar-event",
        None,
        (Suppression.DECEASED,),
        kinds=frozenset(
            {ListKind.EVENT_INVITED, ListKind.EVENT_REGISTERED, ListKind.EVENT_ATTENDED}
        ),
    ),
    Use.VISIT: Terms(
        N_("Visits and service"),
        N_("A walk through the grid; no advertising."),
        "walk",
        None,
        (Suppression.DECEASED, Suppression.DO_NOT_CONTACT),
    ),
    Use.ANALYSIS: Terms(
        N_("Count and analyse"),
        N_("Without names, phones and numbers."),
        "chart-dots",
        None,
        (),
        names_people=False,
    ),
}


def uses_for(kind: ListKind) -> list[Use]:
    """Return what a kind of list may be used for."""
    return [use for use, terms in TERMS.items() if kind in terms.kinds]


def check_use(use: Use, kind: ListKind, reason: str) -> None:
    """Refuse a use that does not fit the list, or one without words of one's own."""
    if kind not in TERMS[use].kinds:
        raise InvalidInput({"use": "This list is not for that."})
    if len(reason.strip()) < _SHORTEST_REASON:
        raise InvalidInput({"reason": "Say in a few words what you need the list for."})


def check_length(rows: int) -> None:
    """Refuse a list that is longer than one person may take alone."""
    if rows > MOST_ROWS:
        raise RuleBroken(
            "This list has {rows:,} rows; nobody takes more than {most:,} alone."
            " Narrow it, for example by cell.",
            rows=rows,
            most=MOST_ROWS,
        )


def is_masked(use: Use, who: Who, *, asked_whole: bool) -> bool:
    """Return whether names and phones are masked: always, unless the role may reveal them."""
    may = who.may(Right.CUSTOMERS_REVEAL) and TERMS[use].names_people
    return not (asked_whole and may)
