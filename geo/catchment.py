"""The ground around a branch in bands: by distance as the crow flies, or by any nested areas."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.area import Area, area_of, circle, polygonal_parts
from geo.columns import numbers
from geo.distance import distance_m
from geo.errors import CatchmentError
from geo.points import LonLat


def rings(centre: LonLat, radii_m: Sequence[float]) -> tuple[Polygon, ...]:
    """Return the disc of the smallest radius and a ring for each further one: no ground is in two.

    Radii ascend, in metres along the ground. Ring k is what lies farther than the radius before
    it and within its own.
    """
    _refuse_unordered(radii_m)
    discs = [circle(centre, radius) for radius in radii_m]
    return (discs[0], *(Polygon(o.exterior, [i.exterior]) for i, o in pairwise(discs)))


def ring_of(
    lon: ArrayLike, lat: ArrayLike, centre: LonLat, radii_m: Sequence[float]
) -> NDArray[np.int8]:
    """Return the number of the ring that holds each point, -1 beyond the last or without a place.

    The distance decides, not the drawn ring: a point on a radius is within it.
    """
    _refuse_unordered(radii_m)
    away = distance_m(lon, lat, centre)
    ring = np.searchsorted(np.asarray(radii_m, np.float64), away, side="left")
    return np.where(ring < len(radii_m), ring, -1).astype(np.int8)  # a missing one sorts last


def bands(areas: Sequence[Area]) -> tuple[Area, ...]:
    """Return each area without the ones before it, so that no ground is in two."""
    out: list[Area] = []
    taken: BaseGeometry = Polygon()
    for area in areas:
        out.append(area_of(polygonal_parts(shapely.difference(area, taken))))
        taken = shapely.union(taken, area)
    return tuple(out)


def _refuse_unordered(radii_m: Sequence[float]) -> None:
    radii = numbers(radii_m, CatchmentError).ravel()
    steps = np.diff(radii, prepend=0.0)
    if not steps.size or not (steps > 0).all():
        raise CatchmentError(
            "The radii {radii} make no rings.",
            "Give one or more distances above 0, the smallest first.",
            radii=", ".join(f"{radius:g}" for radius in radii) or "()",
        )
