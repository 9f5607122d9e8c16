"""The flat map on which cells are drawn and areas measured.

Lambert azimuthal equal-area around an origin, on the WGS 84 ellipsoid: x to the east and y to the
north in metres, the origin at 0, 0. Equal areas on the ground are equal areas on the plane.
"""

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj

from geo.area import Area, area_of, polygonal_parts
from geo.points import Bounds, LonLat

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]

_EQUATOR_M = 6378137.0
_ECCENTRICITY_2 = 0.0066943799901413165
_INVERSE_ROUNDS = 2
_DEGREE_M = 111_320.0
_STEEPEST_DEG = 89.0
_GROUND = 2  # dimensions


class Plane:
    """Longitude and latitude to metres around an origin, and back, by PROJ."""

    def __init__(self, origin: LonLat) -> None:
        self.origin = origin
        self._proj = _projection(origin.lon, origin.lat)

    def forward(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return (x, y) in metres."""
        lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        return _projected(self._proj, lon, lat)

    def inverse(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return (lon, lat) in degrees, exact to a nanometre.

        The series that PROJ 9.5 uses on the way back is off by a millimetre; stepping along the
        error of the way forth takes it out.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        lon, lat = _projected(self._proj, x, y, inverse=True)
        for _ in range(_INVERSE_ROUNDS):
            there = _projected(self._proj, lon, lat)
            lon, lat = _stepped(lon, lat, x - there[0], y - there[1])
        return lon, lat

    def flatten(self, area: Area) -> Area:
        """Return the area with its corners on the plane, its edges straight there."""
        return _mended(shapely.transform(area, self._forward_pairs))

    def flatten_all(self, shapes: Shapes) -> Shapes:
        """Return every shape with its corners on the plane."""
        out = shapely.transform(shapes, self._forward_pairs)
        crossed = np.flatnonzero((shapely.get_dimensions(out) == _GROUND) & ~shapely.is_valid(out))
        for at in crossed.tolist():
            out[at] = _mended(out[at])
        return out

    def unflatten_all(self, shapes: Shapes) -> Shapes:
        """Return shapes of the plane with their corners in longitude and latitude."""
        return shapely.transform(shapes, lambda xy: np.column_stack(self.inverse(*xy.T)))

    def _forward_pairs(self, pairs: Floats) -> Floats:
        return np.column_stack(_projected(self._proj, *pairs.T))


def _mended(area: Area) -> Area:
    """Return an area whose rings don't cross.

    Straight edges in degrees are not straight on the plane, and the other way round: a ring close
    to a long edge of another one may lie on its other side.
    """
    return area if area.is_valid else area_of(polygonal_parts(area))


def reach(area: Area) -> Bounds:
    """Return the box in degrees that holds an area whose edges are straight on the plane.

    Between two corners, a straight line of the plane bulges over the straight line in degrees by
    up to length² / 8R times the tangent of the latitude; the box has twice that room.
    """
    west, south, east, north = area.bounds
    steepest = np.radians(min(max(abs(south), abs(north)), _STEEPEST_DEG))
    length_m = _longest_step_deg(area) * _DEGREE_M
    room = length_m**2 / (4 * _EQUATOR_M) * (1 + np.tan(steepest)) / _DEGREE_M
    beside = room / np.cos(steepest)
    return (west - beside, south - room, east + beside, north + room)


def _longest_step_deg(area: Area) -> float:
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(area)), return_index=True
    )
    steps = np.hypot(*np.diff(corners, axis=0).T)
    return float(steps[ring[1:] == ring[:-1]].max())


@lru_cache(maxsize=256)
def _projection(lon: float, lat: float) -> Proj:
    return Proj(proj="laea", lon_0=lon, lat_0=lat, ellps="WGS84", units="m")


def _projected(
    proj: Proj, one: Floats, other: Floats, *, inverse: bool = False
) -> tuple[Floats, Floats]:
    out = proj(np.ascontiguousarray(one), np.ascontiguousarray(other), inverse=inverse)
    return out[0].reshape(one.shape), out[1].reshape(one.shape)


def _stepped(lon: Floats, lat: Floats, dx: Floats, dy: Floats) -> tuple[Floats, Floats]:
    phi = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    parallel_m = _EQUATOR_M / np.sqrt(bend) * np.cos(phi)
    meridian_m = _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / (bend * np.sqrt(bend))
    return lon + np.degrees(dx / parallel_m), lat + np.degrees(dy / meridian_m)
