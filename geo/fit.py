"""A polynomial in place of the projection, for the box of one site.

The plane is symmetrical about the meridian of its origin: x is odd and y is even in the distance
from it. That halves the terms. The polynomial is accepted only after a check against PROJ.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.points import Bounds, LonLat

Floats = NDArray[np.float64]
Forward = Callable[[Floats, Floats], tuple[Floats, Floats]]

TOLERANCE_M = 1e-6

_DEGREES = range(3, 10)
_CHECKS = 1000
_SEED = 20_260_101  # the same check every time: what passes once passes always


@dataclass(frozen=True, eq=False)
class Fit:
    """x and y as polynomials: a row of coefficients in v for each power of u squared."""

    origin_lon: float
    middle_lat: float
    reach_lon: float
    reach_lat: float
    east: tuple[Floats, ...]
    north: tuple[Floats, ...]

    def forward(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return (x, y) in metres for points within the box."""
        u = (lon - self.origin_lon) / self.reach_lon
        v = (lat - self.middle_lat) / self.reach_lat
        w = u * u
        u *= _nested(self.east, w, v)
        return u, _nested(self.north, w, v)


def fitted(forward: Forward, origin: LonLat, bounds: Bounds) -> Fit | None:
    """Return the smallest polynomial that keeps the tolerance within the box, None if none does."""
    west, south, east, north = bounds
    reach = max(abs(west - origin.lon), abs(east - origin.lon))
    box = (origin.lon, (south + north) / 2, reach, (north - south) / 2)
    if reach <= 0 or south >= north:
        return None
    for degree in _DEGREES:
        fit = _fit(forward, box, degree)
        if _worst_m(forward, fit) < TOLERANCE_M:
            return fit
    return None


def _fit(forward: Forward, box: tuple[float, float, float, float], degree: int) -> Fit:
    lon, lat, reach_lon, reach_lat = box
    count = 2 * degree + 2
    nodes = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    u, v = (side.ravel() for side in np.meshgrid(nodes, nodes))
    x, y = forward(lon + u * reach_lon, lat + v * reach_lat)
    w = u * u
    return Fit(*box, _solved(u, w, v, x, degree - 1), _solved(np.ones_like(u), w, v, y, degree))


def _solved(
    factor: Floats, w: Floats, v: Floats, target: Floats, degree: int
) -> tuple[Floats, ...]:
    """Return the best coefficients of factor * w**k * v**n with 2k + n up to the degree."""
    sizes = range(degree + 1, 0, -2)
    terms = [factor * w**k * v**n for k, size in enumerate(sizes) for n in range(size)]
    found = np.linalg.lstsq(np.column_stack(terms), target, rcond=None)[0].astype(np.float64)
    return tuple(np.split(found, np.cumsum(sizes)[:-1]))


def _worst_m(forward: Forward, fit: Fit) -> float:
    random = np.random.default_rng(_SEED)
    u, v = random.uniform(-1, 1, (2, _CHECKS))
    lon, lat = fit.origin_lon + u * fit.reach_lon, fit.middle_lat + v * fit.reach_lat
    (x, y), (true_x, true_y) = fit.forward(lon, lat), forward(lon, lat)
    return float(np.hypot(x - true_x, y - true_y).max())


def _nested(rows: tuple[Floats, ...], w: Floats, v: Floats) -> Floats:
    """Return the sum of w**k times the k-th polynomial in v, by Horner's rule both ways."""
    out = _horner(rows[-1], v)
    for row in rows[-2::-1]:
        out *= w
        out += _horner(row, v)
    return out


def _horner(row: Floats, v: Floats) -> Floats:
    out = np.full_like(v, row[-1])
    for coefficient in row[-2::-1]:
        out *= v
        out += coefficient
    return out
