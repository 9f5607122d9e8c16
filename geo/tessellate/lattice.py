"""Regular grids: cells as pairs of integers, shapes only where the area's border passes."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.area import Area
from geo.errors import SpecError
from geo.tessellate.border import border, recut
from geo.tessellate.grid import Floats, Grid, Ints, Shapes, pack, unpack
from geo.tessellate.outline import segments
from geo.tessellate.ragged import counting, owners

MAX_CELLS = 2_000_000

_TRACE = 1e-10  # of a cell, or of an area smaller than that: less is what rounding leaves
_EXACT = 1e-12
_TOTAL = 1e-10


@dataclass(frozen=True, eq=False)
class Lattice:
    """The cells of a grid within an area: whole ones as integers, cut ones with a shape as well.

    Sorted by row and column; `cut` are the positions of the cells that hold less than a whole,
    `bordered` those of the cells that the border of the area passes, cut or not.
    """

    cols: Ints
    rows: Ints
    cut: Ints
    cut_shapes: Shapes
    bordered: Ints

    def __len__(self) -> int:
        return len(self.cols)


def cover(area: Area, grid: Grid) -> Lattice:
    """Return the cells of the grid that share ground with an area of the plane."""
    refuse_too_many(area.area / grid.whole_m2 + area.length / grid.side_m, grid.side_m)
    inner, edge = filled(area, grid)[0], border(area, grid)
    inner = _without(inner, pack(edge.cols, edge.rows))
    if not adds_up(area, grid.whole_m2, len(inner) * grid.whole_m2, edge.shapes):
        edge = recut(area, grid, edge)
    left_m2 = shapely.area(edge.shapes)
    keys = pack(edge.cols, edge.rows)
    real = left_m2 > trace_m2(grid.whole_m2, area)
    every = np.concatenate([inner, keys[real]])
    every.sort(kind="stable")
    cut = real & (left_m2 < grid.whole_m2 * (1 - _EXACT))
    return Lattice(
        *unpack(every),
        cut=np.searchsorted(every, keys[cut]),
        cut_shapes=edge.shapes[cut],
        bordered=np.searchsorted(every, keys[real]),
    )


def filled(areas: Area | Shapes, grid: Grid) -> tuple[Ints, Ints]:
    """Return the packed cells whose centre lies in an area, row by row, and which area it is.

    Along the line through the centres of a row, the border is crossed alternately inwards and
    outwards.
    """
    start, end, _, area = segments(areas)
    a, b = (place[:, 1] / grid.step_y_m - grid.offset for place in (start, end))
    low = np.ceil(np.minimum(a, b)).astype(np.int64)
    counts = np.ceil(np.maximum(a, b)).astype(np.int64) - low
    row, which = counting(low, counts), owners(counts)
    share = (row - a[which]) / (b - a)[which]
    x = start[which, 0] + share * (end - start)[which, 0]
    place = x / grid.step_x_m - grid.offset - grid.shear * row
    order = np.lexsort((place, row, area[which]))
    row, bound = row[order][::2], np.ceil(place[order]).astype(np.int64)
    runs = bound[1::2] - bound[::2]
    keys = pack(counting(bound[::2], runs), np.repeat(row, runs))
    return keys, np.repeat(area[which][order][::2], runs)


def trace_m2(whole_m2: Floats | float, ground: Area) -> Floats:
    """Return up to what ground the rest of a cell, which has so much as a whole, is no cell."""
    return np.asarray(np.minimum(whole_m2, ground.area) * _TRACE)


def refuse_too_many(count: float, side_m: float) -> None:
    """Refuse to divide an area into more cells than can be looked after."""
    if count > MAX_CELLS:
        raise SpecError(
            "Cells of {side_m:g} m are too small for this area: there would be about {count}.",
            "Choose a longer side or a smaller area; up to {limit} cells are possible.",
            side_m=side_m,
            count=round(count),
            limit=MAX_CELLS,
        )


def adds_up(area: Area, whole_m2: Floats | float, inner_m2: float, parts: Shapes) -> bool:
    """Say whether the parts of cells, none larger than its cell, fill an area with the inner ones."""
    sizes = shapely.area(parts)
    fits = bool((sizes <= whole_m2 * (1 + _EXACT)).all())
    return fits and abs(inner_m2 + sizes.sum() - area.area) <= _TOTAL * area.area


def _without(keys: Ints, others: Ints) -> Ints:
    """Return ascending keys without the ascending others."""
    at = np.searchsorted(keys, others)
    at = at[(at < len(keys))]
    keep = np.ones(len(keys), dtype=bool)
    keep[at[np.isin(keys[at], others)]] = False
    return keys[keep]
