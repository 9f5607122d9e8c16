"""Which cell holds a point: each point is in exactly one cell, or in none."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import as_given, numbers, refuse_uneven
from geo.errors import PointError
from geo.tessellate.cells import Cells

_CHUNK = 1 << 16  # points: enough to be worth a call of NumPy, few enough for the caches

Part = tuple[slice, NDArray[np.int32]]


def assign(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> NDArray[np.object_]:
    """Return the id of the cell that holds each point, None outside the area or without a place.

    Works through the points in parts: beyond the answer it needs a few megabytes of memory.
    """
    x, y = _columns(lon, lat)
    names = np.empty(len(cells) + 1, dtype=object)  # the last one is that of code -1
    names[:-1] = cells.ids
    out = np.empty(x.size, dtype=object)
    for part, codes in _parts(x, y, cells):
        names.take(codes, mode="wrap", out=out[part])
    return out.reshape(x.shape)


def assign_codes(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> NDArray[np.int32]:
    """Return the position in `cells.ids` of the cell that holds each point, -1 for none."""
    x, y = _columns(lon, lat)
    out = np.empty(x.size, dtype=np.int32)
    for part, codes in _parts(x, y, cells):
        out[part] = codes
    return out.reshape(x.shape)


def _columns(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = as_given(lon, PointError), as_given(lat, PointError)
    refuse_uneven(x, y)
    return x, y


def _parts(x: NDArray[Any], y: NDArray[Any], cells: Cells) -> Iterator[Part]:
    flat_x, flat_y = x.reshape(-1), y.reshape(-1)
    for start in range(0, x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        yield part, cells.locate(_numbers(flat_x[part]), _numbers(flat_y[part]))


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.ascontiguousarray(numbers(values, PointError))
