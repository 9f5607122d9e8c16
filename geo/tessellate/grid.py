"""What squares and hexagons have in common."""

from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.fit import Steps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]

_ROOMY = 16  # places for each pair: with more of them, sorting the pairs is faster


class Grid(Protocol):
    """One kind of regular cell of one size.

    The centre of cell (col, row) is at x = step_x_m * (col + offset + shear * row) and
    y = step_y_m * (row + offset). Its corners and edges are counted against the clock; edge n
    starts at corner n.

    A grid lies on a mesh: `steps` say where on it a place is, one mesh to the east and to the
    north of the other. A slanted mesh consists of rhombi, east + north across and north - east up,
    each of two halves. A mesh, or half of one, lies in one cell and holds its lower edges.
    """

    prefix: str
    side_m: float
    step_x_m: float
    step_y_m: float
    shear: float
    offset: float
    whole_m2: float
    corners: int
    steps: Steps
    slanted: bool

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the (col, row) of the one cell that holds each point, as whole numbers."""
        ...

    def corner(self, cols: Ints, rows: Ints, number: Ints) -> tuple[Ints, Ints]:
        """Return a corner of each cell in whole steps, the same for all cells that meet there."""
        ...

    def place(self, east: Ints, north: Ints) -> Floats:
        """Return the place (x, y) of corners given in whole steps."""
        ...

    def lines(self, x: Floats, y: Floats) -> tuple[Floats, ...]:
        """Return each point's coordinate across each family of grid lines, lines at integers."""
        ...

    def edge(self, family: Ints, line: Ints, cols: Ints, rows: Ints) -> Ints:
        """Return which edge of the cell lies on the grid line, -1 for none."""
        ...

    def mesh(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Bools]:
        """Return across, up and half of the mesh that holds each point."""
        ...

    def meshes(self, cols: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return across, up and half of all meshes of each cell: three arrays (cells, meshes)."""
        ...


def corners(grid: Grid, cols: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the corners of every cell in whole steps: two arrays (cells, corners)."""
    return grid.corner(cols[:, None], rows[:, None], np.arange(grid.corners))


def polygons(rings: Floats) -> Shapes:
    """Return a polygon for every ring of corners: (polygons, corners, 2)."""
    count, size = rings.shape[0], rings.shape[1] + 1
    closed = np.concatenate([rings, rings[:, :1]], axis=1).reshape(-1, 2)
    ends = np.arange(count + 1)
    kind = shapely.GeometryType.POLYGON
    return np.asarray(shapely.from_ragged_array(kind, closed, (ends * size, ends)))


def whole_cells(grid: Grid, cols: Ints, rows: Ints) -> Shapes:
    """Return every cell as a polygon of the plane."""
    return polygons(grid.place(*corners(grid, cols, rows)))


def pack(cols: Ints, rows: Ints) -> Ints:
    """Return one number for each pair of whole numbers, ascending by row and then by column."""
    return (rows << 32) + cols


def unpack(keys: Ints) -> tuple[Ints, Ints]:
    """Return the columns and rows that were packed."""
    rows = (keys + (1 << 31)) >> 32
    return keys - (rows << 32), rows


def distinct(cols: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Return all different pairs by row and column, and which of them each pair is."""
    west, south = int(cols.min()), int(rows.min())
    width, height = int(cols.max()) + 1 - west, int(rows.max()) + 1 - south
    if width * height > _ROOMY * cols.size:
        keys, which = np.unique(pack(cols, rows), return_inverse=True)
        return *unpack(keys), which
    at = (rows - south) * width + (cols - west)
    used = np.zeros(width * height, dtype=bool)
    used[at] = True
    found = np.flatnonzero(used)
    return found % width + west, found // width + south, (np.cumsum(used) - 1)[at]
