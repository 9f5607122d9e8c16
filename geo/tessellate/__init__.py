"""Dividing an area into cells."""

from dataclasses import replace

import numpy as np

from geo.area import Area, checked_area
from geo.errors import SpecError
from geo.plane import Plane
from geo.points import LonLat
from geo.tessellate.cells import Cells, Tiling
from geo.tessellate.edited import edited
from geo.tessellate.h3cells import H3Tiling
from geo.tessellate.hexagon import HexGrid
from geo.tessellate.polygons import PolygonTiling
from geo.tessellate.quads import QuadTiling
from geo.tessellate.regular import RegularTiling
from geo.tessellate.spec import (
    BaseSpec,
    EditedSpec,
    H3Spec,
    HexSpec,
    PolygonSpec,
    Spec,
    SquareSpec,
)
from geo.tessellate.spec_points import QuadSpec, VoronoiSpec
from geo.tessellate.square import SquareGrid
from geo.tessellate.voronoi import VoronoiTiling

__all__ = ["tessellate"]

_FARTHEST_DEG = 60.0
_NORTHERNMOST_DEG = 89.0


def tessellate(area: Area, spec: Spec) -> Cells:
    """Divide an area in EPSG:4326 as the spec says; the same two values always give the same cells.

    Squares, hexagons, quarters and sites without an origin get the area's centroid, written into
    `cells.spec`.
    """
    _refuse_other(spec)
    if isinstance(spec, EditedSpec):
        return edited(tessellate(area, spec.base), spec.edits)
    area = checked_area(area)
    origin = _origin(area, spec)
    _refuse_far(area, origin)
    if isinstance(spec, QuadSpec):
        spec = spec.planted(origin)
    elif isinstance(spec, SquareSpec | HexSpec | VoronoiSpec):
        spec = replace(spec, origin=origin)
    return Cells(area, spec, _tiling(area, spec, Plane(origin)))


def _origin(area: Area, spec: BaseSpec) -> LonLat:
    origin = None if isinstance(spec, H3Spec | PolygonSpec) else spec.origin
    return origin or LonLat(area.centroid.x, area.centroid.y)


def _refuse_other(spec: object) -> None:
    if not isinstance(spec, Spec):
        raise SpecError(
            "{spec!r} does not say how to divide an area.",
            "Give a SquareSpec, a HexSpec or another one.",
            spec=spec,
        )


def _refuse_far(area: Area, origin: LonLat) -> None:
    """Refuse an area too far away for shapes on the plane to be shapes on the ground."""
    west, south, east, north = area.bounds
    away = max(origin.lon - west, east - origin.lon, origin.lat - south, north - origin.lat)
    if not away <= _FARTHEST_DEG:
        raise SpecError(
            "The area reaches {away:.0f} degrees away from {lon}, {lat}, around which its cells lie; "
            "more than {limit:g} can't be flat.",
            "Divide a smaller area, choose an origin within it, and on the 180th meridian divide "
            "each side on its own.",
            away=away,
            lon=origin.lon,
            lat=origin.lat,
            limit=_FARTHEST_DEG,
        )
    if max(-south, north) > _NORTHERNMOST_DEG:
        raise SpecError(
            "The area reaches up to the pole, around which its cells would wind.",
            "Choose an area up to {limit:g} degrees north or south.",
            limit=_NORTHERNMOST_DEG,
        )


def _tiling(area: Area, spec: BaseSpec, plane: Plane) -> Tiling:
    match spec:
        case SquareSpec():
            return RegularTiling(area, SquareGrid(spec.side_m), plane)
        case HexSpec():
            return RegularTiling(area, HexGrid(spec.side_m), plane)
        case H3Spec():
            return H3Tiling(area, spec.resolution, plane)
        case QuadSpec():
            return QuadTiling(area, spec.tree, spec.min_side_m, spec.depth, plane)
        case VoronoiSpec():
            return VoronoiTiling(area, tuple(spec.keys), np.column_stack(spec.points), plane)
        case PolygonSpec():  # pragma: no branch  any other kind was refused before
            ids = np.array([f"poly:{key}" for key in spec.keys], dtype=object)
            return PolygonTiling(area, ids, spec.shapes, plane)
