"""Names for cells: after the community in them, else by direction from the branch. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo import LonLat
from geo.plane import Plane

LONGEST = 80
_ROOM_FOR_NUMBER = 6
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Compass:
    """Words for a step in each direction, with {n} for how many, and for no step at all."""

    here: str
    east: str
    west: str
    north: str
    south: str


@dataclass(frozen=True)
class Landmark:
    """Something with a name that cells are called after, in WGS 84."""

    name: str
    shape: BaseGeometry


@dataclass(frozen=True)
class Namer:
    """Names the cells of one plan by points inside them; `width_m` is a cell's width."""

    home: LonLat
    width_m: float
    landmarks: Sequence[Landmark]
    compass: Compass

    def names(self, lon: Floats, lat: Floats) -> list[str]:
        """Return a name for each cell, all different: the next nearest of a name gets a 2."""
        x, y = Plane(self.home).forward(lon, lat)
        plain, away_m = self._after_landmarks(x, y)
        steps = zip(_steps(x, self.width_m), _steps(y, self.width_m), strict=True)
        named = [a or self._by_direction(*step) for a, step in zip(plain, steps, strict=True)]
        return numbered(named, np.lexsort((x, -y, away_m)).tolist())

    def _after_landmarks(self, x: Floats, y: Floats) -> tuple[list[str], Floats]:
        """Return the landmark around or within half a width of each point, and how far it is."""
        out, away_m = [""] * len(x), np.zeros(len(x))
        if not self.landmarks:
            return out, away_m
        plane = Plane(self.home)
        flat = plane.flatten_all(np.array([mark.shape for mark in self.landmarks], dtype=object))
        points = shapely.points(x, y)
        (at, mark), far_m = shapely.STRtree(flat).query_nearest(
            points, max_distance=self.width_m / 2, return_distance=True, all_matches=False
        )
        away_m[at] = far_m
        for cell, which in zip(at.tolist(), mark.tolist(), strict=True):
            out[cell] = self.landmarks[which].name
        return out, away_m

    def _by_direction(self, east: int, north: int) -> str:
        words = [
            (self.compass.east if east > 0 else self.compass.west, abs(east)),
            (self.compass.north if north > 0 else self.compass.south, abs(north)),
        ]
        found = [word.format(n=n) for word, n in words if n]
        return " ".join(found) or self.compass.here


def numbered(names: list[str], order: Sequence[int], longest: int = LONGEST) -> list[str]:
    """Return the names made different: in the given order, each repetition gets its number."""
    out, seen = list(names), Counter[str]()
    taken = set(names)
    for at in order:
        base = names[at]
        seen[base] += 1
        if seen[base] == 1:
            out[at] = base[:longest]
            continue
        out[at] = _with_number(base, base[: longest - _ROOM_FOR_NUMBER], seen, taken)
        taken.add(out[at])
    return out


def _with_number(base: str, short: str, seen: Counter[str], taken: set[str]) -> str:
    while f"{short} {seen[base]}" in taken:
        seen[base] += 1
    return f"{short} {seen[base]}"


def _steps(values: Floats, width_m: float) -> list[int]:
    return [int(step) for step in np.floor(values / width_m + 0.5)]
