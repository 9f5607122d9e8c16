"""Many points into many polygons: most squares of a fine lattice lie in one polygon only."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.plane import Plane
from geo.points import Bounds
from geo.tessellate.grid import Floats, Ints, Shapes, unpack
from geo.tessellate.lattice import filled
from geo.tessellate.outline import touched
from geo.tessellate.ragged import firsts
from geo.tessellate.sieve import NONE, ask, sieve_of
from geo.tessellate.square import SquareGrid
from geo.tessellate.table import Table

Codes = NDArray[np.int32]

_SQUARES_EACH = 2_000  # for a polygon of middle size: small ones leave few points to be tested
_MOST_SQUARES = 1_000_000
_LEAST_M = 1.0


class Raster:
    """For every square, which polygons to ask, the first one first, and which need no asking."""

    def __init__(self, shapes: Shapes, plane: Plane, box: Bounds) -> None:
        """Prepare shapes of the plane for many points within a box in degrees."""
        self._shapes = shapes
        shapely.prepare(shapes)
        count = min(_SQUARES_EACH * len(shapes), _MOST_SQUARES)
        side_m = math.sqrt(float(shapely.area(shapes).sum()) / count)
        grid = SquareGrid(max(side_m, _LEAST_M))
        keys, self._code, self._asked = _entries(shapes, grid)
        self._first = firsts(_dense(keys))
        self._last = np.append(self._first[1:], len(keys)) - 1
        squares, labels = unpack(keys[self._first]), self._labels()
        self.sieve = sieve_of(plane, box, grid, squares, labels)
        self._grid, self._table = grid, Table(*squares, labels)

    def locate(self, x: Floats, y: Floats) -> Codes:
        """Return the first polygon that covers each point of the plane, -1 for none."""
        if self.sieve:
            out = self.sieve.look_up(x, y)
        else:
            out = self._table.look_up(*self._grid.locate(x, y))
        open_ = np.flatnonzero(out < NONE)
        square = ask(out[open_])
        out[open_] = NONE
        entry, last = self._first[square], self._last[square]
        while len(open_):
            code = self._code[entry]
            hit = ~self._asked[entry]
            test = np.flatnonzero(~hit)
            x_of, y_of = x[open_[test]], y[open_[test]]
            hit[test] = shapely.intersects_xy(self._shapes[code[test]], x_of, y_of)
            out[open_[hit]] = code[hit]
            on = ~hit & (entry < last)
            open_, entry, last = open_[on], entry[on] + 1, last[on]
        return out

    def _labels(self) -> Codes:
        """Return for every square its polygon, if that needs no asking, or how to ask for it."""
        code, number = self._code[self._first], np.arange(len(self._first), dtype=np.int32)
        return np.where(self._asked[self._first], ask(number), code)


def _entries(shapes: Shapes, grid: SquareGrid) -> tuple[Ints, Codes, NDArray[np.bool_]]:
    """Return packed square, polygon and whether to ask, by square and polygon, each pair once."""
    (edge, edge_of), (inner, inner_of) = touched(shapes, grid), filled(shapes, grid)
    square, code = np.concatenate([edge, inner]), np.concatenate([edge_of, inner_of])
    order = np.lexsort((np.arange(len(square)) >= len(edge), code, square))
    square, code = square[order], code[order]
    new = np.append(True, (square[1:] != square[:-1]) | (code[1:] != code[:-1]))
    return square[new], code[new].astype(np.int32), order[new] < len(edge)


def _dense(keys: Ints) -> Ints:
    """Number equal neighbours from 0 on."""
    return np.cumsum(np.diff(keys, prepend=keys[0]) != 0)
