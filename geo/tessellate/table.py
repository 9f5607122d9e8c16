"""From the column and row of a cell to its position."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Ints, pack

Codes = NDArray[np.int32]

_FIELD_LIMIT = 1 << 24  # entries: 64 MB


class Table(Protocol):
    """Finds cells by column and row."""

    def look_up(self, cols: Floats, rows: Floats) -> Codes:
        """Return the position of every cell, -1 where there is none; uses up what it is given."""
        ...


def table_of(cols: Ints, rows: Ints, shear: float) -> Table:
    """Return a table of at least one cell: a field where it is small enough, else a sorted list."""
    upright = cols + np.floor(shear * rows).astype(np.int64)
    west, south = int(upright.min()) - 1, int(rows.min()) - 1
    width, height = int(upright.max()) + 2 - west, int(rows.max()) + 2 - south
    if width * height > _FIELD_LIMIT:
        return _Sorted(pack(cols, rows))
    codes = np.full(width * height, -1, dtype=np.int32)
    codes[(rows - south) * width + (upright - west)] = np.arange(len(cols), dtype=np.int32)
    return _Field(west, south, width, height, shear, codes)


@dataclass(frozen=True, eq=False)
class _Field:
    """Positions by row and column with a margin of -1, sheared columns set upright."""

    west: int
    south: int
    width: int
    height: int
    shear: float
    codes: Codes

    def look_up(self, cols: Floats, rows: Floats) -> Codes:
        if self.shear:
            cols += np.floor(rows * self.shear)
        cols -= self.west
        rows -= self.south
        np.clip(cols, 0, self.width - 1, out=cols)
        np.clip(rows, 0, self.height - 1, out=rows)
        rows *= self.width
        rows += cols
        return self.codes[rows.astype(np.int32)]


@dataclass(frozen=True, eq=False)
class _Sorted:
    """Positions by binary search, for cells far apart."""

    keys: Ints

    def look_up(self, cols: Floats, rows: Floats) -> Codes:
        wanted = pack(cols.astype(np.int64), rows.astype(np.int64))
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, at, -1).astype(np.int32)
