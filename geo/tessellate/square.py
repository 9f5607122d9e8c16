"""Squares on the plane."""

import numpy as np

from geo.fit import Steps
from geo.tessellate.grid import Bools, Floats, Ints

_EAST, _NORTH = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])  # corners from the south-west
_EDGES = np.array([[3, 1], [0, 2]])  # west and east, south and north


class SquareGrid:
    """Squares of one side; each holds its western and southern edge, not the other two.

    The centre of square 0:0 is at the origin, or `offset` sides east and north of it.
    """

    prefix = "sq"
    shear = 0.0
    corners = 4
    slanted = False

    def __init__(self, side_m: float, offset: float = 0.0) -> None:
        self.side_m = side_m
        self.offset = offset
        self.step_x_m = self.step_y_m = float(side_m)
        self.whole_m2 = float(side_m) ** 2
        self.steps = Steps(side_m, side_m, 0.5 - offset, 0.5 - offset)

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the (col, row) of the one square that holds each point, as whole numbers."""
        cols, rows = self.lines(x, y)
        return np.floor(cols, out=cols), np.floor(rows, out=rows)

    def corner(self, cols: Ints, rows: Ints, number: Ints) -> tuple[Ints, Ints]:
        """Return a corner of each square in whole steps: sides."""
        return cols + _EAST[number], rows + _NORTH[number]

    def place(self, east: Ints, north: Ints) -> Floats:
        """Return the place (x, y) of corners given in sides."""
        corner = np.stack([east, north], axis=-1).astype(np.float64)
        return (corner + (self.offset - 0.5)) * self.side_m

    def lines(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates across the lines that run north and those that run east."""
        return self.steps.count(x, y)

    def edge(self, family: Ints, line: Ints, cols: Ints, rows: Ints) -> Ints:
        """Return which edge of the square lies on the grid line, -1 for none."""
        side = line - np.where(family == 0, cols, rows)
        known = (family >= 0) & (side >= 0) & (side <= 1)
        return np.where(known, _EDGES[family, np.clip(side, 0, 1)], -1)

    def mesh(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Bools]:
        """Return across and up of the mesh that holds each point: its column and row."""
        cols, rows = self.locate(x, y)
        return cols, rows, np.zeros(cols.shape, dtype=bool)

    def meshes(self, cols: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return across, up and half of the one mesh of each square."""
        return cols[:, None], rows[:, None], np.zeros((len(cols), 1), dtype=np.int64)
