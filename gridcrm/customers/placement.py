"""Which cell holds whom, and where a community's name leads. Pure: arrays and names in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from geo import Cells, LonLat, assign_codes, distance_m
from gridcrm.branches.rules import name_key
from gridcrm.customers import likeness
from gridcrm.customers.likeness import Parts

_SAME_PLACE_M = 300
"""Places of one name within this distance are parts of one community."""
_LEAST_LIKE = 60
"""Names less alike than this are no guess: one wrong letter of three is still one."""


@dataclass(frozen=True)
class Grid:
    """The published cells, and the number of each one's row by its key."""

    cells: Cells
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Spot:
    """A named position in WGS 84."""

    name: str
    lon: float
    lat: float
    remembered: bool = False


@dataclass(frozen=True)
class Guess:
    """A place that a name may mean, and how alike the names are, out of 100."""

    spot: Spot
    score: int


def cell_ids(lon: ArrayLike, lat: ArrayLike, grid: Grid | None) -> list[int | None]:
    """Return the row of the cell that holds each point; None outside, without a place or grid."""
    if grid is None:
        return [None] * np.asarray(lon).size
    rows = [grid.numbers.get(key) for key in grid.cells.ids.tolist()]
    codes = assign_codes(lon, lat, grid.cells).ravel().tolist()
    return [rows[code] if code >= 0 else None for code in codes]


class Gazetteer:
    """Where names of communities lead: exactly, or by likeness for a person to accept."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        """Earlier spots win; a name that leads to places far apart leads nowhere unless decided."""
        self._spots: dict[str, list[Spot]] = {}
        for spot in spots:
            key = name_key(spot.name)
            if key:
                self._spots.setdefault(key, []).append(spot)

    def find(self, name: str) -> Spot | None:
        """Return the one place of this name, or None if there is none or more than one."""
        found = self._spots.get(name_key(name), [])
        decided = found and (found[0].remembered or _are_together(found))
        return found[0] if decided else None

    def at(self, lon: float, lat: float) -> str:
        """Return the name of the place that stands exactly there, nothing for a pin."""
        return self._places.get((lon, lat), "")

    def guesses(self, name: str, limit: int = 3) -> list[Guess]:
        """Return the places whose names are most like this one, the likest first."""
        wanted = likeness.parts(name)
        scored = ((likeness.score(wanted, parts), key) for key, parts in self._parts.items())
        alike = sorted((-score, key) for score, key in scored if score >= _LEAST_LIKE)
        found = [Guess(spot, -less) for less, key in alike for spot in self._apart(key)]
        return found[:limit]

    @cached_property
    def _places(self) -> dict[tuple[float, float], str]:
        spots = (spot for found in self._spots.values() for spot in found)
        return {(spot.lon, spot.lat): spot.name for spot in spots if not spot.remembered}

    @cached_property
    def _parts(self) -> dict[str, Parts]:
        return {key: likeness.parts(found[0].name) for key, found in self._spots.items()}

    def _apart(self, key: str) -> list[Spot]:
        """Return what a name may mean; a remembered name of a place is no place of its own."""
        spots = self._spots[key]
        found = [s for s in spots if not s.remembered or (s.lon, s.lat) not in self._places]
        return found[:1] if found and _are_together(found) else found


def _are_together(spots: list[Spot]) -> bool:
    if len(spots) == 1:
        return True
    lon, lat = [spot.lon for spot in spots], [spot.lat for spot in spots]
    return bool((distance_m(lon, lat, LonLat(lon[0], lat[0])) <= _SAME_PLACE_M).all())
