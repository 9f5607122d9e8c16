"""Values into the few classes a map can show."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, log10
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import fitting, numbers
from geo.errors import StatsError, one_of
from geo.jenks import least_spread

Floats = NDArray[np.float64]

MISSING, FEW = -1, -2
"""Codes of a value that is not there, and of one with too few people behind it."""

_NICE = (1.0, 2.0, 2.5, 5.0)
_MIN_CLASSES, _MAX_CLASSES = 2, 9
_WIDEST = 1e300
_DIGITS = 17  # after which every number is itself again


@dataclass(frozen=True, slots=True)
class Classes:
    """Ascending class borders: each class holds its lower one, the last class both of its own.

    Without any value there are no borders and no classes.
    """

    edges: tuple[float, ...]

    def __len__(self) -> int:
        return max(len(self.edges) - 1, 0)

    def ranges(self) -> tuple[tuple[float, float], ...]:
        """Return (low, high) of every class, for a legend."""
        return tuple(zip(self.edges[:-1], self.edges[1:], strict=True))

    def codes(self, values: ArrayLike) -> NDArray[np.int8]:
        """Return the class of every value, -1 for a missing one and for one beyond the ends."""
        v = numbers(values, StatsError)
        if not len(self):
            return np.full(v.shape, -1, dtype=np.int8)
        found = np.searchsorted(np.array(self.edges[1:-1]), v, side="right")
        known = (v >= self.edges[0]) & (v <= self.edges[-1])
        return np.where(known, found, -1).astype(np.int8)


class Method(StrEnum):
    """The ways of drawing the borders between classes."""

    QUANTILE = "quantile"
    EQUAL = "equal"
    JENKS = "jenks"


@dataclass(frozen=True, eq=False)
class Classed:
    """The classes of a map and the code of every value: its class, MISSING or FEW."""

    classes: Classes
    codes: NDArray[np.int8]


def classify(
    values: ArrayLike,
    method: Method = Method.QUANTILE,
    count: int = 5,
    people: ArrayLike | None = None,
    least: float = 0,
) -> Classed:
    """Return classes of the values that enough people stand behind, and the code of every value.

    A value of fewer than `least` people is FEW: it is not shown and moves no border.
    """
    v = numbers(values, StatsError)
    _, behind = fitting(StatsError, v, np.inf if people is None else people)
    few = ~(behind >= least) & np.isfinite(v)  # a missing number of people is few
    shown = np.where(few, np.nan, v)
    classes = _METHODS[one_of(Method, method, StatsError)](shown, count)
    return Classed(classes, np.where(few, FEW, classes.codes(shown)).astype(np.int8))


def quantile(values: ArrayLike, count: int = 5) -> Classes:
    """Return classes with about the same number of values in each.

    Inner borders are rounded as far as no value changes its class, the ends outwards. Up to `count`
    different values get a class each; equal values are never parted.
    """
    known = _known(values, count)
    distinct = np.unique(known)
    if len(distinct) <= count:
        return _one_each(distinct)
    cuts = np.quantile(known, np.linspace(0, 1, count + 1)[1:-1], method="higher")
    cuts = np.unique(cuts[cuts > distinct[0]])
    inner = [_rounded(distinct, cut) for cut in cuts]
    return Classes(_with_ends(inner, float(distinct[0]), float(distinct[-1])))


def equal_interval(values: ArrayLike, count: int = 5) -> Classes:
    """Return classes of the same width on round borders, `count` of them or a few less.

    Up to `count` different values get a class each.
    """
    known = _known(values, count)
    distinct = np.unique(known)
    if len(distinct) <= count:
        return _one_each(distinct)
    low, high = float(distinct[0]), float(distinct[-1])
    step = _nice_step(low, high, count)
    first, last = floor(low / step), ceil(high / step)
    return Classes(tuple(_clean(i * step, step) for i in range(first, last + 1)))


def jenks(values: ArrayLike, count: int = 5) -> Classes:
    """Return the classes within which values differ least: the best of all divisions.

    Borders are rounded as those of `quantile`. Up to `count` different values get a class each.
    Source: W. D. Fisher, On grouping for maximum homogeneity, JASA 53 (1958), G. Jenks (1967).
    """
    known = _known(values, count)
    distinct, times = np.unique(known, return_counts=True)
    if len(distinct) <= count:
        return _one_each(distinct)
    starts = least_spread(distinct, times.astype(np.float64), count)
    inner = [_rounded(distinct, float(distinct[start])) for start in starts]
    return Classes(_with_ends(inner, float(distinct[0]), float(distinct[-1])))


def _known(values: ArrayLike, count: int) -> Floats:
    if not (isinstance(count, Integral) and _MIN_CLASSES <= count <= _MAX_CLASSES):
        raise StatsError(
            "A map can't show {count} classes.",
            "Choose {least} to {limit}; 5 can still be told apart.",
            count=count,
            least=_MIN_CLASSES,
            limit=_MAX_CLASSES,
        )
    flat = numbers(values, StatsError).ravel()
    known = flat[np.isfinite(flat)]
    if known.size and known.max() / 2 - known.min() / 2 > _WIDEST:
        raise StatsError("The values lie too far apart for classes.", "Leave out the wrong ones.")
    return known


def _one_each(distinct: Floats) -> Classes:
    edges = distinct.tolist()
    return Classes((*edges, edges[-1])) if edges else Classes(())


def _rounded(distinct: Floats, cut: float) -> float:
    """Return the number with the fewest digits between a value and the one before it."""
    below = float(distinct[np.searchsorted(distinct, cut) - 1])
    between = (cut + below) / 2
    shorter = (float(f"{v:.{digits}e}") for digits in range(_DIGITS) for v in (cut, between))
    return next(number for number in shorter if below < number <= cut)


def _with_ends(inner: list[float], low: float, high: float) -> tuple[float, ...]:
    """Return the borders with the ends rounded outwards by less than a hundredth of the range."""
    step = 10.0 ** floor(log10((high - low) / 100))
    return (_clean(floor(low / step) * step, step), *inner, _clean(ceil(high / step) * step, step))


def _nice_step(low: float, high: float, count: int) -> float:
    """Return the smallest round step that spans low to high in `count` classes."""
    power = 10.0 ** floor(log10((high - low) / count))
    steps = (nice * power * scale for scale in (1, 10, 100) for nice in _NICE)
    return next(s for s in steps if ceil(high / s) - floor(low / s) <= count)


def _clean(value: float, step: float) -> float:
    return round(value, max(0, 2 - floor(log10(step))))


_METHODS = {Method.QUANTILE: quantile, Method.EQUAL: equal_interval, Method.JENKS: jenks}
