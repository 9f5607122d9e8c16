"""The cells that the border of an area passes, and what is left of each of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area, polygonal_parts
from geo.tessellate.chains import chains, close
from geo.tessellate.grid import Grid, Ints, Shapes, pack, whole_cells
from geo.tessellate.outline import outline

Cut = Callable[[Area, Shapes], Shapes]

_FINE_M = 1e-9  # what corners may be rounded to: far less than anything can be measured
_ROOM = 0.05  # of a cell, around it: to keep the cuts away from its edges
_LITTLE = 100_000  # shapes times corners of the area: halving it again would take longer


@dataclass(frozen=True, eq=False)
class Border:
    """The cells on the border, by row and column, with the part of each that lies in the area."""

    cols: Ints
    rows: Ints
    shapes: Shapes


def border(area: Area, grid: Grid) -> Border:
    """Return the cells of the grid that the border of an area of the plane passes."""
    line = outline(area, grid)
    found = chains(line, grid)
    cols = np.concatenate([found.cols, line.lone_cols.astype(np.int64)])
    rows = np.concatenate([found.rows, line.lone_rows.astype(np.int64)])
    _, first, cell = np.unique(pack(cols, rows), return_index=True, return_inverse=True)
    shapes = close(found, line, cell[: len(found)], len(first), grid)
    shapes[cell[len(found) :]] = None
    hard = ~shapely.is_valid(shapes)  # entangled, a ring of its own, or the area touches itself
    cut = Border(cols[first], rows[first], shapes)
    shapes[hard] = clipped(area, whole_cells(grid, cut.cols[hard], cut.rows[hard]))
    return cut


def recut(area: Area, grid: Grid, found: Border) -> Border:
    """Return the same cells, each cut on its own by GEOS and rounded to a nanometre."""
    cells = whole_cells(grid, found.cols, found.rows)
    return Border(found.cols, found.rows, rounded(area, cells))


def held(ground: Area, shapes: Shapes, cut: Cut | None = None) -> tuple[Shapes, Ints]:
    """Return the part of each shape that lies on prepared ground, and which ones lost some."""
    out, lost = shapes.copy(), np.flatnonzero(~shapely.covers(ground, shapes))
    beside = shapely.disjoint(ground, shapes[lost])
    out[lost[beside]] = shapely.Polygon()
    reached = lost[~beside]
    out[reached] = (cut or clipped)(ground, shapes[reached])
    return out, lost


def clipped(area: Area, shapes: Shapes) -> Shapes:
    """Return the part of each shape that lies in the area; halves the area while it is large."""
    return _clipped(area, shapes, None)


def rounded(area: Area, shapes: Shapes) -> Shapes:
    """Return the part of each shape that lies in the area, corners rounded to a nanometre.

    Where edges lie along each other but for the last digit, GEOS may take one side for the other,
    unless it rounds.
    """
    return _clipped(area, shapes, _FINE_M)


def nearby(area: Area, cells: Shapes) -> Shapes:
    """Return the part of each of many small cells that lies in the area, for those who check it.

    Cutting the area to the surroundings of each cell is fast, and sometimes wrong.
    """
    boxes = shapely.bounds(cells)
    room = (boxes[:, 2:] - boxes[:, :2]).max(initial=0) * _ROOM
    boxes += np.array([-room, -room, room, room])
    around = np.array([shapely.clip_by_rect(area, *box) for box in boxes.tolist()], dtype=object)
    around[~shapely.is_valid(around)] = area
    return _polygonals(shapely.intersection(around, cells))


def _clipped(area: Area, shapes: Shapes, grid_m: float | None) -> Shapes:
    if len(shapes) * shapely.get_num_coordinates(area) <= _LITTLE or len(shapes) == 1:
        out = _polygonals(shapely.intersection(area, shapes, grid_size=grid_m))
        out[shapely.touches(area, shapes)] = shapely.Polygon()
        return out
    out = np.empty(len(shapes), dtype=object)
    bounds = shapely.bounds(shapes)
    axis = int(np.ptp(bounds[:, 1]) > np.ptp(bounds[:, 0]))
    order = np.argsort(bounds[:, axis], kind="stable")
    for half in np.array_split(order, 2):
        room = shapely.box(*bounds[half, :2].min(axis=0), *bounds[half, 2:].max(axis=0))
        wider = room.buffer(np.sqrt(room.area) / 64, join_style="mitre")
        part = _polygonal(shapely.intersection(area, wider))
        out[half] = _clipped(part, shapes[half], grid_m)
    return out


def _polygonals(pieces: Shapes) -> Shapes:
    out = np.empty(len(pieces), dtype=object)
    out[:] = [_polygonal(piece) for piece in pieces]
    return out


def _polygonal(shape: BaseGeometry) -> Area:
    if isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return shape
    return shapely.MultiPolygon(polygonal_parts(shape))
