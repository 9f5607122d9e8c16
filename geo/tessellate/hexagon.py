"""Hexagons on the plane with a corner to the north, hexagon 0:0 around its origin.

Axial coordinates: q grows to the east, r to the north-north-east.
"""

import math

import numpy as np

from geo.fit import Steps
from geo.tessellate.grid import Bools, Floats, Ints

# corners in halves of the width and of an edge, from the south-east upwards
_EAST, _NORTH = np.array([1, 1, 0, -1, -1, 0]), np.array([-1, 1, 2, 1, -1, -2])
# the halves of rhombi around the centre, of which each hexagon consists
_ACROSS, _UP = np.array([0, 0, -1, -1, -1, 0]), np.array([0, 0, -1, -1, 0, -1])
_HALF = np.array([0, 1, 0, 1, 1, 0])


class HexGrid:
    """Hexagons of one edge length; each holds its west and its two southern edges."""

    prefix = "hex"
    shear = 0.5
    offset = 0.0
    corners = 6
    slanted = True

    def __init__(self, side_m: float) -> None:
        self.side_m = side_m
        self.step_x_m = math.sqrt(3) * side_m
        self.step_y_m = 1.5 * side_m
        self.whole_m2 = 1.5 * math.sqrt(3) * side_m * side_m
        self.steps = Steps(self.step_x_m, side_m)

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the (q, r) of the one hexagon that holds each point, as whole numbers."""
        across, up, half = self.mesh(x, y)
        # a centre is the corner of a mesh at which across + up is a multiple of three
        total = across + up
        r = np.floor((total + 2) / 3)
        opposite, beside = total == 3 * r - 2, total == 3 * r - 1
        return r - up - (opposite | (beside & ~half)), r

    def corner(self, cols: Ints, rows: Ints, number: Ints) -> tuple[Ints, Ints]:
        """Return a corner of each hexagon in whole steps: half a width, half an edge."""
        return 2 * cols + rows + _EAST[number], 3 * rows + _NORTH[number]

    def place(self, east: Ints, north: Ints) -> Floats:
        """Return the place (x, y) of corners given in half widths and half edges."""
        place = np.stack([east, north], axis=-1).astype(np.float64)
        return place * (self.step_x_m / 2, self.side_m / 2)

    def lines(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the coordinates across three families of lines, 60 degrees apart.

        Every edge and every long diagonal of a hexagon lies on one of these lines.
        """
        along, up = x / self.step_x_m, y / self.side_m
        return 2 * along, along + up, up - along

    def edge(self, family: Ints, line: Ints, cols: Ints, rows: Ints) -> Ints:
        """Return which edge of the hexagon lies on the grid line, -1 for none."""
        centre = np.choose(family % 3, [2 * cols + rows, cols + 2 * rows, rows - cols])
        side = line - centre
        known = (family >= 0) & (np.abs(side) == 1)
        return np.where(known, np.where(side > 0, family, family + 3), -1)

    def mesh(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Bools]:
        """Return across, up and half of the triangle that holds each point."""
        _, p, q = self.lines(x, y)
        across, up = np.floor(p), np.floor(q)
        return across, up, p - across >= q - up

    def meshes(self, cols: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """Return across, up and half of the six triangles of each hexagon."""
        across, up = (cols + 2 * rows)[:, None] + _ACROSS, (rows - cols)[:, None] + _UP
        return across, up, np.broadcast_to(_HALF, across.shape)
