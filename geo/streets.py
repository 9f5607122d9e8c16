"""Streets as a graph to walk on.

Lines meet where they share a corner, as those of OpenStreetMap do, or where one ends within a metre
of another's corner. A bridge and the street below it share none, so nobody falls from one to the
other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import CatchmentError
from geo.plane import Plane
from geo.points import LonLat

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Lines = Sequence[Any] | NDArray[np.object_]

OFF_STREET_M = 200.0
SNAP_M = 1.0

_SAME_CORNER_DIGITS = 7  # of a degree: a centimetre
_LINE, _RING, _LINES = 1, 2, 5  # kinds of shapes, as shapely numbers them


@dataclass(frozen=True, eq=False)
class Spots:
    """The nearest spot of a street for each of some points; edge -1 where none is near."""

    edge: Whole
    along: Floats  # from the edge's first end, 0 to 1
    off_m: Floats  # from the point to the spot


@dataclass(frozen=True, eq=False)
class Streets:
    """Corners of streets on a plane, and the straight pieces between them, each once."""

    plane: Plane
    xy: Floats  # corners, in metres of the plane
    ends: Whole  # the two corners of every piece
    length_m: Floats

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(np.asarray(shapely.linestrings(self.xy[self.ends])))

    def nearest(self, x: Floats, y: Floats) -> Spots:
        """Return the nearest spot of a street within OFF_STREET_M of each point of the plane."""
        points = np.asarray(shapely.points(np.column_stack([x, y])))
        edge = np.full(points.size, -1, dtype=np.intp)
        off = np.full(points.size, np.nan)
        along = np.full(points.size, np.nan)
        pairs, away = self._tree.query_nearest(
            points, max_distance=OFF_STREET_M, return_distance=True, all_matches=False
        )
        edge[pairs[0]], off[pairs[0]] = pairs[1], away
        pieces = self._tree.geometries[pairs[1]]
        along[pairs[0]] = shapely.line_locate_point(pieces, points[pairs[0]], normalized=True)
        return Spots(edge, along, off)

    def walked_m(self, start: Spots) -> Floats:
        """Return the shortest way along streets from a spot to each corner, infinite without any.

        The way from the point to its spot is in it.
        """
        from scipy.sparse import coo_array  # here, because it takes half a second to load
        from scipy.sparse.csgraph import dijkstra

        edge, along, here = int(start.edge[0]), float(start.along[0]), len(self.xy)
        length = float(self.length_m[edge])
        one = np.r_[self.ends[:, 0], here, here]
        other = np.r_[self.ends[:, 1], self.ends[edge]]
        steps = np.r_[self.length_m, along * length, (1 - along) * length]
        graph = coo_array((steps, (one, other)), shape=(here + 1, here + 1)).tocsr()
        found = dijkstra(graph, directed=False, indices=here)
        return np.asarray(found[:-1] + start.off_m[0])

    def along_m(self, walked_m: Floats, start: Spots, spots: Spots) -> Floats:
        """Return the way from the starting point to each spot, NaN where there is none."""
        known = spots.edge >= 0
        edge, along = spots.edge[known], spots.along[known]
        length = self.length_m[edge]
        from_one = walked_m[self.ends[edge, 0]] + along * length
        from_other = walked_m[self.ends[edge, 1]] + (1 - along) * length
        way = np.minimum(from_one, from_other)
        beside = start.off_m[0] + np.abs(along - start.along[0]) * length
        way = np.where(edge == start.edge[0], np.minimum(way, beside), way)
        out = np.full(known.shape, np.nan)
        out[known] = np.where(np.isfinite(way), way, np.nan)
        return out


def street_graph(roads: Lines) -> Streets:
    """Return the graph of lines in WGS 84; prepare it once when several branches are asked for."""
    lines = _lines(roads)
    west, south, east, north = shapely.total_bounds(lines)
    plane = Plane(LonLat((west + east) / 2, (south + north) / 2))
    corners, line = shapely.get_coordinates(lines, return_index=True)
    rounded = np.round(corners, _SAME_CORNER_DIGITS)
    _, first, node = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    xy = np.column_stack(plane.forward(*corners[first].T))
    steps = np.flatnonzero(line[1:] == line[:-1])
    node = node.ravel()
    ends = _once(np.column_stack([node[steps], node[steps + 1]]))
    ends = _once(_joined(xy, ends)[ends])
    return Streets(plane, xy, ends, np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T))


def _lines(roads: Lines) -> NDArray[np.object_]:
    shapes = np.asarray(roads, dtype=object).ravel()
    if not (shapely.is_geometry(shapes) | shapely.is_missing(shapes)).all():
        raise CatchmentError("Streets are lines of shapely.", "Choose a layer of roads and paths.")
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    wrong = ~np.isin(shapely.get_type_id(shapes), (_LINE, _RING, _LINES))
    if wrong.any():
        raise CatchmentError(
            "Streets are lines, and one of them is a {kind}.",
            "Choose a layer of roads and paths.",
            kind=shapes[wrong][0].geom_type,
        )
    if not shapes.size:
        raise CatchmentError("There are no streets to walk on.", "Import roads and paths.")
    return np.asarray(shapely.get_parts(shapes))


def _once(ends: Whole) -> Whole:
    """Return every piece once, its lower corner first, without those that lead nowhere."""
    return np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)


def _joined(xy: Floats, ends: Whole) -> Whole:
    """Return for every corner the one it stands for: loose ends stand for a corner close by."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    loose = np.flatnonzero(np.bincount(ends.ravel(), minlength=len(xy)) == 1)
    close = KDTree(xy).query_ball_point(xy[loose], SNAP_M)
    one = np.repeat(loose, [len(near) for near in close])
    other = np.array([corner for near in close for corner in near], dtype=np.intp)
    pairs = coo_array((np.ones(len(one)), (one, other)), shape=(len(xy), len(xy)))
    group = connected_components(pairs, directed=False)[1]
    first = np.unique(group, return_index=True)[1]
    return np.asarray(first[group])
