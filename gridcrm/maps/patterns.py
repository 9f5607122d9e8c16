"""What is made of all figures together: shares drawn towards the branch's, hot and cold spots.

Made of nothing but figures that this person may see. What is hidden from them is missing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import isnan

import numpy as np
from numpy.typing import NDArray

from geo.hotspots import HotSpots, hot_spots
from geo.smoothing import Chance, empirical_bayes
from gridcrm.maps.rules import Figure, State

Pairs = NDArray[np.intp]


class Spot(StrEnum):
    """Whether a cell lies among high or low ones, and how sure that is; from cold to hot."""

    COLD_99 = "cold_99"
    COLD_95 = "cold_95"
    COLD_90 = "cold_90"
    NEITHER = "neither"
    HOT_90 = "hot_90"
    HOT_95 = "hot_95"
    HOT_99 = "hot_99"

    @property
    def is_hot(self) -> bool:
        """Return whether high values lie together here."""
        return self in _HOT


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cell and its neighbours together stand out: z of Gi*, and what it is named."""

    spot: Spot
    z: float


_FALSE_SHARES = (0.10, 0.05, 0.01)
"""How many of the cells named at 90, 95 and 99 % may be so by chance."""
_COLD = (Spot.COLD_90, Spot.COLD_95, Spot.COLD_99)
_HOT = (Spot.HOT_90, Spot.HOT_95, Spot.HOT_99)


def smoothed(figures: Sequence[Figure]) -> tuple[list[Figure], float | None]:
    """Return shares after smoothing, also of few people, and the share of all; None without any."""
    events = [np.nan if one.n is None else _counting(one) for one in figures]
    people = [0 if one.n is None else one.n for one in figures]
    found = empirical_bayes(events, people, Chance.PEOPLE)
    overall = None if isnan(found.overall) else found.overall
    return [_drawn_in(*pair) for pair in zip(figures, found.rate.tolist(), strict=True)], overall


def standings(figures: Sequence[Figure], pairs: Pairs) -> list[Standing | None]:
    """Return how each cell stands among its neighbours, None where it has no value."""
    values = np.array([np.nan if one.value is None else one.value for one in figures], np.float64)
    found = _hot_spots(values.tobytes(), pairs.tobytes())
    named = [found.named(share).tolist() for share in _FALSE_SHARES]
    return [
        None if isnan(z) else Standing(_spot(kinds), z)
        for z, *kinds in zip(found.z.tolist(), *named, strict=True)
    ]


@lru_cache(maxsize=32)
def _hot_spots(values: bytes, pairs: bytes) -> HotSpots:
    """Compute once what map, panel and table ask for one after the other."""
    near = np.frombuffer(pairs, np.intp).reshape(-1, 2)
    return hot_spots(np.frombuffer(values, np.float64), near, min(_FALSE_SHARES))


def _counting(figure: Figure) -> float:
    """Return how many count: as the share says it where the number itself is hidden."""
    if figure.numerator is not None:
        return figure.numerator
    return np.nan if figure.value is None else figure.value * (figure.n or 0)


def _drawn_in(figure: Figure, share: float) -> Figure:
    if isnan(share):
        return figure
    return figure._replace(state=State.KNOWN if share else State.ZERO, value=share)


def _spot(kinds: Sequence[int]) -> Spot:
    """Return the surest name; whoever is named at 99 % is so at 95 and 90 % too."""
    times = sum(map(abs, kinds))
    if not times:
        return Spot.NEITHER
    return (_HOT if sum(kinds) > 0 else _COLD)[times - 1]
