"""Hexagons on the plane with a corner to the north, hexagon 0:0 around its origin.

Axial coordinates: q grows to the east, r to the north-north-east.
"""

import math

import numpy as np

from geo.tessellate.lattice import Floats, Ints

# corners in units of half a hexagon's width and half an edge, from the south-east upwards
_CORNERS = ((1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2), (1, -1))


class HexGrid:
    """Hexagons of one edge length; a point on an edge belongs to one of its two cells."""

    prefix = "hex"
    shear = 0.5

    def __init__(self, side_m: float) -> None:
        self.side_m = side_m
        self.step_x_m = math.sqrt(3) * side_m
        self.step_y_m = 1.5 * side_m
        self.reach_m = side_m
        self.whole_m2 = 1.5 * math.sqrt(3) * side_m * side_m

    def locate(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Return the (q, r) of the one hexagon that holds each point."""
        r = y / self.step_y_m
        q = x / self.step_x_m - 0.5 * r
        near_q, near_r = np.floor(q + 0.5), np.floor(r + 0.5)
        off_q, off_r = q - near_q, r - near_r
        # the three axial errors add up to a whole number: the worst one gives way
        off_s = off_q + off_r
        turn = np.floor(off_s + 0.5)
        worst_s = np.abs(off_s - turn)
        fix_q = (turn != 0) & (np.abs(off_q) > np.abs(off_r)) & (np.abs(off_q) > worst_s)
        fix_r = (turn != 0) & ~fix_q & (np.abs(off_r) > worst_s)
        near_q += np.where(fix_q, turn, 0)
        near_r += np.where(fix_r, turn, 0)
        return near_q.astype(np.int64), near_r.astype(np.int64)

    def rings(self, cols: Ints, rows: Ints) -> Floats:
        """Return the closed ring of every hexagon, against the clock from the south-east."""
        half_width, half_edge = self.step_x_m / 2, self.side_m / 2
        out = np.empty((len(cols), 7, 2))
        for corner, (east, north) in enumerate(_CORNERS):
            out[:, corner, 0] = (2 * cols + rows + east) * half_width
            out[:, corner, 1] = (3 * rows + north) * half_edge
        return out
