"""Rates of small cells, drawn towards the rate of all as far as chance alone explains them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import fitting
from geo.errors import StatsError, one_of
from geo.stats import rate

Floats = NDArray[np.float64]


class Chance(StrEnum):
    """What a cell counts: rare events, of which one person may have several, or some of its people.

    By chance alone, rates then vary by m / n, or by m · (1 - m) / n; for a common share that is
    much less.
    """

    EVENTS = "events"
    PEOPLE = "people"


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Rates after smoothing: what a cell's own rate weighs in it, and the rate of all."""

    rate: Floats
    own_weight: Floats  # 0: only the rate of all, 1: only the cell's own
    overall: float


def empirical_bayes(
    events: ArrayLike, population: ArrayLike, chance: Chance = Chance.EVENTS
) -> Smoothed:
    """Return every cell's rate, shrunk towards the overall rate; NaN where there is nobody.

    rate[i] = w[i] · events[i] / n[i] + (1 - w[i]) · m, with m = Σ events / Σ n,
    w[i] = A / (A + c / n[i]), A = max(0, Σ n · (events / n - m)² / Σ n - c / mean(n)),
    c = m for events and m · (1 - m) where `events` are some of the people.
    A cell of few people hardly moves away from the rate of all; a large one keeps its own.
    Source: R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators,
    JRSS C 40 (1991).
    """
    k, n = fitting(StatsError, events, population)
    _refuse_negative(k, n)
    kind = one_of(Chance, chance, StatsError)
    known = (n > 0) & np.isfinite(k)
    weight, overall = np.full(k.shape, np.nan), np.nan
    if known.any():
        overall = float(k[known].sum() / n[known].sum())
        alone = overall * (1 - overall if kind is Chance.PEOPLE else 1)
        weight[known] = _own_weight(k[known], n[known], overall, alone)
    return Smoothed(weight * rate(k, n) + (1 - weight) * overall, weight, overall)


def _own_weight(k: Floats, n: Floats, overall: float, alone: float) -> Floats:
    spread = float((n * (k / n - overall) ** 2).sum() / n.sum())
    between = max(0.0, spread - alone / float(n.mean()))
    return between / (between + alone / n) if between else np.zeros_like(n)


def _refuse_negative(k: Floats, n: Floats) -> None:
    if (k < 0).any() or (n < 0).any() or np.isinf(k).any() or np.isinf(n).any():
        raise StatsError(
            "A count is infinite or below 0, so there are no rates to smooth.",
            "Give counts of events and of people for every cell.",
        )
