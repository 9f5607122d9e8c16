"""Which cell holds a point: each point is in exactly one cell, or in none."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import PointError
from geo.tessellate.cells import Cells

_CHUNK = 1 << 15  # points that stay in the processor's cache through all steps


def assign(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> NDArray[np.object_]:
    """Return the id of the cell that holds each point, None outside the area or without a place."""
    codes = assign_codes(lon, lat, cells)
    names = np.empty(len(cells) + 1, dtype=object)
    names[:-1] = cells.ids
    return np.asarray(names[codes])


def assign_codes(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> NDArray[np.int32]:
    """Return the position in `cells.ids` of the cell that holds each point, -1 for none."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape:
        raise PointError(
            "Longitudes have the shape {lons}, latitudes {lats}.",
            "Give both in the same shape.",
            lons=x.shape,
            lats=y.shape,
        )
    out = np.empty(x.size, dtype=np.int32)
    flat_x, flat_y = x.ravel(), y.ravel()
    for start in range(0, x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        out[part] = _codes(flat_x[part], flat_y[part], cells)
    return out.reshape(x.shape)


def _codes(x: NDArray[np.float64], y: NDArray[np.float64], cells: Cells) -> NDArray[np.int32]:
    west, south, east, north = cells.reach
    near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    if near.all():
        return cells.locate(x, y)
    out = np.full(x.shape, -1, dtype=np.int32)
    out[near] = cells.locate(x[near], y[near])
    return out
