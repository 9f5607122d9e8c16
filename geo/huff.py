"""How customers divide between branches and competitors that lie at different distances."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import numbers
from geo.errors import CatchmentError

Floats = NDArray[np.float64]

DECAY = 2.0
LEAST_M = 50.0


def huff_share(
    distance_m: ArrayLike,
    attraction: ArrayLike,
    decay: float = DECAY,
    least_m: float = LEAST_M,
) -> Floats:
    """Return the share of each site (column) in each place (row); a row sums to 1.

    share[i, j] = A[j] · max(d[i, j], least_m)^-decay / Σ_k A[k] · max(d[i, k], least_m)^-decay

    A is the attraction of a site (its area, its counters, or 1 for all), d the distance or the
    walk. The larger the decay, the more the nearest site takes; at 0 distance does not matter.
    Below `least_m` nobody minds the way. A site that can't be reached (NaN) or that attracts
    nobody (0) has no share; a row without any other site is NaN.
    Source: D. L. Huff, A probabilistic analysis of shopping center trade areas, Land Economics 39
    (1963).
    """
    away, pull = (numbers(part, CatchmentError) for part in (distance_m, attraction))
    _check(away, pull, decay, least_m)
    with np.errstate(divide="ignore"):  # no attraction is minus infinity, which is meant
        log_pull = np.log(pull) - decay * np.log(np.maximum(away, least_m))
    log_pull[np.isnan(away)] = -np.inf
    return _normalised(log_pull)


def _normalised(log_pull: Floats) -> Floats:
    """Return e**log_pull over its sum in the row, safe against very large and small numbers."""
    most = log_pull.max(axis=1, keepdims=True, initial=-np.inf)
    somewhere = np.isfinite(most)
    weight = np.exp(log_pull - np.where(somewhere, most, 0.0))
    total = np.where(somewhere, weight.sum(axis=1, keepdims=True), np.nan)
    return np.asarray(weight / total)


def _check(away: Floats, pull: Floats, decay: float, least_m: float) -> None:
    if away.ndim != 2 or pull.shape != away.shape[1:]:  # noqa: PLR2004  places by sites
        raise CatchmentError(
            "Distances of the shape {distances} do not fit attractions of the shape {attractions}.",
            "Give a row for each place, a column and an attraction for each site.",
            distances=away.shape,
            attractions=pull.shape,
        )
    if not (np.isfinite(pull).all() and (pull >= 0).all()):
        raise CatchmentError(
            "An attraction is missing or below 0.", "Give 0 for a site that attracts nobody."
        )
    if (away < 0).any() or np.isinf(away).any():
        raise CatchmentError(
            "A distance is infinite or below 0.", "Leave out the distance of what can't be reached."
        )
    if not (np.isfinite(decay) and decay >= 0 and np.isfinite(least_m) and least_m > 0):
        raise CatchmentError(
            "A decay of {decay} with a least distance of {least_m} m can't be used.",
            "Give a decay of 0 or more (2 is usual) and a least distance above 0.",
            decay=decay,
            least_m=least_m,
        )
