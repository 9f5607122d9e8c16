"""What squares and hexagons have in common."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Grid(Protocol):
    """One kind of regular cell of one size, around 0, 0 of the plane.

    The centre of cell (col, row) is at x = step_x_m * (col + shear * row), y = step_y_m * row.
    Its corners and edges are counted against the clock; edge n starts at corner n.
    """

    prefix: str
    side_m: float
    step_x_m: float
    step_y_m: float
    shear: float
    whole_m2: float
    corners: int

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the (col, row) of the one cell that holds each point, as whole numbers."""
        ...

    def corner(self, cols: Ints, rows: Ints, number: Ints) -> Floats:
        """Return the place (x, y) of a corner of each cell."""
        ...

    def lines(self, x: Floats, y: Floats) -> tuple[Floats, ...]:
        """Return each point's coordinate across each family of grid lines, lines at integers."""
        ...

    def edge(self, family: Ints, line: Ints, cols: Ints, rows: Ints) -> Ints:
        """Return which edge of the cell lies on the grid line, -1 for none."""
        ...


def rings(grid: Grid, cols: Ints, rows: Ints) -> Floats:
    """Return the closed ring of every cell: (cells, corners + 1, 2)."""
    out = np.empty((len(cols), grid.corners + 1, 2))
    for number in range(grid.corners + 1):
        out[:, number] = grid.corner(cols, rows, np.asarray(number % grid.corners))
    return out
