"""Which cell holds whom, and where a community's name leads. Pure: arrays and names in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike

from geo import Cells, LonLat, assign_codes, distance_m
from gridcrm.branches.rules import name_key

_SAME_PLACE_M = 300
"""Places of one name within this distance are parts of one community."""
_LEAST_LIKE = 0.5


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
        """Earlier spots win; a name that leads to places far apart leads nowhere by itself."""
        self._spots: dict[str, list[Spot]] = {}
        for spot in spots:
            key = name_key(spot.name)
            if key:
                self._spots.setdefault(key, []).append(spot)

    def find(self, name: str) -> Spot | None:
        """Return the one place of this name, or None if there is none or more than one."""
        found = self._spots.get(name_key(name), [])
        return found[0] if found and _are_together(found) else None

    def guesses(self, name: str, limit: int = 3) -> list[Spot]:
        """Return the places whose names are most like this one, the likest first."""
        keys = get_close_matches(name_key(name), self._spots, n=limit, cutoff=_LEAST_LIKE)
        return [spot for key in keys for spot in self._apart(key)][:limit]

    def _apart(self, key: str) -> list[Spot]:
        found = self._spots[key]
        return found[:1] if _are_together(found) else found


def _are_together(spots: list[Spot]) -> bool:
    if len(spots) == 1:
        return True
    lon, lat = [spot.lon for spot in spots], [spot.lat for spot in spots]
    return bool((distance_m(lon, lat, LonLat(lon[0], lat[0])) <= _SAME_PLACE_M).all())
