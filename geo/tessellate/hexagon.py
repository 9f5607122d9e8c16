"""Hexagons on the plane with a corner to the north, hexagon 0:0 around its origin.

Axial coordinates: q grows to the east, r to the north-north-east.
"""

import math

import numpy as np

from geo.tessellate.grid import Floats, Ints

# corners in halves of the width and of an edge, from the south-east upwards
_EAST, _NORTH = np.array([1, 1, 0, -1, -1, 0]), np.array([-1, 1, 2, 1, -1, -2])


class HexGrid:
    """Hexagons of one edge length; a point on an edge belongs to one of its two cells."""

    prefix = "hex"
    shear = 0.5
    corners = 6

    def __init__(self, side_m: float) -> None:
        self.side_m = side_m
        self.step_x_m = math.sqrt(3) * side_m
        self.step_y_m = 1.5 * side_m
        self.whole_m2 = 1.5 * math.sqrt(3) * side_m * side_m

    def locate(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the (q, r) of the one hexagon that holds each point, as whole numbers."""
        r = y / self.step_y_m
        q = x / self.step_x_m
        q -= 0.5 * r
        near_q, near_r = np.floor(q + 0.5), np.floor(r + 0.5)
        q -= near_q
        r -= near_r
        # the three axial errors must add up to nothing: the largest of them gives way
        third = q + r
        turn = np.floor(third + 0.5)
        third -= turn
        for error in (q, r, third):
            np.abs(error, out=error)
        first_worst = (q > r) & (q > third)
        second_worst = ~first_worst & (r > third)
        near_q += turn * first_worst
        near_r += turn * second_worst
        return near_q, near_r

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
