"""How sure a label is, how long it lasts, how many a person has, and how the tree may change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from gridcrm.core.errors import RuleBroken
from gridcrm.labels.models import LabelSource

MOST_PER_PERSON = 8
LEAF_DEPTH = 3
LIFETIME_MONTHS = 18
FEWEST_IN_CELL = 5
"""A label is rolled up to a cell only if this many of its people carry it."""
YOUNGEST = 14
"""Children carry no label; theirs go on the guardian."""
CONFIDENCE = {
    LabelSource.OWN_STATEMENT: 0.9,
    LabelSource.INTERVIEW: 0.7,
    LabelSource.STAFF_JUDGEMENT: 0.5,
    LabelSource.PARTNER: 0.5,
    LabelSource.IMPORT: 0.5,
    LabelSource.ATTENDANCE: 0.4,
}
SEEN_TWICE = 0.7


@dataclass(frozen=True)
class Given:
    """A label on a person, as the rules see it."""

    label_id: int
    source: LabelSource
    confidence: float
    given_on: date
    expires_on: date
    attendances: int = 0


def given(
    label_id: int, source: LabelSource, today: date, confidence: float | None = None
) -> Given:
    """Return a label as it is given today, as sure as its source makes it."""
    sure = CONFIDENCE[source] if confidence is None else confidence
    seen = int(source is LabelSource.ATTENDANCE)
    return Given(label_id, source, sure, today, expiry(today), seen)


def expiry(given_on: date) -> date:
    """Return the last day on which a label given on a day still counts."""
    years, month = divmod(given_on.month - 1 + LIFETIME_MONTHS, 12)
    first = date(given_on.year + years, month + 1, 1)
    return first.replace(day=min(given_on.day, _days_in_month(first)))


def strengthened(before: Given | None, new: Given, today: date) -> Given:
    """Return what is known after one more sign: the surer source stands, the later expiry too.

    The second attendance makes a label as sure as an interview does; what has expired is
    forgotten.
    """
    if before is None or before.expires_on < today:
        return new
    seen = before.attendances + new.attendances
    if new.attendances and seen > 1:
        new = replace(new, confidence=max(new.confidence, SEEN_TWICE))
    stands = new if new.confidence >= before.confidence else before
    return replace(stands, expires_on=max(before.expires_on, new.expires_on), attendances=seen)


def to_drop(labels: Iterable[Given], today: date) -> Given | None:
    """Return which label goes when a person has more than eight: the least sure, then the oldest."""
    live = [one for one in labels if one.expires_on >= today]
    if len(live) <= MOST_PER_PERSON:
        return None
    return min(live, key=lambda one: (one.confidence, one.given_on, -one.label_id))


def may_carry(birth_year: int | None, today: date) -> bool:
    """Return whether a person is old enough for a label."""
    return birth_year is None or today.year - birth_year >= YOUNGEST


def check_may_carry(birth_year: int | None, today: date) -> None:
    """Refuse to put a label on a child."""
    if not may_carry(birth_year, today):
        raise RuleBroken("Children carry no label; what they like goes on the guardian.")


def check_place(depth: int, parent_depth: int) -> None:
    """Refuse a parent that is not on the level above."""
    if depth != parent_depth + 1:
        raise RuleBroken("A label keeps its level: theme, group or leaf.")


def check_merge(label_id: int | None, target_id: int | None, depths: tuple[int, int]) -> None:
    """Refuse to merge a label into itself, or anything but leaves."""
    if label_id == target_id:
        raise RuleBroken("Choose another label to merge into.")
    if depths != (LEAF_DEPTH, LEAF_DEPTH):
        raise RuleBroken("Only labels of the lowest level can be merged.")


def check_leaf(depth: int, *, active: bool) -> None:
    """Refuse to put on a person what is no leaf or no longer in use."""
    if depth != LEAF_DEPTH:
        raise RuleBroken("Choose a label of the lowest level.")
    if not active:
        raise RuleBroken("This label is retired; choose another one.")


def _days_in_month(first: date) -> int:
    later = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (later - first).days
