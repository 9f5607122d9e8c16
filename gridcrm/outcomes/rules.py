"""What counts, who may decide, and what looks like the same outcome claimed twice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.outcomes.models import OutcomeKind, OutcomeState

ENGAGEMENT = frozenset(
    {
        OutcomeKind.SALON_REFERRAL,
        OutcomeKind.CONSENT_GAINED,
        OutcomeKind.WECHAT_ADDED,
        OutcomeKind.PROFILE_COMPLETED,
        OutcomeKind.APPOINTMENT_MADE,
        OutcomeKind.COMPLAINT_REPAIRED,
        OutcomeKind.HOME_SERVICE_DONE,
    }
)
FINANCIAL = frozenset(OutcomeKind) - ENGAGEMENT
"""Only these make a conversion; engagement is shown beside it."""

_IN_YUAN = frozenset(
    {
        OutcomeKind.DEPOSIT_INCREASE,
        OutcomeKind.PRODUCT_PURCHASED,
        OutcomeKind.LOAN_APPLIED,
        OutcomeKind.LOAN_APPROVED,
    }
)
ADULT_YEARS = 18
_SIMILAR_DAYS = 7


class Verb(StrEnum):
    """What somebody decides about an outcome."""

    VERIFY = "verify"
    REJECT = "reject"
    REVERSE = "reverse"


NEXT = {
    (OutcomeState.CLAIMED, Verb.VERIFY): OutcomeState.VERIFIED,
    (OutcomeState.CLAIMED, Verb.REJECT): OutcomeState.REJECTED,
    (OutcomeState.VERIFIED, Verb.REVERSE): OutcomeState.REVERSED,
}


class Clash(StrEnum):
    """How much a claim looks like another one."""

    SAME = "same"
    SIMILAR = "similar"


@dataclass(frozen=True)
class Claim:
    """What of an outcome decides whether two of them are one."""

    customer_id: int
    kind: OutcomeKind
    happened_on: date
    amount_fen: int | None
    reference: str | None


def decide(state: OutcomeState, verb: Verb, claimants: set[int], user_id: int) -> OutcomeState:
    """Return the state that follows; nobody verifies or rejects what they claimed or entered."""
    following = NEXT.get((state, verb))
    if following is None:
        raise RuleBroken("This outcome is decided already. Look at it again.")
    if verb is not Verb.REVERSE and user_id in claimants:
        raise RuleBroken("You claimed or entered this outcome: somebody else has to check it.")
    return following


def person_counts(birth_year: int | None, on: date, *, is_staff: bool) -> bool:
    """Return whether somebody's outcome may credit an event: staff and minors never do."""
    grown_up = birth_year is None or on.year - birth_year >= ADULT_YEARS
    return grown_up and not is_staff


def sale_counts(sales_zone: bool, recording_ref: str, *, must_be_recorded: bool) -> bool:  # noqa: FBT001 - both facts stand in the claim
    """Return whether a sale may credit an event.

    Wealth products and insurance need the sales zone and the reference of the recording.
    """
    return not must_be_recorded or (sales_zone and bool(recording_ref.strip()))


def check_amount(kind: OutcomeKind, amount_fen: int | None) -> None:
    """Refuse a money outcome without its amount."""
    if kind in _IN_YUAN and not amount_fen:
        raise InvalidInput({"amount": "Give the amount in yuan."})


def check_product(kind: OutcomeKind, product: str) -> None:
    """Refuse a purchase that does not say of what: wealth and insurance have to be recorded."""
    if kind is OutcomeKind.PRODUCT_PURCHASED and not product:
        raise InvalidInput(
            {"product": "Choose the product: it decides whether the sale has to be recorded."}
        )


def check_day(happened_on: date, today: date) -> None:
    """Refuse an outcome that has not happened yet."""
    if happened_on > today:
        raise InvalidInput({"happened_on": "This day is in the future."})


def clash(new: Claim, other: Claim) -> Clash | None:
    """Return whether two claims are the same outcome, or so alike that somebody should look.

    Two references that differ prove that there were two.
    """
    if (new.customer_id, new.kind) != (other.customer_id, other.kind):
        return None
    if new.reference and other.reference and new.reference != other.reference:
        return None
    if (new.happened_on, new.amount_fen) == (other.happened_on, other.amount_fen):
        return Clash.SAME
    near = abs((new.happened_on - other.happened_on).days) <= _SIMILAR_DAYS
    return Clash.SIMILAR if near and new.amount_fen == other.amount_fen else None
