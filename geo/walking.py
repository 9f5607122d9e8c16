"""How far people walk from a branch along its streets."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.area import Area, area_of, polygonal_parts
from geo.columns import lon_lat, numbers
from geo.errors import CatchmentError
from geo.points import LonLat
from geo.streets import OFF_STREET_M, Lines, Spots, Streets, street_graph

Floats = NDArray[np.float64]

SPEED_M_PER_MIN = 80.0
MINUTES = (5.0, 10.0, 15.0)

_FINEST_M = 5.0
_STEPS = 120  # from the branch to the farthest ground: 10 m of 1200 m
_LONGEST_M = _STEPS * OFF_STREET_M  # a longer step would pass over the ground beside streets


def walking_minutes(
    roads: Lines | Streets,
    origin: LonLat,
    lon: ArrayLike,
    lat: ArrayLike,
    speed_m_per_min: float = SPEED_M_PER_MIN,
) -> Floats:
    """Return how long the walk from the origin to each point takes, NaN where no street leads.

    A walk goes straight to the nearest street, along streets by the shortest way, and straight from
    the street that is nearest to the point. More than OFF_STREET_M beside any street, and on
    streets that do not hang together with the origin's, there is no way.
    """
    _refuse_standing(speed_m_per_min)
    streets = _graph(roads)
    x, y = lon_lat(lon, lat)
    known = np.isfinite(x) & np.isfinite(y)
    out = np.full(x.shape, np.nan)
    out[known] = _metres(streets, origin, *streets.plane.forward(x[known], y[known]))
    return out / speed_m_per_min


def walking_areas(
    roads: Lines | Streets,
    origin: LonLat,
    minutes: Sequence[float] = MINUTES,
    speed_m_per_min: float = SPEED_M_PER_MIN,
) -> tuple[Area, ...]:
    """Return the ground within each number of minutes, each area holding the ones before it.

    Minutes ascend. The ground is what `walking_minutes` says of it, to within a hundredth of the
    longest walk (10 m for 15 minutes); take `bands` of it for areas that do not overlap.
    """
    _refuse_standing(speed_m_per_min)
    _refuse_unusual(minutes, speed_m_per_min)
    streets = _graph(roads)
    reach_m = minutes[-1] * speed_m_per_min
    side_m = max(_FINEST_M, reach_m / _STEPS)
    walked_m, corner = _field(streets, origin, reach_m, side_m)
    out: list[Area] = []
    for limit in minutes:
        flat = _outline(walked_m <= limit * speed_m_per_min, corner, side_m)
        out.append(_with(out[-1:], streets.plane.unflatten_all(np.array([flat]))[0]))
    return tuple(out)


def reachable_share(roads: Lines | Streets, origin: LonLat) -> float:
    """Return the share of all streets, by length, to which a way leads from the origin."""
    streets = _graph(roads)
    walked = streets.walked_m(_start(streets, origin))
    there = np.isfinite(walked[streets.ends[:, 0]])
    return float(streets.length_m[there].sum() / streets.length_m.sum())


def _graph(roads: Lines | Streets) -> Streets:
    return roads if isinstance(roads, Streets) else street_graph(roads)


def _start(streets: Streets, origin: LonLat) -> Spots:
    start = streets.nearest(*streets.plane.forward([origin.lon], [origin.lat]))
    if start.edge[0] < 0:
        raise CatchmentError(
            "No street lies within {metres:g} m of {lon}, {lat}.",
            "Import the roads and paths around it.",
            metres=OFF_STREET_M,
            lon=origin.lon,
            lat=origin.lat,
        )
    return start


def _metres(streets: Streets, origin: LonLat, x: Floats, y: Floats) -> Floats:
    start, spots = _start(streets, origin), streets.nearest(x, y)
    return streets.along_m(streets.walked_m(start), start, spots) + spots.off_m


def _field(
    streets: Streets, origin: LonLat, reach_m: float, side_m: float
) -> tuple[Floats, tuple[float, float]]:
    """Return the way to the middle of every square around the origin, and the lowest corner."""
    (x,), (y,) = streets.plane.forward([origin.lon], [origin.lat])
    count = int(np.ceil(reach_m / side_m)) + 1
    middles = (np.arange(-count, count) + 0.5) * side_m
    east, north = np.meshgrid(x + middles, y + middles)
    near = np.hypot(east - x, north - y) <= reach_m  # no way is shorter than the straight one
    walked = np.full(east.shape, np.inf)
    walked[near] = _metres(streets, origin, east[near], north[near])
    return walked, (x - count * side_m, y - count * side_m)


def _outline(inside: NDArray[np.bool_], corner: tuple[float, float], side_m: float) -> BaseGeometry:
    """Return the ground of the squares inside, row by row, its stairs made straight."""
    edges = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, west = np.nonzero(edges == 1)
    east = np.nonzero(edges == -1)[1]
    x, y = corner
    runs = shapely.box(
        x + west * side_m, y + row * side_m, x + east * side_m, y + (row + 1) * side_m
    )
    return shapely.union_all(runs).simplify(side_m * 0.75)


def _with(smaller: list[Area], area: BaseGeometry) -> Area:
    return area_of(polygonal_parts(shapely.union_all([*smaller, area])))


def _refuse_standing(speed_m_per_min: float) -> None:
    if not (np.isfinite(speed_m_per_min) and speed_m_per_min > 0):
        raise CatchmentError(
            "Nobody walks {speed} m in a minute.",
            "Give a speed above 0; 80 is usual.",
            speed=speed_m_per_min,
        )


def _refuse_unusual(minutes: Sequence[float], speed_m_per_min: float) -> None:
    limits = numbers(minutes, CatchmentError).ravel()
    steps = np.diff(limits, prepend=0.0)
    if not steps.size or not (steps > 0).all():
        raise CatchmentError(
            "The minutes {minutes} make no areas.",
            "Give one or more numbers above 0, the smallest first.",
            minutes=", ".join(f"{limit:g}" for limit in limits) or "()",
        )
    longest_m = limits[-1] * speed_m_per_min
    if longest_m > _LONGEST_M:
        raise CatchmentError(
            "A walk of {km:g} km is too long for a map of it.",
            "Give minutes for up to {limit:g} km.",
            km=longest_m / 1000,
            limit=_LONGEST_M / 1000,
        )
