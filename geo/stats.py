"""Densities, rates and how sure a rate is."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import fitting, numbers, whole_numbers
from geo.errors import StatsError

Floats = NDArray[np.float64]

_M2_PER_KM2 = 1e6


def counts(codes: ArrayLike, cells: int, weight: ArrayLike | None = None) -> Floats:
    """Return how much lies in each of so many cells; codes are those of `assign_codes`.

    Without a weight, points are counted; a point of code -1 is in no cell.
    """
    place = whole_numbers(codes, StatsError).ravel()
    if place.size and not (place.min() >= -1 and place.max() < cells):
        raise StatsError(
            "A point stands in a cell that is none of the {cells} cells.",
            "Assign the points to the same cells.",
            cells=cells,
        )
    inside = place >= 0
    each = 1.0 if weight is None else numbers(weight, StatsError).ravel()
    _, each = fitting(StatsError, place, each)
    return np.bincount(place[inside], each[inside], minlength=cells).astype(np.float64)


def density_per_km2(count: ArrayLike, area_m2: ArrayLike) -> Floats:
    """Return the count per square kilometre, NaN where there is no ground."""
    return rate(count, area_m2) * _M2_PER_KM2


def rate(part: ArrayLike, whole: ArrayLike, min_whole: float = 0) -> Floats:
    """Return part / whole, NaN where the whole is missing, 0 or below the minimum."""
    above, below = fitting(StatsError, part, whole)
    enough = (below > 0) & (below >= min_whole)
    out = np.full(above.shape, np.nan)
    np.divide(above, below, out=out, where=enough)
    return out


def wilson(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the Wilson score interval (low, high) of a proportion, NaN without trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927).
    """
    k, n = fitting(StatsError, successes, trials)
    _check_counts(k, n, confidence)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = rate(k, n)
    spread = rate(z * z, n)
    middle = (share + spread / 2) / (1 + spread)
    reach = np.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    # rounding must not push an interval off a certain end
    low = np.where(k == 0, np.where(n > 0, 0.0, np.nan), middle - reach)
    high = np.where(k == n, np.where(n > 0, 1.0, np.nan), middle + reach)
    return low, high


def _check_counts(k: Floats, n: Floats, confidence: float) -> None:
    if not 0 < confidence < 1:
        raise StatsError(
            "A confidence of {confidence} is not between 0 and 1.",
            "Give 0.95 for 95 percent.",
            confidence=confidence,
        )
    wrong = np.flatnonzero((k < 0) | (k > n))
    if wrong.size:
        raise StatsError(
            "{successes:g} of {trials:g} is not a proportion.",
            "Give counts from 0 up to the number of trials.",
            successes=k.flat[wrong[0]],
            trials=n.flat[wrong[0]],
        )
