"""A polynomial in place of the projection, for the box around one site.

The plane is symmetrical about the meridian of its origin: x is odd and y is even in the distance
from it. That halves the terms. How far the polynomial may be off is part of the answer: where that
matters, the caller asks PROJ.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.points import MAX_LAT, Bounds, LonLat

Floats = NDArray[np.float64]
Rough = NDArray[np.floating[Any]]
Forward = Callable[[Floats, Floats], tuple[Floats, Floats]]
Rows = tuple[tuple[float, ...], ...]
Box = tuple[float, float, float, float]

_DEGREES = range(2, 10)
_CLOSE = 1e-4  # steps by which a polynomial may be off
_SINGLE = 5e-3  # steps that may be lost to rounding before double precision pays off
_CHECKS = 33  # places along each side of the box at which PROJ is asked
_BETWEEN = 2.0  # times the largest error found there is more than any error in the box


@dataclass(frozen=True)
class Steps:
    """What a place on the plane is counted in: x / east_m + east and y / north_m + north."""

    east_m: float
    north_m: float
    east: float = 0.0
    north: float = 0.0

    def count(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return places of the plane in steps."""
        return x / self.east_m + self.east, y / self.north_m + self.north


@dataclass(frozen=True, eq=False)
class Fit:
    """Places in steps as polynomials: a row of coefficients in v for each power of u squared.

    Within the box, `forward` is off by no more than `error` steps, all rounding included.
    """

    origin_lon: float
    middle_lat: float
    reach_lon: float
    reach_lat: float
    start: float
    east: Rows
    north: Rows
    kind: type[np.floating[Any]]
    error: float

    def forward(self, lon: Floats, lat: Floats) -> tuple[Rough, Rough]:
        """Return (east, north) in steps; a point outside the box counts as if on its border."""
        u = (lon - self.origin_lon).astype(self.kind)
        v = (lat - self.middle_lat).astype(self.kind)
        np.clip(u, -self.reach_lon, self.reach_lon, out=u)
        np.clip(v, -self.reach_lat, self.reach_lat, out=v)
        w = u * u
        u *= _nested(self.east, w, v)
        u += self.start
        return u, _nested(self.north, w, v)


def fitted(forward: Forward, origin: LonLat, bounds: Bounds, steps: Steps) -> Fit | None:
    """Return a polynomial for a box (west, south, east, north), None where none is close enough."""
    west, south, east, north = map(float, bounds)  # NumPy's own floats would widen single precision
    reach_lon = max(abs(west - origin.lon), abs(east - origin.lon))
    if reach_lon <= 0 or south >= north or max(-south, north) >= MAX_LAT:
        return None
    box = origin.lon, (south + north) / 2, reach_lon, (north - south) / 2
    for degree in _DEGREES:
        fit = _fit(forward, box, degree, steps)
        off = _off(forward, fit, steps)
        if off < _CLOSE:
            return _rounded(fit, degree, _BETWEEN * off)
    return None


def _fit(forward: Forward, box: Box, degree: int, steps: Steps) -> Fit:
    count = 2 * degree + 2
    u, v = _mesh(np.cos(np.pi * (np.arange(count) + 0.5) / count))
    lon, lat, reach_lon, reach_lat = box
    x, y = steps.count(*forward(lon + u * reach_lon, lat + v * reach_lat))
    w = u * u
    east = _solved(u, w, v, x - steps.east, degree - 1)
    north = _solved(np.ones_like(u), w, v, y, degree)
    return Fit(
        *box,
        start=steps.east,
        east=_in_degrees(east, 1, reach_lon, reach_lat),
        north=_in_degrees(north, 0, reach_lon, reach_lat),
        kind=np.float64,
        error=0.0,
    )


def _off(forward: Forward, fit: Fit, steps: Steps) -> float:
    """Return the largest error at evenly spread places, those on the border of the box included."""
    u, v = _mesh(np.linspace(-1, 1, _CHECKS))
    lon, lat = fit.origin_lon + u * fit.reach_lon, fit.middle_lat + v * fit.reach_lat
    pairs = zip(fit.forward(lon, lat), steps.count(*forward(lon, lat)), strict=True)
    return max(float(np.abs(rough - true).max()) for rough, true in pairs)


def _rounded(fit: Fit, degree: int, off: float) -> Fit:
    """Return the fit in single precision, if that is precise enough, and with its error.

    A term c·uⁱ·vʲ is rounded at most 3 · degree + 6 times, by half a unit in the last place.
    """
    largest = max(
        abs(fit.start) + _magnitude(fit.east, 1, fit.reach_lon, fit.reach_lat),
        _magnitude(fit.north, 0, fit.reach_lon, fit.reach_lat),
    )
    lost = {
        kind: (3 * degree + 6) * float(np.finfo(kind).eps) / 2 * largest
        for kind in (np.float32, np.float64)
    }
    kind = np.float32 if lost[np.float32] <= _SINGLE else np.float64
    return replace(fit, kind=kind, error=off + lost[kind])


def _mesh(side: Floats) -> tuple[Floats, Floats]:
    u, v = np.meshgrid(side, side)
    return u.ravel(), v.ravel()


def _solved(factor: Floats, w: Floats, v: Floats, target: Floats, degree: int) -> Rows:
    """Return the best coefficients of factor * w**k * v**n with 2k + n up to the degree."""
    sizes = range(degree + 1, 0, -2)
    terms = [factor * w**k * v**n for k, size in enumerate(sizes) for n in range(size)]
    found = np.linalg.lstsq(np.column_stack(terms), target, rcond=None)[0]
    return tuple(tuple(row.tolist()) for row in np.split(found, np.cumsum(sizes)[:-1]))


def _in_degrees(rows: Rows, odd: int, reach_lon: float, reach_lat: float) -> Rows:
    """Return coefficients for degrees instead of shares of the box's reach."""
    return tuple(
        tuple(c / reach_lon ** (2 * k + odd) / reach_lat**n for n, c in enumerate(row))
        for k, row in enumerate(rows)
    )


def _magnitude(rows: Rows, odd: int, reach_lon: float, reach_lat: float) -> float:
    """Return the most that the terms can add up to within the box."""
    back = _in_degrees(rows, odd, 1 / reach_lon, 1 / reach_lat)
    return sum(abs(c) for row in back for c in row)


def _nested(rows: Rows, w: Rough, v: Rough) -> Rough:
    """Return the sum of w**k times the k-th polynomial in v, by Horner's rule both ways."""
    out = _horner(rows[-1], v)
    for row in rows[-2::-1]:
        out *= w
        out += _horner(row, v)
    return out


def _horner(row: tuple[float, ...], v: Rough) -> Rough:
    out = np.full_like(v, row[-1])
    for coefficient in row[-2::-1]:
        out *= v
        out += coefficient
    return out
