"""How far a place is, along the ground."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from geo.columns import lon_lat
from geo.points import LonLat

_ELLIPSOID = Geod(ellps="WGS84")


def distance_m(lon: ArrayLike, lat: ArrayLike, origin: LonLat) -> NDArray[np.float64]:
    """Return the geodesic distance of every point from the origin, NaN where a point is missing."""
    x, y = lon_lat(lon, lat)
    known = np.isfinite(x) & np.isfinite(y)
    out = np.full(x.shape, np.nan)
    start = np.full(int(known.sum()), origin.lon), np.full(int(known.sum()), origin.lat)
    out[known] = _ELLIPSOID.inv(*start, x[known], y[known])[2]
    return out
