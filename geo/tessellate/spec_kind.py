"""What the specs of all kinds of cells have in common."""

from enum import StrEnum
from numbers import Real
from typing import Any

from geo.errors import SpecError
from geo.points import LonLat

MAX_SIDE_M = 100_000.0
_MIN_SIDE_M = 1.0


class SpecKind(StrEnum):
    """The ways of dividing an area."""

    SQUARE = "square"
    HEX = "hex"
    H3 = "h3"
    QUAD = "quad"
    VORONOI = "voronoi"
    POLYGON = "polygon"
    EDITED = "edited"


def checked_side(side_m: Any) -> float:
    """Return a side that cells can have and that fits in their ids."""
    number = float(side_m) if isinstance(side_m, Real) and side_m is not True else 0.0
    if not _MIN_SIDE_M <= number <= MAX_SIDE_M:
        raise SpecError(
            "A side of {side_m} m can't be used for cells.",
            "Give {low:g} to {high:g} m.",
            side_m=side_m,
            low=_MIN_SIDE_M,
            high=MAX_SIDE_M,
        )
    if round(float(side_m), 3) != side_m:
        raise SpecError(
            "A side of {side_m} m is finer than a millimetre and would not fit in a cell id.",
            "Round it to three decimals.",
            side_m=side_m,
        )
    return float(side_m)


def checked_origin(origin: object) -> None:
    """Refuse an origin that is no place; None leaves it to the area."""
    if not (origin is None or isinstance(origin, LonLat)):
        raise SpecError(
            "The origin {origin!r} is no place.",
            "Give a LonLat, longitude first.",
            origin=origin,
        )


def pair_of(origin: LonLat | None) -> list[float] | None:
    """Return a place as JSON values."""
    return None if origin is None else [origin.lon, origin.lat]


def lonlat_of(pair: list[float] | None) -> LonLat | None:
    """Return the place that was stored."""
    return None if pair is None else LonLat(pair[0], pair[1])
