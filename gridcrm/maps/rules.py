"""What of a count may be shown to whom, so that a map never gives a single person away.

Who may list the people behind a number sees it exactly. Everybody else sees no count below ten;
the others are rounded to fives in a direction that depends on nothing but the set of people, so
that asking again, or a little differently, tells no more.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gridcrm.core.counts import FEWEST_FOR_A_RATE, FEWEST_SHOWN
from gridcrm.core.who import Right, Who
from gridcrm.maps.metrics import Measure

_STEP = 5
_M2_PER_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records, and a mark that two different sets of records hardly ever share."""

    count: int = 0
    mark: tuple[int, int] = (0, 0)


class State(StrEnum):
    """What kind of answer a cell gives."""

    KNOWN = "known"
    ZERO = "zero"
    FEW = "few"
    HIDDEN = "hidden"
    NO_DATA = "no_data"


class Figure(NamedTuple):
    """A cell's answer: its value, how many people stand behind it, and how many of them count."""

    state: State
    value: float | None = None
    n: int | None = None
    numerator: int | None = None


def blur_key(who: Who, secret: str) -> bytes | None:
    """Return the key that rounds this person's numbers, None for who may see them exactly."""
    return None if who.may(Right.CUSTOMERS_LIST) else sharing_key(secret)


def sharing_key(secret: str) -> bytes:
    """Return the key that rounds the numbers of a map which is passed on to anybody."""
    return hashlib.sha256(b"small counts:" + secret.encode()).digest()


def figure(
    measure: Measure, part: Tally, whole: Tally | None, area_m2: float, key: bytes | None
) -> Figure:
    """Return what may be shown of a cell."""
    if measure is Measure.RATE:
        whole = whole or Tally()
        return _rate(part.count, whole.count) if key is None else _blurred_rate(part, whole, key)
    n = shown(part, key)
    if n is None:
        return Figure(State.HIDDEN)
    value = n / area_m2 * _M2_PER_KM2 if measure is Measure.DENSITY else n
    return Figure(State.KNOWN if n else State.ZERO, value, n, n)


def shown(tally: Tally, key: bytes | None) -> int | None:
    """Return the count as it may be shown, None if it has to stay hidden."""
    if key is None:
        return tally.count
    return None if tally.count < FEWEST_SHOWN else _rounded(tally, key)


def _rate(part: int, whole: int) -> Figure:
    if whole == 0:
        return Figure(State.NO_DATA, n=0, numerator=0)
    if whole < FEWEST_FOR_A_RATE:
        return Figure(State.FEW, n=whole, numerator=part)
    return Figure(State.KNOWN if part else State.ZERO, part / whole, whole, part)


def _blurred_rate(part: Tally, whole: Tally, key: bytes) -> Figure:
    """Return a rate of rounded counts; none where everybody or nobody counts."""
    n, numerator = _rounded(whole, key), _rounded(part, key)
    if whole.count < FEWEST_FOR_A_RATE or not 0 < part.count < whole.count or not 0 < numerator < n:
        return Figure(State.HIDDEN)
    return Figure(State.KNOWN, numerator / n, n, shown(part, key))


def _rounded(tally: Tally, key: bytes) -> int:
    """Return a neighbouring multiple of five, the nearer one more often."""
    below, rest = divmod(tally.count, _STEP)
    return _STEP * (below + (_lot(tally, key) < rest / _STEP))


def _lot(tally: Tally, key: bytes) -> float:
    """Return a number between 0 and 1 that is always the same for the same set of records."""
    drawn = hmac.digest(key, f"{tally.count}:{tally.mark}".encode(), "sha256")
    return int.from_bytes(drawn[:8], "big") / 2**64
