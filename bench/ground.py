"""An area with a hole and a hem, and polygons as irregular as communities are."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import LonLat
from geo.area import Area
from geo.plane import Plane

HOME = LonLat(113.9474738, 22.5438314)
PLANE = Plane(HOME)

_CORNERS, _HOLE_CORNERS = 440, 60
_SEED = 7


def irregular(radius_m: float) -> Area:
    """Return an area of 500 corners, with a hole, about as large as a circle of 0.8 radii."""
    random = np.random.default_rng(_SEED)
    turn = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    reach = 0.8 + random.normal(0, 0.006, _CORNERS)
    for wave in range(2, 24):
        reach += 0.16 / wave * np.cos(wave * turn + random.uniform(0, 2 * np.pi))
    hole_turn = np.linspace(0, 2 * np.pi, _HOLE_CORNERS, endpoint=False)
    hole = 0.2 + 0.04 * np.cos(3 * hole_turn) + random.normal(0, 0.004, _HOLE_CORNERS)
    shell, gap = _ring(reach, turn), _ring(hole, hole_turn) + np.array([0.12, -0.08])
    flat = shapely.Polygon(radius_m * shell, [radius_m * gap])
    assert flat.is_valid
    return PLANE.unflatten_all(np.array([flat]))[0]


def communities(count: int, radius_m: float) -> NDArray[np.object_]:
    """Return polygons in degrees that fill a circle, their edges winding as streets do."""
    random = np.random.default_rng(_SEED)
    places = random.uniform(-radius_m, radius_m, (3 * count, 2))
    places = places[np.hypot(*places.T) < 0.99 * radius_m][:count]
    ground = shapely.Point(0, 0).buffer(radius_m, quad_segs=64)
    parts = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=ground)
    cells = shapely.intersection(shapely.get_parts(parts), ground)
    fine = shapely.segmentize(cells, radius_m / 80)
    return PLANE.unflatten_all(shapely.transform(fine, lambda xy: xy + _wind(xy, radius_m)))


def _ring(reach: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    return reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])


def _wind(xy: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    x, y = 50 * xy.T / radius_m
    east = np.sin(y) + 0.5 * np.sin(2.5 * x)
    north = np.cos(0.9 * x) + 0.5 * np.cos(2.3 * y)
    return radius_m / 200 * np.column_stack([east, north])
