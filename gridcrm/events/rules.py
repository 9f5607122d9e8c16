"""The life of an event as a table, who has to approve it, and whose turn a free seat is."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from gridcrm.core.errors import InvalidInput, NotAllowed, RuleBroken
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Role, Who
from gridcrm.events.catalogue import EventTemplate, Gate
from gridcrm.events.models import EventState as S

MOST_GUESTS = 50
"""More guests than this need the approval of compliance."""


class Verb(StrEnum):
    """What somebody does with an event."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    OPEN = "open"
    START = "start"
    CLOSE = "close"
    REOPEN = "reopen"
    SETTLE = "settle"
    REVIEW = "review"
    CANCEL = "cancel"


NEXT: dict[tuple[S, Verb], S] = {
    (S.DRAFT, Verb.SUBMIT): S.SUBMITTED,
    (S.RETURNED, Verb.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Verb.APPROVE): S.APPROVED,
    (S.SUBMITTED, Verb.RETURN): S.RETURNED,
    (S.APPROVED, Verb.OPEN): S.OPEN,
    (S.OPEN, Verb.START): S.IN_PROGRESS,
    (S.FULL, Verb.START): S.IN_PROGRESS,
    (S.IN_PROGRESS, Verb.CLOSE): S.CLOSED,
    (S.CLOSED, Verb.REOPEN): S.IN_PROGRESS,
    (S.CLOSED, Verb.SETTLE): S.SETTLED,
    (S.SETTLED, Verb.REVIEW): S.REVIEWED,
    **{
        (state, Verb.CANCEL): S.CANCELLED
        for state in (S.DRAFT, S.SUBMITTED, S.RETURNED, S.APPROVED, S.OPEN, S.FULL)
    },
}
"""OPEN and FULL follow each other by themselves, as the last seat is taken or given back."""

RIGHT: dict[Verb, Right] = {
    Verb.SUBMIT: Right.EVENTS_EDIT,
    Verb.APPROVE: Right.EVENTS_APPROVE,
    Verb.RETURN: Right.EVENTS_APPROVE,
    Verb.OPEN: Right.EVENTS_EDIT,
    Verb.START: Right.EVENTS_DOOR,
    Verb.CLOSE: Right.EVENTS_DOOR,
    Verb.REOPEN: Right.EVENTS_APPROVE,
    Verb.SETTLE: Right.EVENTS_EDIT,
    Verb.REVIEW: Right.EVENTS_EDIT,
    Verb.CANCEL: Right.EVENTS_EDIT,
}

TAKES_REGISTRATIONS = frozenset({S.OPEN, S.FULL, S.IN_PROGRESS})
HAS_WAITLIST = frozenset({S.OPEN, S.FULL})
"""Once an event runs, a free seat belongs to whoever stands at the door."""
CAN_INVITE = frozenset({S.OPEN, S.FULL})
OVER = frozenset({S.CLOSED, S.SETTLED, S.REVIEWED, S.CANCELLED})
"""The plan stands as it was, and room and host are free again."""
UNDECIDED = frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED})
"""Only colleagues know of a plan that nobody has agreed to yet."""


class Approval(StrEnum):
    """Whose agreement an event needs before it may open."""

    NONE = "none"
    MANAGER = "manager"
    COMPLIANCE = "compliance"


_MAY_GIVE = {
    Approval.NONE: frozenset({Role.BRANCH_MANAGER, Role.COMPLIANCE}),
    Approval.MANAGER: frozenset({Role.BRANCH_MANAGER, Role.COMPLIANCE}),
    Approval.COMPLIANCE: frozenset({Role.COMPLIANCE}),
}
_ASKS_COMPLIANCE = frozenset({Gate.MINORS, Gate.COMPLIANCE})


def after(state: S, verb: Verb) -> S:
    """Return the state that follows, or refuse."""
    following = NEXT.get((state, verb))
    if following is None:
        raise RuleBroken("This step does not fit the state of the event. Look at it again.")
    return following


def verbs(state: S) -> tuple[Verb, ...]:
    """Return what can be done with an event in this state."""
    return tuple(verb for verb in Verb if (state, verb) in NEXT)


def may_count(who: Who) -> bool:
    """Return whether somebody reads small numbers: who lists people, or counts them at the door."""
    return who.may(Right.CUSTOMERS_LIST) or who.may(Right.EVENTS_DOOR)


def needed_approval(kind: EventTemplate, capacity: int, *, names_product: bool) -> Approval:
    """Return who has to agree: compliance to minors, a named product or more than fifty guests.

    Else the manager, but nobody to a micro-salon of the usual size.
    """
    if names_product or capacity > MOST_GUESTS or kind.gates & _ASKS_COMPLIANCE:
        return Approval.COMPLIANCE
    return Approval.NONE if kind.micro and capacity <= kind.capacity else Approval.MANAGER


def agrees_alone(needed: Approval, requester: Role) -> bool:
    """Return whether an event needs no second person: a manager's own plan needs none."""
    own = needed is Approval.MANAGER and requester is Role.BRANCH_MANAGER
    return needed is Approval.NONE or own


def check_approver(
    needed: Approval, role: Role, user_id: int, requesters: Collection[int | None]
) -> None:
    """Refuse an approval by whoever asked for it, or by a role that may not give it."""
    if user_id in requesters:
        raise RuleBroken("You asked for this event: somebody else has to decide on it.")
    if role not in _MAY_GIVE[needed]:
        raise NotAllowed("Compliance has to decide on this event.")


def check_still_covered(before: Approval, then: Approval) -> None:
    """Refuse a change for which the approval already given would not have been enough."""
    if then is Approval.COMPLIANCE and before is not Approval.COMPLIANCE:
        raise RuleBroken(
            "This change needs the approval of compliance. Keep to {n} guests and name no "
            "product, or cancel the event and plan it anew.",
            n=MOST_GUESTS,
        )


def check_capacity(wanted: int, taken: int) -> None:
    """Refuse fewer seats than people hold; nobody is put out."""
    if wanted < taken:
        message = gettext("{n} seats are taken; nobody who has one is put out.")
        raise InvalidInput({"capacity": message.format(n=f"{taken:,}")})


def promotable(parties: Iterable[tuple[int, int]], free: int) -> list[tuple[int, int]]:
    """Return the parties `(registration, size)` that get the free seats, strictly in their order.

    A party that does not fit keeps its turn: a later, smaller one does not overtake it.
    """
    chosen = []
    for registration_id, size in parties:
        if size > free:
            break
        chosen.append((registration_id, size))
        free -= size
    return chosen
