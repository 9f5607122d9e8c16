"""From points in degrees to cells: the sieve settles most of them, PROJ and GEOS the others."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.plane import Plane
from geo.points import Bounds
from geo.tessellate.sieve import NONE, Sieve, ask

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Find = Callable[[Floats, Floats], Codes]


class Finder:
    """Finds the cell of each point; what makes many points fast is prepared once it pays off."""

    def __init__(
        self,
        plane: Plane,
        reach: Bounds,
        few: Find,
        many: Callable[[], tuple[Sieve | None, Find]],
        pays_off: int,
    ) -> None:
        """Take the exact way for few points of the plane, and what prepares a way for many.

        `many` is called after `pays_off` points; it gives a sieve, where there can be one, and
        the exact way for the points that it leaves.
        """
        self._plane = plane
        self._reach = reach
        self._few = few
        self._many = many
        self._left = pays_off

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell of each point, -1 outside the area."""
        if self._left > 0:
            self._left -= len(lon)
            return self._exact(self._few, lon, lat)
        sieve, find = self._prepared
        if sieve is None:
            return self._exact(find, lon, lat)
        codes, open_ = sieve.settle(lon, lat)
        codes[open_] = self._exact(find, lon[open_], lat[open_])
        return codes

    def _exact(self, find: Find, lon: Floats, lat: Floats) -> Codes:
        near = within(self._reach, lon, lat)
        out = np.full(lon.shape, -1, dtype=np.int32)
        out[near] = find(*self._plane.forward(lon[near], lat[near]))
        return out

    @cached_property
    def _prepared(self) -> tuple[Sieve | None, Find]:
        return self._many()


def decided(ground: Area, labels: Codes, x: Floats, y: Floats) -> Codes:
    """Return the code of each point; in cells on the border of the ground, that has to hold it."""
    border = np.flatnonzero(labels < NONE)
    inside = shapely.intersects_xy(ground, x[border], y[border])
    labels[border] = np.where(inside, ask(labels[border]), NONE)
    return labels


def within(box: Bounds, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Say which points lie in a box; one without a place does not."""
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
