"""Squares and hexagons of an area, on the plane around their origin."""

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.plane import Plane, reach
from geo.tessellate.finder import Find, Finder, decided
from geo.tessellate.grid import (
    Floats,
    Grid,
    Ints,
    Shapes,
    corners,
    distinct,
    polygons,
    whole_cells,
)
from geo.tessellate.lattice import cover
from geo.tessellate.sieve import Sieve, ask, sieve_of
from geo.tessellate.table import Table

Codes = NDArray[np.int32]

_PAYS_OFF = 20_000  # points that take as long as preparing a sieve


class RegularTiling:
    """The cells of a regular grid within an area."""

    def __init__(self, area: Area, grid: Grid, plane: Plane) -> None:
        self.grid = grid
        self.plane = plane
        self._reach = reach(area)
        self._ground = plane.flatten(area)
        shapely.prepare(self._ground)
        self.lattice = cover(self._ground, grid)
        self._finder = Finder(plane, self._reach, self._few, self._many, _PAYS_OFF)

    def __len__(self) -> int:
        return len(self.lattice)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as sq:250:-3:12, column (or q) before row (or r)."""
        side = f"{self.grid.side_m:.3f}".rstrip("0").rstrip(".")
        cols = _texts(self.lattice.cols, f"{self.grid.prefix}:{side}:", ":")
        return np.asarray(cols + _texts(self.lattice.rows, "", ""))

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        out = np.full(len(self), self.grid.whole_m2)
        out[self.lattice.cut] = shapely.area(self.lattice.cut_shapes)
        return out

    def shapes(self) -> NDArray[np.object_]:
        """Return every cell in longitude and latitude; neighbours share their corners exactly."""
        grid, lattice = self.grid, self.lattice
        east, north = corners(grid, lattice.cols, lattice.rows)
        *places, which = distinct(east, north)
        lonlat = np.column_stack(self.plane.inverse(*grid.place(*places).T))
        out = polygons(lonlat[which])
        out[lattice.cut] = self.plane.unflatten_all(lattice.cut_shapes)
        return out

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        out = whole_cells(self.grid, self.lattice.cols[at], self.lattice.rows[at])
        nth = self._nth_cut[at]
        cut = np.flatnonzero(nth >= 0)
        out[cut] = self.lattice.cut_shapes[nth[cut]]
        return out

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell of each point, -1 outside the area."""
        return self._finder.locate(lon, lat)

    def _few(self, x: Floats, y: Floats) -> Codes:
        labels = self._table.look_up(*self.grid.locate(x, y))
        return decided(self._ground, labels, x, y)

    def _many(self) -> tuple[Sieve | None, Find]:
        sieve = sieve_of(self.plane, self._reach, self.grid, self._cells, self._labels)
        if sieve is None:
            return None, self._few
        return sieve, lambda x, y: decided(self._ground, sieve.look_up(x, y), x, y)

    @cached_property
    def _labels(self) -> Codes:
        out = np.arange(len(self), dtype=np.int32)
        out[self.lattice.bordered] = ask(out[self.lattice.bordered])
        return out

    @cached_property
    def _table(self) -> Table:
        return Table(*self._cells, self._labels)

    @property
    def _cells(self) -> tuple[Ints, Ints]:
        return self.lattice.cols, self.lattice.rows

    @cached_property
    def _nth_cut(self) -> Codes:
        """Say for every cell which cut shape it has, -1 for none."""
        out = np.full(len(self), -1, dtype=np.int32)
        out[self.lattice.cut] = np.arange(len(self.lattice.cut), dtype=np.int32)
        return out


def _texts(numbers: Ints, before: str, after: str) -> NDArray[np.object_]:
    """Return each number as text, which is made once for equal ones."""
    there, which = np.unique(numbers, return_inverse=True)
    return np.array([f"{before}{n}{after}" for n in there.tolist()], dtype=object)[which]
