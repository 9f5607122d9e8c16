"""Dividing an area into cells."""

from dataclasses import replace

import numpy as np

from geo.area import Area, checked_area
from geo.plane import Plane, reach
from geo.points import LonLat
from geo.tessellate.cells import Cells, Tiling
from geo.tessellate.h3cells import H3Tiling
from geo.tessellate.hexagon import HexGrid
from geo.tessellate.polygons import PolygonTiling
from geo.tessellate.regular import RegularTiling
from geo.tessellate.spec import H3Spec, HexSpec, PolygonSpec, Spec, SquareSpec
from geo.tessellate.square import SquareGrid

__all__ = ["tessellate"]


def tessellate(area: Area, spec: Spec) -> Cells:
    """Divide an area in EPSG:4326 as the spec says; the same two values always give the same cells.

    A square or hex spec without an origin gets the area's centroid, written into `cells.spec`.
    """
    area = checked_area(area)
    spec = _anchored(area, spec)
    return Cells(area, spec, _tiling(area, spec))


def _anchored(area: Area, spec: Spec) -> Spec:
    if isinstance(spec, SquareSpec | HexSpec) and spec.origin is None:
        return replace(spec, origin=_centroid(area))
    return spec


def _centroid(area: Area) -> LonLat:
    return LonLat(area.centroid.x, area.centroid.y)


def _tiling(area: Area, spec: Spec) -> Tiling:
    match spec:
        case SquareSpec(side_m, LonLat() as origin):
            return RegularTiling(area, SquareGrid(side_m), Plane(origin, reach(area)))
        case HexSpec(side_m, LonLat() as origin):
            return RegularTiling(area, HexGrid(side_m), Plane(origin, reach(area)))
        case H3Spec(resolution):
            return H3Tiling(area, resolution, Plane(_centroid(area), reach(area)))
        case PolygonSpec():
            ids = np.array([f"poly:{key}" for key in spec.keys], dtype=object)
            return PolygonTiling(area, ids, spec.shapes, Plane(_centroid(area), reach(area)))
