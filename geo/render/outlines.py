"""Cells as outlines for the map page: whole numbers that pack small, each corner written once.

A corner is new or came up so many corners ago; neighbours share theirs. Coordinates are steps in the
square of the world in which maps are drawn (EPSG:3857), `WORLD` a side (11 cm at the equator), as
second differences, which are nearly all alike on a regular grid.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import RenderError
from geo.render.view import CellValues

FORMAT = 2  # goes into their address: browsers keep outlines, and never read another form
WORLD = 360_000_000  # below 2^30, up to which a browser counts without a detour
_A_DEGREE = 1_000_000  # corners that differ by less than a millionth of it are one
_NORTH = 85.05112878  # degrees, where the square of the world ends


def outlines_json(ids: Sequence[int], shapes: NDArray[np.object_]) -> bytes:
    """Return polygons in EPSG:4326 as `geo/render/cells.js` reads them, `ids` in their order."""
    if len(ids) != len(shapes):
        raise RenderError(
            "There are {ids} ids for {shapes} shapes.",
            "Give one id for each shape.",
            ids=len(ids),
            shapes=len(shapes),
        )
    parts, part_of = _parts(shapes)
    rings, ring_of = _rings(parts)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    corners, back = _shared(at[_but_last(ring)])
    first = corners[0] if len(corners) else np.zeros(2, dtype=np.int64)
    return _packed(
        world=WORLD,
        first=first,
        ids=np.diff(np.asarray(ids, dtype=np.int64), prepend=0),
        x=_second_differences(corners[:, 0] - first[0]),
        y=_second_differences(corners[:, 1] - first[1]),
        back=back,
        ring=np.bincount(ring, minlength=len(rings)) - 1,
        cell=np.bincount(part_of[ring_of], minlength=len(shapes)),
    )


def values_json(values: CellValues) -> bytes:
    """Return what colours the cells of a map page, and the legend that goes with it."""
    plain: dict[str, Any] = {
        "title": values.title,
        "classes": [{"colour": one.colour, "hatched": one.hatched} for one in values.classes],
        "codes": list(values.codes),
        "said": list(values.said),
        "legend": asdict(values.legend),
    }
    if values.names:
        plain["names"] = list(values.names)
    return msgspec.json.encode(plain)


def _parts(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return all polygons and the shape of each; a polygon is its own only part."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all():
        return shapes, np.arange(len(shapes))
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    if (shapely.get_type_id(parts) != shapely.GeometryType.POLYGON).any():
        raise RenderError(
            "Only polygons can be drawn as cells.", "Leave out lines, points and mixed shapes."
        )
    return parts, part_of


def _rings(parts: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return all rings and the part of each; a part without holes stands for its only ring."""
    if not shapely.get_num_interior_rings(parts).any():
        return parts, np.arange(len(parts))
    rings, part_of = shapely.get_rings(parts, return_index=True)
    return rings, part_of


def _but_last(ring: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Leave out the corner that closes each ring, which is its first one again."""
    return np.append(ring[1:] == ring[:-1], False) if len(ring) else np.zeros(0, dtype=bool)


def _shared(at: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different corners as they come up, and for each corner how long ago it came up.

    0 stands for the first time, else it is counted in corners.
    """
    import pandas as pd  # here, because it takes a while to load

    near = np.rint(at * _A_DEGREE).astype(np.int64)
    place, _ = pd.factorize((near[:, 0] << 32) + near[:, 1])  # in the order they come up
    use = np.arange(len(place))
    is_new = np.diff(np.maximum.accumulate(place), prepend=-1) > 0
    return np.rint(_in_the_world(at[is_new]) * WORLD).astype(np.int64), use - use[is_new][place]


def _in_the_world(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where places (degrees) lie in the square of the world: from its north-west, 0 to 1."""
    lat = np.radians(np.clip(at[:, 1], -_NORTH, _NORTH))
    return np.column_stack((at[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)))


def _second_differences(values: NDArray[np.int64]) -> NDArray[np.int64]:
    once = np.diff(values, prepend=0)
    return np.diff(once, prepend=0)


def _packed(**columns: Any) -> bytes:
    plain = {
        name: values.tolist() if isinstance(values, np.ndarray) else values
        for name, values in columns.items()
    }
    return msgspec.json.encode(plain)
