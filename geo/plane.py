"""The flat map on which cells are drawn and areas measured.

Lambert azimuthal equal-area around an origin, on the WGS 84 ellipsoid: x to the east and y to the
north in metres, the origin at 0, 0. Equal areas on the ground are equal areas on the plane.
"""

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj

from geo.area import Area
from geo.points import LonLat

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]

_EQUATOR_M = 6378137.0
_ECCENTRICITY_2 = 0.0066943799901413165
_INVERSE_ROUNDS = 2


class Plane:
    """Longitude and latitude to metres around an origin, and back."""

    def __init__(self, origin: LonLat) -> None:
        self.origin = origin
        self._proj = _projection(origin.lon, origin.lat)

    def forward(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return (x, y) in metres."""
        x, y = self._proj(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.asarray(x), np.asarray(y)

    def inverse(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return (lon, lat) in degrees, exact to a nanometre.

        The series that PROJ 9.5 uses on the way back is off by a millimetre; one step along the
        error of the way forth takes it out.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        lon, lat = self._proj(x, y, inverse=True)
        for _ in range(_INVERSE_ROUNDS):
            there = self.forward(lon, lat)
            lon, lat = _stepped(lon, lat, x - there[0], y - there[1])
        return lon, lat

    def flatten(self, area: Area) -> Area:
        """Return the area with its corners on the plane, its edges straight there."""
        return shapely.transform(area, lambda xy: np.column_stack(self.forward(*xy.T)))

    def flatten_all(self, shapes: Shapes) -> Shapes:
        """Return every shape with its corners on the plane."""
        return shapely.transform(shapes, lambda xy: np.column_stack(self.forward(*xy.T)))

    def unflatten_all(self, shapes: Shapes) -> Shapes:
        """Return shapes of the plane with their corners in longitude and latitude."""
        return shapely.transform(shapes, lambda xy: np.column_stack(self.inverse(*xy.T)))


@lru_cache(maxsize=256)
def _projection(lon: float, lat: float) -> Proj:
    return Proj(proj="laea", lon_0=lon, lat_0=lat, ellps="WGS84", units="m")


def _stepped(lon: Floats, lat: Floats, dx: Floats, dy: Floats) -> tuple[Floats, Floats]:
    phi = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    parallel_m = _EQUATOR_M / np.sqrt(bend) * np.cos(phi)
    meridian_m = _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / (bend * np.sqrt(bend))
    return lon + np.degrees(dx / parallel_m), lat + np.degrees(dy / meridian_m)
