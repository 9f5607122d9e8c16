"""Regular grids: cells as pairs of integers, shapes only where the area's border passes."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area, polygonal_parts
from geo.errors import SpecError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CELLS = 2_000_000
SLIVER = 1e-9  # cells below this share of a whole one are rounding noise


class Grid(Protocol):
    """One kind of regular cell of one size, around 0, 0 of the plane.

    The centre of cell (col, row) is at x = step_x_m * (col + shear * row), y = step_y_m * row.
    """

    prefix: str
    side_m: float
    step_x_m: float
    step_y_m: float
    shear: float
    reach_m: float
    whole_m2: float

    def locate(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Return the (col, row) of the one cell that holds each point."""
        ...

    def rings(self, cols: Ints, rows: Ints) -> Floats:
        """Return the closed ring of every cell, against the clock: (cells, corners + 1, 2)."""
        ...


@dataclass(frozen=True, eq=False)
class Lattice:
    """The cells of a grid within an area: whole ones as integers, cut ones with a shape as well.

    Sorted by row and column; `cut` are the positions of the cells that hold less than a whole.
    """

    cols: Ints
    rows: Ints
    cut: Ints
    cut_shapes: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.cols)


def cover(area: Area, grid: Grid) -> Lattice:
    """Return the cells of the grid that share ground with an area of the plane."""
    cols, rows = _candidates(area, grid)
    boxes = shapely.polygons(grid.rings(cols, rows))
    shapely.prepare(area)
    whole = shapely.covers(area, boxes)
    edge = np.flatnonzero(~whole & shapely.intersects(area, boxes))
    parts = [polygonal_parts(piece) for piece in shapely.intersection(area, boxes[edge])]
    shapes = np.array([shapely.union_all(p) for p in parts] + [None], dtype=object)[:-1]
    real = shapely.area(shapes) > SLIVER * grid.whole_m2
    keep = np.sort(np.concatenate([np.flatnonzero(whole), edge[real]]))
    return Lattice(cols[keep], rows[keep], np.searchsorted(keep, edge[real]), shapes[real])


def _candidates(area: Area, grid: Grid) -> tuple[Ints, Ints]:
    west, south, east, north = area.bounds
    low = np.floor((south - grid.reach_m) / grid.step_y_m)
    rows = np.arange(low, np.ceil((north + grid.reach_m) / grid.step_y_m) + 1)
    first = np.floor(west / grid.step_x_m - grid.shear * rows - 0.5)
    last = np.ceil(east / grid.step_x_m - grid.shear * rows + 0.5)
    counts = (last - first + 1).astype(np.int64)
    if counts.sum() > 4 * MAX_CELLS:
        raise SpecError(
            "Cells of {side_m:g} m are too small for this area: there would be {count}.",
            "Choose a longer side or a smaller area.",
            side_m=grid.side_m,
            count=int(counts.sum()),
        )
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    cols = starts + np.arange(counts.sum())
    return cols.astype(np.int64), np.repeat(rows, counts).astype(np.int64)
