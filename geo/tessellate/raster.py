"""Many points into many polygons: most squares of a fine lattice lie in one polygon only."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Shapes, pack
from geo.tessellate.lattice import cover
from geo.tessellate.ragged import firsts
from geo.tessellate.square import SquareGrid
from geo.tessellate.table import table_of

Codes = NDArray[np.int32]

_SQUARES = 250_000  # over all polygons: small ones leave few points to be tested


class Raster:
    """For every square, which polygons to ask, the first one first, and which need no asking."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        shapely.prepare(shapes)
        self._grid = SquareGrid(math.sqrt(float(shapely.area(shapes).sum()) / _SQUARES))
        covers = [cover(shape, self._grid) for shape in shapes]
        sizes = [len(found) for found in covers]
        cols = np.concatenate([found.cols for found in covers])
        rows = np.concatenate([found.rows for found in covers])
        keys, code = pack(cols, rows), np.repeat(np.arange(len(shapes), dtype=np.int32), sizes)
        asked = np.zeros(len(keys), dtype=bool)
        before = np.cumsum(sizes) - sizes
        asked[
            np.concatenate([at + found.cut for at, found in zip(before, covers, strict=True)])
        ] = True
        order = np.lexsort((code, keys))
        self._code, self._asked = code[order], asked[order]
        self._first = firsts(_dense(keys[order]))
        self._last = np.append(self._first[1:], len(order)) - 1
        self._table = table_of(cols[order][self._first], rows[order][self._first], 0.0)

    def locate(self, x: Floats, y: Floats) -> Codes:
        """Return the first polygon that covers each point of the plane, -1 for none."""
        square = self._table.look_up(*self._grid.locate(x, y))
        out = np.full(len(x), -1, dtype=np.int32)
        open_ = np.flatnonzero(square >= 0)
        entry = self._first[square[open_]]
        while len(open_):
            code = self._code[entry]
            hit = ~self._asked[entry]
            test = np.flatnonzero(~hit)
            hit[test] = shapely.intersects_xy(
                self._shapes[code[test]], x[open_[test]], y[open_[test]]
            )
            out[open_[hit]] = code[hit]
            on = ~hit & (entry < self._last[square[open_]])
            open_, entry = open_[on], entry[on] + 1
        return out


def _dense(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number equal neighbours from 0 on."""
    return np.cumsum(np.diff(keys, prepend=keys[0]) != 0)
