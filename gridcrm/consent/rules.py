"""What counts as consent: the latest statement, while it lasts; silence never does."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.errors import InvalidInput


class Standing(StrEnum):
    """What may be said of a purpose today."""

    UNKNOWN = "unknown"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class How(StrEnum):
    """How a statement reached the branch."""

    AT_THE_DESK = "at_the_desk"
    ON_PAPER = "on_paper"
    BY_PHONE = "by_phone"
    AT_AN_EVENT = "at_an_event"
    ON_A_VISIT = "on_a_visit"
    OWN_LINK = "own_link"
    IMPORTED = "imported"


OFFERED_HOW = (How.AT_THE_DESK, How.ON_PAPER, How.BY_PHONE, How.AT_AN_EVENT, How.ON_A_VISIT)
"""What a person at the desk may choose; the rest is written by the program that knows."""


def latest(statements: Iterable[Consent]) -> dict[Purpose, Consent]:
    """Return the statement that counts for each purpose: the one given last."""
    return {one.purpose: one for one in sorted(statements, key=_given)}


def standing(statement: Consent | None, today: date) -> Standing:
    """Return what a purpose's latest statement means today."""
    if statement is None:
        return Standing.UNKNOWN
    if statement.withdrawn_at is not None:
        return Standing.WITHDRAWN
    lasts = statement.expires_on is None or today <= statement.expires_on
    if statement.state is ConsentState.GRANTED and not lasts:
        return Standing.EXPIRED
    return Standing(statement.state.value)


def file_adds(statement: Consent | None, state: ConsentState, today: date) -> bool:
    """Return whether a file's word counts: a no always does, a yes only where nothing was said.

    Nobody knows how old a ledger is, so it never undoes what a person said since.
    """
    known = standing(statement, today)
    if state is ConsentState.GRANTED:
        return known is Standing.UNKNOWN
    return known not in (Standing.REFUSED, Standing.WITHDRAWN)


def check_lasts(expires_on: date | None, today: date) -> None:
    """Refuse a consent that would be over before it begins."""
    if expires_on is not None and expires_on < today:
        raise InvalidInput({"expires_on": "Give today or a later day."})


def _given(statement: Consent) -> tuple[float, int]:
    return statement.given_at.timestamp(), statement.id or 0
