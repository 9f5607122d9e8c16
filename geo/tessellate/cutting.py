"""Cutting and joining shapes of the plane so that no gap, overlap or sliver is left between them.

Cuts are computed once for both sides, so that what lies beside each other has the same corners.
"""

import math
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.tessellate.grid import Floats, Ints, Shapes
from geo.tessellate.overlay import union
from geo.tessellate.touching import touching

NODE_M = 1e-6  # corners nearer than this are one

_SNAP_M = 0.2  # twice what six decimals of a degree leave out
_SNAP_SHARE = 1e-2  # of the side of a square of the same ground


def as_array(shapes: Iterable[object]) -> Shapes:
    """Return things as an array, which numpy alone would not make of several parts."""
    several = list(shapes)
    out = np.empty(len(several), dtype=object)
    out[:] = several
    return out


def snap_m(shape: BaseGeometry) -> float:
    """Return how near to its border a line is taken to run along it; less is a sliver."""
    return min(_SNAP_M, math.sqrt(shape.area) * _SNAP_SHARE)


def split(shape: Area, line: BaseGeometry) -> list[Area]:
    """Return what a line cuts a shape into, the shape itself if it does not cross it."""
    line, shapes = fitted(line, as_array([shape]))
    pieces, _ = faces(shapes, line)
    label = absorbed(pieces, np.arange(len(pieces)), snap_m(shape))
    _take_sides(pieces, label, shape, line)
    return [joined(pieces[label == number]) for number in np.unique(label)]


def fitted(line: BaseGeometry, shapes: Shapes) -> tuple[BaseGeometry, Shapes]:
    """Return a line drawn on to the corners and borders that it nearly meets, and the shapes.

    Where the line has a corner on a border, the shapes get the same corner.
    """
    room = max(snap_m(shape) for shape in shapes)
    corners = MultiPoint(np.unique(shapely.get_coordinates(shapes), axis=0))
    line = _snapped(shapely.remove_repeated_points(line, room), corners, room)
    xy = shapely.get_coordinates(line)
    places, borders = np.asarray(shapely.points(xy)), shapely.union_all(shapely.boundary(shapes))
    near = shapely.distance(places, borders) <= room
    near &= shapely.distance(places, corners) > 0
    if not near.any():
        return line, shapes
    ways = shapely.get_coordinates(shapely.shortest_line(places[near], borders))
    xy[near] = ways[1::2]
    onto = _apart(xy[near])
    line = _snapped(shapely.set_coordinates(line, xy), onto, NODE_M)
    return line, np.asarray(shapely.snap(shapes, onto, NODE_M))


def faces(shapes: Shapes, line: BaseGeometry) -> tuple[Shapes, Ints]:
    """Return the pieces that a line cuts shapes into, and the shape that each is part of.

    Where shapes lie over each other, a piece is returned for each of them.
    """
    lines = shapely.union_all([*shapely.boundary(shapes), line])
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inner = shapely.point_on_surface(found)
    piece, owner = shapely.STRtree(shapes).query(inner, predicate="intersects")
    return found[piece], owner


def absorbed(pieces: Shapes, label: Ints, narrow_m: float) -> Ints:
    """Return the labels after each sliver took that of the piece it shares most of its border with.

    `pieces` are parts of one shape.
    """
    label = label.copy()
    open_ = width_m(pieces) < narrow_m
    first, second, shared = touching(pieces)
    one, other = np.append(first, second), np.append(second, first)
    length = np.append(shared, shared)
    while (candidates := np.flatnonzero(open_[one] & ~open_[other])).size:
        best = candidates[length[candidates].argmax()]
        label[one[best]] = label[other[best]]
        open_[one[best]] = False
    return label


def width_m(shapes: Shapes) -> Floats:
    """Return the width of a strip with the ground and the outline of each shape."""
    return np.asarray(2 * shapely.area(shapes) / shapely.length(shapes))


def joined(shapes: Iterable[BaseGeometry]) -> Area:
    """Return one shape instead of several; their outer corners stay."""
    several = as_array(shapes)
    if _matched(several):
        return _area(shapely.coverage_union_all(several))
    several = noded(several, shapely.get_coordinates(several))
    return _area(shapely.coverage_union_all(several) if _matched(several) else union(several))


def noded(shapes: Shapes, corners: Floats) -> Shapes:
    """Return the shapes with a corner wherever one of these lies on their border."""
    return np.asarray(shapely.snap(shapes, _apart(corners), NODE_M))


def torn(rest: BaseGeometry, whole: BaseGeometry) -> bool:
    """Say whether a part of the whole has been torn into several by what was taken away."""
    left = shapely.point_on_surface(shapely.get_parts(rest))
    within = shapely.STRtree(shapely.get_parts(whole)).query(left, predicate="intersects")[1]
    return len(within) > len(np.unique(within))


def _take_sides(pieces: Shapes, label: Ints, shape: Area, line: BaseGeometry) -> None:
    """Give parts that the line does not cut the label of the nearest piece on their side of it."""
    parts = shapely.get_parts(shape)
    inner = shapely.point_on_surface(pieces)
    part = shapely.distance(parts, inner[:, None]).argmin(axis=1)
    whole = np.array([len(np.unique(label[part == p])) == 1 for p in range(len(parts))])
    hull = shapely.convex_hull(shape).buffer(1.0).boundary
    sides = shapely.get_parts(shapely.polygonize([shapely.union(hull, line)]))
    side = shapely.distance(sides, inner[:, None]).argmin(axis=1)
    for own in (part == p for p in np.flatnonzero(whole)):
        mates = np.flatnonzero(~whole[part] & (side == side[own][0]))
        near = shapely.distance(pieces[mates], pieces[own][0])
        label[own] = label[mates[near.argmin()]] if mates.size else -1 - side[own][0]


def _matched(shapes: Shapes) -> bool:
    """Say whether shapes share their borders corner by corner, with nothing between them."""
    return bool(shapely.coverage_is_valid(shapes, gap_width=NODE_M))


def _snapped(line: BaseGeometry, corners: BaseGeometry, room_m: float) -> BaseGeometry:
    snapped: BaseGeometry = as_array([shapely.snap(line, corners, room_m)])[0]
    return snapped


def _apart(corners: Floats) -> MultiPoint:
    """Return the corners, the first one of each that are nearly the same."""
    points = np.asarray(shapely.points(np.unique(corners, axis=0)))
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=NODE_M)
    keep = np.ones(len(points), dtype=bool)
    keep[one[other < one]] = False
    return MultiPoint(list(points[keep]))


def _area(shape: BaseGeometry) -> Area:
    if isinstance(shape, Polygon):
        return shape
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
