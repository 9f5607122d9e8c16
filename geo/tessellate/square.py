"""Squares on the plane, square 0:0 around its origin."""

import numpy as np

from geo.tessellate.lattice import Floats, Ints


class SquareGrid:
    """Squares of one side; each holds its western and southern edge, not the other two."""

    prefix = "sq"
    shear = 0.0

    def __init__(self, side_m: float) -> None:
        self.side_m = side_m
        self.step_x_m = self.step_y_m = side_m
        self.reach_m = side_m / 2
        self.whole_m2 = side_m * side_m

    def locate(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Return the (col, row) of the one square that holds each point."""
        cols, rows = np.floor(x / self.side_m + 0.5), np.floor(y / self.side_m + 0.5)
        return cols.astype(np.int64), rows.astype(np.int64)

    def rings(self, cols: Ints, rows: Ints) -> Floats:
        """Return the closed ring of every square, against the clock from the south-west."""
        out = np.empty((len(cols), 5, 2))
        for corner, (east, north) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))):
            out[:, corner, 0] = (cols + east - 0.5) * self.side_m
            out[:, corner, 1] = (rows + north - 0.5) * self.side_m
        return out
