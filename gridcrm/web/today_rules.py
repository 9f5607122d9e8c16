"""What the morning page says of a month, and what a new installation still lacks."""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from gridcrm.core.counts import FEWEST_FOR_A_RATE
from gridcrm.core.who import Right, Who
from gridcrm.outcomes.measure import Rate


class Verdict(StrEnum):
    """How one rate stands to another."""

    HIGHER = "higher"
    LOWER = "lower"
    ALIKE = "alike"
    TOO_FEW = "too_few"


def compare(now: Rate, before: Rate) -> Verdict:
    """Return whether two rates differ by more than chance would have it.

    The difference's 95 % interval is Newcombe's method 10 (Statistics in Medicine 17, 1998).
    """
    if min(now.of, before.of) < FEWEST_FOR_A_RATE:
        return Verdict.TOO_FEW
    low, high = _difference(now, before)
    if low > 0:
        return Verdict.HIGHER
    return Verdict.LOWER if high < 0 else Verdict.ALIKE


def _difference(one: Rate, other: Rate) -> tuple[float, float]:
    p1, p2 = one.part / one.of, other.part / other.of
    (low1, high1), (low2, high2) = one.bounds, other.bounds
    return p1 - p2 - hypot(p1 - low1, high2 - p2), p1 - p2 + hypot(high1 - p1, p2 - low2)


class Step(StrEnum):
    """A step of setting up a branch, in order."""

    BRANCH = "branch"
    PEOPLE = "people"
    PLACES = "places"
    GRID = "grid"
    LABELS = "labels"
    CUSTOMERS = "customers"
    EVENT = "event"


_NEEDS = {
    Step.BRANCH: Right.BRANCHES_EDIT,
    Step.PEOPLE: Right.USERS_MANAGE,
    Step.PLACES: Right.PLACES_IMPORT,
    Step.GRID: Right.GRIDS_EDIT,
    Step.LABELS: Right.LABELS_VIEW,
    Step.CUSTOMERS: Right.CUSTOMERS_IMPORT,
    Step.EVENT: Right.EVENTS_EDIT,
}


@dataclass(frozen=True, slots=True)
class SetUp:
    """Whether a step is done, and whether this person can do it."""

    step: Step
    done: bool
    mine: bool


def set_up(done: set[Step], who: Who) -> list[SetUp]:
    """Return the steps of setting up, empty for those who can't help with any that is missing."""
    steps = [SetUp(step, step in done, who.may(_NEEDS[step])) for step in Step]
    return steps if any(step.mine and not step.done for step in steps) else []
