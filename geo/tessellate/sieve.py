"""The cells of many points at once: most are settled by where they roughly are."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.fit import Fit, Floats, Rough, Steps, fitted
from geo.plane import Plane
from geo.points import Bounds
from geo.tessellate.grid import Bools, Grid, Ints

Codes = NDArray[np.int32]

NONE = -1
"""The label where there is no cell."""

_LARGEST = 1 << 24  # labels: 64 MB
_METRE_DEG = 1 / 110_000
_BLUR_M = 1e-5  # nearer to a line than this, rounding may decide, so the exact way has to


def ask(codes: Codes) -> Codes:
    """Return the labels of cells in which the exact place of a point decides, or turn them back."""
    return -2 - codes


@dataclass(frozen=True, eq=False)
class Sieve:
    """A label for every mesh of a grid; where a point's mesh is in doubt, it says so."""

    fit: Fit
    grid: Grid
    labels: Codes
    west: int
    south: int
    across: int
    up: int
    clear: float

    def settle(self, lon: Floats, lat: Floats) -> tuple[Codes, NDArray[np.intp]]:
        """Return the label of each point, and which points need an exact answer."""
        with np.errstate(invalid="ignore", over="ignore"):  # a point without a place ends nowhere
            p, q = self._across_and_up(lon, lat)
            cols, rows = p.astype(np.int32), q.astype(np.int32)
        p -= cols.astype(p.dtype)
        q -= rows.astype(q.dtype)
        doubtful = self._near_a_line(p, q)
        codes = self._label(cols, rows, p >= q)
        doubtful |= codes < NONE
        return codes, np.flatnonzero(doubtful)

    def look_up(self, x: Floats, y: Floats) -> Codes:
        """Return the label at each place of the plane, exactly."""
        p, q, half = self.grid.mesh(x, y)
        cols = np.clip(p - self.west, 0, self.across - 1).astype(np.int32)
        rows = np.clip(q - self.south, 0, self.up - 1).astype(np.int32)
        return self._label(cols, rows, half)

    def _label(self, cols: Codes, rows: Codes, half: Bools) -> Codes:
        """Return labels; the outermost meshes, and what lies beyond, have none."""
        rows *= self.across
        rows += cols
        if self.grid.slanted:
            rows *= 2
            rows += half
        return self.labels.take(rows, mode="clip")

    def _across_and_up(self, lon: Floats, lat: Floats) -> tuple[Rough, Rough]:
        """Return places on the mesh; the outermost meshes stand for everything beyond."""
        p, q = self.fit.forward(lon, lat)
        if self.grid.slanted:
            p, q = p + q, q - p
        np.clip(p, 0.5, self.across - 0.5, out=p)
        np.clip(q, 0.5, self.up - 0.5, out=q)
        return p, q

    def _near_a_line(self, p: Rough, q: Rough) -> Bools:
        """Say which points of a mesh, from 0 to 1, may as well lie in another one."""
        away = np.maximum(np.abs(p - 0.5), np.abs(q - 0.5))
        near: Bools = away > 0.5 - self.clear
        if self.grid.slanted:
            near |= np.abs(p - q) < 2 * self.clear
        return near


def sieve_of(
    plane: Plane, box: Bounds, grid: Grid, cells: tuple[Ints, Ints], labels: Codes
) -> Sieve | None:
    """Return a sieve for cells (cols, rows) in a box, None where no fast way is close enough.

    `labels` hold what is to be said of each cell: its code, or that one has to ask.
    """
    across, up, half = grid.meshes(*cells)
    west, south = int(across.min()) - 1, int(up.min()) - 1
    width, height = int(across.max()) + 2 - west, int(up.max()) + 2 - south
    halves = 1 + grid.slanted
    if width * height * halves > _LARGEST:
        return None
    steps = _from(grid, west, south)
    fit = fitted(plane.forward, plane.origin, _wider(box, 2 * grid.side_m), steps)
    if fit is None:
        return None
    field = np.full(width * height * halves, NONE, dtype=np.int32)
    field[((up - south) * width + (across - west)) * halves + half] = labels[:, None]
    clear = halves * fit.error + _BLUR_M / min(steps.east_m, steps.north_m)
    return Sieve(fit, grid, field, west, south, width, height, clear)


def _from(grid: Grid, west: int, south: int) -> Steps:
    """Return the grid's steps, counted from the westernmost and southernmost mesh."""
    steps = grid.steps
    if not grid.slanted:
        return replace(steps, east=steps.east - west, north=steps.north - south)
    return replace(steps, east=(south - west) / 2, north=-(south + west) / 2)


def _wider(box: Bounds, room_m: float) -> Bounds:
    west, south, east, north = box
    up = room_m * _METRE_DEG
    beside = up / max(np.cos(np.radians(max(abs(south), abs(north)))), _METRE_DEG)
    return west - beside, south - up, east + beside, north + up
