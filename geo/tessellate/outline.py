"""The border of an area, cut wherever it crosses a line of the grid."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.tessellate.grid import Floats, Grid, Ints, Shapes, pack
from geo.tessellate.ragged import counting, firsts, following, owners

CORNER = -1  # the `family` of a point that the area brought along


@dataclass(frozen=True, eq=False)
class Outline:
    """The points of all rings in order, ground on the left: corners and crossings.

    Point i starts the piece to the next point of its ring; the piece lies in cell (col, row).
    `family` and `line` name the grid line of a crossing. Rings start where the border enters a
    cell; a ring that never leaves its cell is not here, its cell stands in `lone_cols` and
    `lone_rows`.
    """

    xy: Floats
    ring: Ints
    family: Ints
    line: Ints
    cols: Floats
    rows: Floats
    enters: NDArray[np.bool_]
    lone_cols: Floats
    lone_rows: Floats


def outline(area: Area, grid: Grid) -> Outline:
    """Cut the border of an area of the plane along the grid."""
    start, end, ring, _ = segments(area)
    xy, ring, family, line = _crossed(start, end, ring, grid)
    after = following(ring)
    cols, rows = grid.locate(*((xy + xy[after]) / 2).T)
    enters = np.empty(len(ring), dtype=bool)
    enters[after] = (cols != cols[after]) | (rows != rows[after])
    order, lone = _turned(ring, enters)
    return Outline(
        xy=xy[order],
        ring=ring[order],
        family=family[order],
        line=line[order],
        cols=cols[order],
        rows=rows[order],
        enters=enters[order],
        lone_cols=cols[lone],
        lone_rows=rows[lone],
    )


def segments(areas: Area | Shapes) -> tuple[Floats, Floats, Ints, Ints]:
    """Return start and end of every segment, its ring and its area; ground is on the left."""
    parts, area = shapely.get_parts(shapely.orient_polygons(areas), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    real = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    ring = ring[:-1][real]
    return xy[:-1][real], xy[1:][real], ring, area[part[ring]]


def touched(areas: Shapes, grid: Grid) -> tuple[Ints, Ints]:
    """Return every cell that the border of an area touches, packed, and which area it is.

    A cell may stand there more than once.
    """
    start, end, ring, area = segments(areas)
    xy, ring_of, _, _ = _crossed(start, end, ring, grid)
    places = np.concatenate([xy, (xy + xy[following(ring_of)]) / 2])
    cols, rows = (part.astype(np.int64) for part in grid.locate(*places.T))
    owner = np.empty(ring.max() + 1, dtype=np.int64)
    owner[ring] = area
    return pack(cols, rows), np.tile(owner[ring_of], 2)


def _crossed(start: Floats, end: Floats, ring: Ints, grid: Grid) -> tuple[Floats, Ints, Ints, Ints]:
    """Return corners and crossings in the order of the rings: place, ring, family and line."""
    n = len(start)
    found = [(np.arange(n), np.zeros(n), np.full(n, CORNER), np.zeros(n, dtype=np.int64))]
    for family, (a, b) in enumerate(zip(grid.lines(*start.T), grid.lines(*end.T), strict=True)):
        low = np.floor(np.minimum(a, b)).astype(np.int64) + 1
        counts = np.maximum(np.ceil(np.maximum(a, b)).astype(np.int64) - low, 0)
        line, segment = counting(low, counts), owners(counts)
        share = (line - a[segment]) / (b - a)[segment]
        found.append((segment, share, np.full(len(line), family), line))
    segment, share, family_of, line_of = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((share, segment))
    segment, share = segment[order], share[order]
    xy = start[segment] + share[:, None] * (end - start)[segment]
    return xy, ring[segment], family_of[order], line_of[order]


def _turned(ring: Ints, enters: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the points of every ring from its first entry on, and a point of each lone ring."""
    starts = firsts(ring)
    number = np.cumsum(np.diff(ring, prepend=-1) != 0) - 1
    entry = np.full(len(starts), -1)
    at = np.flatnonzero(enters)[::-1]
    entry[number[at]] = at  # the first entry is written last
    place = np.arange(len(ring))
    order = np.lexsort((place + len(ring) * (place < entry[number]), number))
    return order[entry[number] >= 0], starts[entry < 0]
