"""Single places and the faults found in columns of coordinates."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import lon_lat, numbers
from geo.errors import PointError

Bounds = tuple[float, float, float, float]

MAX_LON, MAX_LAT = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class LonLat:
    """A place in degrees, longitude first; refuses what can't be a place."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        lon, lat = _number(self.lon, "longitude"), _number(self.lat, "latitude")
        _refuse_impossible(lon, lat)
        object.__setattr__(self, "lon", lon)
        object.__setattr__(self, "lat", lat)


class PointFault(StrEnum):
    """Why a coordinate pair needs a person to look at it."""

    MISSING = "missing"
    INFINITE = "infinite"
    SWAPPED = "swapped"
    OUT_OF_RANGE = "out_of_range"
    ZERO = "zero"


@dataclass(frozen=True, eq=False)
class PointReport:
    """The faulty rows of two coordinate columns: `indices` and, in step, `faults`."""

    indices: NDArray[np.intp]
    faults: tuple[PointFault, ...]

    def __len__(self) -> int:
        return len(self.faults)


def check_points(lon: ArrayLike, lat: ArrayLike, expected: Bounds | None = None) -> PointReport:
    """Report every pair that is missing, infinite, out of range, at 0/0 or probably exchanged.

    `expected` is where the points should lie, as (west, south, east, north): a pair that lies
    there only with longitude and latitude exchanged is reported as swapped. Nothing is corrected.
    """
    x, y = (part.ravel() for part in lon_lat(lon, lat))
    found = np.full(x.shape, "", dtype=object)
    for fault, where in reversed(_faults(x, y, expected)):
        found[where] = fault
    indices = np.flatnonzero(found != "")
    return PointReport(indices, tuple(found[indices]))


def _faults(
    x: NDArray[np.float64], y: NDArray[np.float64], expected: Bounds | None
) -> list[tuple[PointFault, NDArray[np.bool_]]]:
    """Every fault with its rows, the one to report first in front."""
    possible = (np.abs(x) <= MAX_LON) & (np.abs(y) <= MAX_LAT)
    exchanged = ~possible & (np.abs(y) <= MAX_LON) & (np.abs(x) <= MAX_LAT)
    if expected is not None:
        _refuse_no_box(expected)
        exchanged |= ~_inside(x, y, expected) & _inside(y, x, expected)
    return [
        (PointFault.MISSING, np.isnan(x) | np.isnan(y)),
        (PointFault.INFINITE, np.isinf(x) | np.isinf(y)),
        (PointFault.SWAPPED, exchanged),
        (PointFault.OUT_OF_RANGE, ~possible),
        (PointFault.ZERO, (x == 0) & (y == 0)),
    ]


def _refuse_no_box(bounds: Bounds) -> None:
    box = numbers(bounds, PointError)
    if box.shape != (4,) or not (box[:2] <= box[2:]).all():
        raise PointError("{bounds} is no box.", "Give (west, south, east, north).", bounds=bounds)


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], bounds: Bounds) -> NDArray[np.bool_]:
    west, south, east, north = bounds
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise PointError(
            "The {name} {value!r} is not a number.",
            "Give decimal degrees, for example 113.9475.",
            name=name,
            value=value,
        )
    return float(value)


def _refuse_impossible(lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat)):
        raise PointError(
            "The point {lon}, {lat} has no place on the map.",
            "Give both coordinates as finite decimal degrees.",
            lon=lon,
            lat=lat,
        )
    if abs(lon) <= MAX_LON and abs(lat) <= MAX_LAT:
        return
    if abs(lon) <= MAX_LAT and abs(lat) <= MAX_LON:
        raise PointError(
            "The latitude {lat} is out of range; longitude and latitude look exchanged.",
            "Give the longitude first: {lat}, {lon}.",
            lon=lon,
            lat=lat,
        )
    raise PointError(
        "The point {lon}, {lat} is out of range.",
        "Longitude runs from -180 to 180 and latitude from -90 to 90.",
        lon=lon,
        lat=lat,
    )
