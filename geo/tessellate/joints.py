"""Shapes beside smaller ones: a corner of theirs on a long edge becomes a corner of the edge."""

import numpy as np
import shapely

from geo.tessellate.chains import gathered
from geo.tessellate.grid import Bools, Floats, Grid, Ints, Shapes, pack
from geo.tessellate.ragged import counting, owners

_ON = 1e-6  # of a side: nearer to a line, a place is on it


def jointed(shapes: Shapes, east: Ints, north: Ints, grid: Grid) -> Shapes:
    """Return shapes of the plane with all corners on their edges, given in steps of a square grid.

    Without them, straight edges in degrees would leave gaps: a line that is straight on the plane
    is not straight in degrees.
    """
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    place = np.column_stack(grid.lines(*xy.T))
    same = ring[1:] == ring[:-1]
    after_x, along_y = _between(place, same, pack(north, east), 0)
    after_y, along_x = _between(place, same, pack(east, north), 1)
    line_x, line_y = np.rint(place[after_x, 0]), np.rint(place[after_y, 1])
    steps = np.concatenate([np.c_[line_x, along_y], np.c_[along_x, line_y]]).astype(np.int64)
    after = np.concatenate([np.arange(len(xy)), after_x, after_y])
    way = np.append(np.zeros(len(xy)), np.abs(steps - place[after[len(xy) :]]).max(axis=1))
    order = np.lexsort((way, after))
    every = np.concatenate([xy, grid.place(*steps.T)])[order]
    closed = np.asarray(shapely.linearrings(every, indices=ring[after][order]))
    filled = np.asarray(shapely.polygons(closed, indices=of_part))
    return gathered(filled, of_shape, len(shapes))


def _between(place: Floats, same: Bools, corners: Ints, across: int) -> tuple[Ints, Floats]:
    """Return the corners strictly within the edges along one family of lines.

    For each, the point that its edge starts at, and how far along the line it is. `corners` are
    packed by line and place along it.
    """
    corners = np.unique(corners)
    line = np.rint(place[:, across])
    on = np.abs(place[:, across] - line) < _ON
    edge = np.flatnonzero(same & on[1:] & on[:-1] & (line[1:] == line[:-1]))
    ends = np.sort(np.c_[place[edge, 1 - across], place[edge + 1, 1 - across]], axis=1)
    low, high = np.floor(ends[:, 0] + _ON) + 1, np.ceil(ends[:, 1] - _ON) - 1
    of_line = line[edge].astype(np.int64)
    first = np.searchsorted(corners, pack(low.astype(np.int64), of_line))
    stop = np.searchsorted(corners, pack(high.astype(np.int64), of_line), side="right")
    counts = np.maximum(stop - first, 0)
    found = corners[counting(first, counts)]
    which = owners(counts)
    return edge[which], (found - (of_line[which] << 32)).astype(np.float64)
