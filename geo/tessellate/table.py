"""From the column and row of a cell to its label, by search: for few, or cells far apart."""

import numpy as np
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Ints, pack

Codes = NDArray[np.int32]


class Table:
    """Labels by column and row."""

    def __init__(self, cols: Ints, rows: Ints, labels: Codes) -> None:
        keys = pack(cols, rows)
        order = np.argsort(keys, kind="stable")
        self._keys, self._labels = keys[order], labels[order]

    def look_up(self, cols: Floats | Ints, rows: Floats | Ints) -> Codes:
        """Return the label of every cell, -1 where there is none."""
        wanted = pack(cols.astype(np.int64), rows.astype(np.int64))
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where(self._keys[at] == wanted, self._labels[at], -1).astype(np.int32)
