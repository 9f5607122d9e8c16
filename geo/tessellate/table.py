"""From places to the labels of cells, by search: for few points, or cells far apart."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Grid, Ints, pack

Codes = NDArray[np.int32]


def look_up_of(
    grid: Grid, cells: tuple[Ints, Ints], labels: Codes
) -> Callable[[Floats, Floats], Codes]:
    """Return a function that gives the label of the cell at each place, -1 where there is none."""
    keys = pack(*cells)
    order = np.argsort(keys, kind="stable")
    keys, labels = keys[order], labels[order]

    def look_up(x: Floats, y: Floats) -> Codes:
        cols, rows = grid.locate(x, y)
        wanted = pack(cols.astype(np.int64), rows.astype(np.int64))
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, labels[at], -1).astype(np.int32)

    return look_up
