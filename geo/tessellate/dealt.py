"""Finding the cell of a point where the ground of one cell of the base was dealt out to several."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Ints, Shapes
from geo.tessellate.sheet import FREE

Codes = NDArray[np.int32]


class Dealt:
    """For every root the cells to ask, the first one first."""

    def __init__(
        self,
        roots: Sequence[int],
        cells: Sequence[Sequence[int]],
        flat: Callable[[Ints], Shapes],
    ) -> None:
        order = np.argsort(roots)
        counts = np.array([len(cells[n]) for n in order])
        self._roots = np.array(roots)[order]
        self._cell = np.concatenate([cells[n] for n in order]).astype(np.int32)
        self._shapes = flat(self._cell.astype(np.int64))
        shapely.prepare(self._shapes)
        self._last = np.cumsum(counts) - 1
        self._first = self._last - counts + 1

    def locate(self, roots: Codes, x: Floats, y: Floats) -> Codes:
        """Return the first cell that covers each point of the plane, each in one of the roots.

        The cells of a root leave no room between them; a point that rounding puts there goes to
        the nearest one.
        """
        out = np.full(len(x), -1, dtype=np.int32)
        root = np.searchsorted(self._roots, roots)
        open_, entry = np.arange(len(x)), self._first[root]
        while open_.size:
            hit = shapely.intersects_xy(self._shapes[entry], x[open_], y[open_])
            out[open_[hit]] = self._cell[entry[hit]]
            on = ~hit & (entry < self._last[root[open_]])
            open_, entry = open_[on], entry[on] + 1
        for lost in np.flatnonzero((out < 0) & (roots != FREE)):
            some = slice(self._first[root[lost]], self._last[root[lost]] + 1)
            off = shapely.distance(self._shapes[some], shapely.Point(x[lost], y[lost]))
            out[lost] = self._cell[some][off.argmin()]
        return out
