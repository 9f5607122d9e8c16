"""Columns of numbers as callers give them: numbers, lists, arrays and Series of any kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import GeoError, PointError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_NO_NUMBERS = "cmMV"  # NumPy would cut them down to numbers without a word


def numbers(values: ArrayLike, refusal: type[GeoError]) -> Floats:
    """Return numbers in their shape, NaN where one is missing or masked; refuses all else."""
    given = as_given(values, refusal)
    try:
        return np.asarray(np.ma.filled(given.astype(np.float64, copy=False), np.nan))
    except (TypeError, ValueError) as reason:
        raise _no_numbers(refusal, reason) from reason


def whole_numbers(values: ArrayLike, refusal: type[GeoError]) -> Whole:
    """Return whole numbers in their shape; refuses fractions, which would be cut down to others."""
    given = as_given(values, refusal)
    if given.dtype.kind in "biu":
        return given.astype(np.int64, copy=False)
    floats = numbers(given, refusal)
    with np.errstate(invalid="ignore"):  # a missing one is none, and is refused below
        found = floats.astype(np.int64)
    if (found != floats).any():
        raise _no_numbers(refusal, f"{floats[found != floats][0]} is not whole")
    return found


def fitting(refusal: type[GeoError], *columns: ArrayLike) -> tuple[Floats, ...]:
    """Return columns of numbers in one shape, a single number repeated as often as needed."""
    several = [numbers(column, refusal) for column in columns]
    try:
        return np.broadcast_arrays(*several)
    except ValueError as uneven:
        raise refusal(
            "The columns have different shapes: {shapes}.",
            "Give columns of the same table.",
            shapes=", ".join(str(column.shape) for column in several),
        ) from uneven


def position_pairs(values: ArrayLike, refusal: type[GeoError]) -> Whole:
    """Return pairs of positions as rows; none at all may come in any shape."""
    pairs = whole_numbers(values, refusal)
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2):  # noqa: PLR2004
        raise refusal(
            "Pairs of the shape {shape} are no rows of two.",
            "Give a row for each pair.",
            shape=pairs.shape,
        )
    return pairs.reshape(-1, 2)


def as_given(values: ArrayLike, refusal: type[GeoError]) -> NDArray[Any]:
    """Return what may be numbers as an array in its own type, for those who take it in parts."""
    try:
        given = np.asanyarray(values)
    except (TypeError, ValueError) as reason:
        raise _no_numbers(refusal, reason) from reason
    if given.dtype.kind in _NO_NUMBERS:
        raise _no_numbers(refusal, given.dtype)
    return given


def lon_lat(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes, which must have the same shape."""
    x, y = numbers(lon, PointError), numbers(lat, PointError)
    refuse_uneven(x, y)
    return x, y


def two_columns(points: object, refusal: type[GeoError]) -> tuple[ArrayLike, ArrayLike]:
    """Return longitudes and latitudes of a pair of columns; refuses what is no such pair."""
    if not isinstance(points, Sequence | np.ndarray) or len(points) != 2:  # noqa: PLR2004
        raise refusal("Points are two columns.", "Give (longitudes, latitudes).")
    return points[0], points[1]


def refuse_uneven(lon: NDArray[Any], lat: NDArray[Any]) -> None:
    """Refuse longitudes and latitudes of different shapes."""
    if lon.shape != lat.shape:
        raise PointError(
            "Longitudes have the shape {lons}, latitudes {lats}.",
            "Give both in the same shape.",
            lons=lon.shape,
            lats=lat.shape,
        )


def _no_numbers(refusal: type[GeoError], found: object) -> GeoError:
    return refusal(
        "A column does not consist of numbers: {found}.",
        "Give numbers only, NaN where one is missing.",
        found=found,
    )
