"""WGS 84, GCJ-02 and BD-09, one into another.

GCJ-02 has no public definition. The closed form used here is the one every open implementation
shares; it agrees with the map services within a metre.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import lon_lat
from geo.errors import PointError, one_of


class Datum(StrEnum):
    """Which reference a longitude and latitude stand in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

_MAJOR_AXIS_M = 6378245.0  # Krasovsky 1940, which GCJ-02 is built on
_ECCENTRICITY_2 = 0.00669342162296594323
_CHINA_WEST, _CHINA_SOUTH, _CHINA_EAST, _CHINA_NORTH = 72.004, 0.8293, 137.8347, 55.8271
_BD_TURN = np.pi * 3000.0 / 180.0
_ROUNDS = 8


@overload
def convert(  # pyright: ignore[reportOverlappingOverload]  a float is an array to numpy
    lon: float, lat: float, source: Datum, target: Datum
) -> tuple[float, float]: ...
@overload
def convert(lon: ArrayLike, lat: ArrayLike, source: Datum, target: Datum) -> Pair: ...
def convert(
    lon: ArrayLike, lat: ArrayLike, source: Datum, target: Datum
) -> Pair | tuple[float, float]:
    """Return (lon, lat) in the target datum, in the shape they came in.

    Points outside China come back unchanged. Steps back (towards WGS 84) are exact inverses,
    iterated to below 1e-9 degrees.
    """
    x, y = lon_lat(lon, lat)
    out = _converted(x, y, one_of(Datum, source, PointError), one_of(Datum, target, PointError))
    return (float(out[0]), float(out[1])) if x.ndim == 0 else out


def _converted(x: Floats, y: Floats, source: Datum, target: Datum) -> Pair:
    x, y = x.copy(), y.copy()
    here = _in_china(x, y)
    part = x[here], y[here]
    for step in _steps(source, target):
        part = step(*part)
    x[here], y[here] = part
    return x, y


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return (
        (lon >= _CHINA_WEST) & (lon <= _CHINA_EAST) & (lat >= _CHINA_SOUTH) & (lat <= _CHINA_NORTH)
    )


def _steps(source: Datum, target: Datum) -> Sequence[Callable[[Floats, Floats], Pair]]:
    chain = list(Datum)
    start, end = chain.index(source), chain.index(target)
    if start <= end:
        return _FORTH[start:end]
    return _BACK[end:start][::-1]


def _gcj_from_wgs(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (
        (waves + _swell(x, (20.0, 40.0), (1.0, 3.0)) + _swell(x, (150.0, 300.0), (12.0, 30.0)))
        * 2
        / 3
    )
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (
        (waves + _swell(y, (20.0, 40.0), (1.0, 3.0)) + _swell(y, (160.0, 320.0), (12.0, 30.0)))
        * 2
        / 3
    )
    phi = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = _MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_2) / (bend * np.sqrt(bend))
    parallel_m = _MAJOR_AXIS_M / np.sqrt(bend) * np.cos(phi)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _swell(v: Floats, heights: tuple[float, float], lengths: tuple[float, float]) -> Floats:
    (a, b), (short, long) = heights, lengths
    return a * np.sin(v * np.pi / short) + b * np.sin(v * np.pi / long)


def _bd_from_gcj(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _undo(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Walk back along the error of the forward step; each round leaves a hundredth of it."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        there = forward(x, y)
        x += lon - there[0]
        y += lat - there[1]
    return x, y


def _wgs_from_gcj(lon: Floats, lat: Floats) -> Pair:
    return _undo(_gcj_from_wgs, lon, lat)


def _gcj_from_bd(lon: Floats, lat: Floats) -> Pair:
    return _undo(_bd_from_gcj, lon, lat)


_FORTH = [_gcj_from_wgs, _bd_from_gcj]
_BACK = [_wgs_from_gcj, _gcj_from_bd]
