"""What shapes of the plane have in common, also where their borders nearly coincide.

With corners that rounding has put beside a border, GEOS may take a shape for its complement. It is
right about all shapes whose corners lie on a common grid, which takes three times as long.
"""

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.tessellate.grid import Floats, Shapes

_GRID_M = 1e-8
_NEAR_M = 1e-6


def common(one: Shapes, other: Shapes) -> Shapes:
    """Return for each pair of shapes what both cover; beside ground, borders are left out."""
    out = np.asarray(shapely.intersection(one, other))
    close = np.nonzero(_close(one, other) | _close(other, one))
    out[close] = shapely.intersection(one[close], other[close], grid_size=_GRID_M)
    mixed = np.nonzero(shapely.get_type_id(out) == shapely.GeometryType.GEOMETRYCOLLECTION)
    out[mixed] = [_ground(shape) for shape in out[mixed]]
    return out


def common_m2(one: Shapes, other: Shapes) -> Floats:
    """Return for each pair of shapes how much ground both cover."""
    return np.asarray(shapely.area(common(one, other)))


def union(shapes: Shapes) -> BaseGeometry:
    """Return what any of the shapes covers."""
    return shapely.union_all(shapes, grid_size=_GRID_M)


def without(shape: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Return what of a shape another one does not cover."""
    return shapely.difference(shape, other, grid_size=_GRID_M)


def _ground(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])


def _close(one: Shapes, other: Shapes) -> np.ndarray:
    """Say for which pairs a corner of the one lies on, or right beside, the border of the other."""
    return shapely.dwithin(shapely.extract_unique_points(one), shapely.boundary(other), _NEAR_M)
