"""Stretches of an area's border through single cells, closed to polygons along the cells' edges."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tessellate.grid import Floats, Grid, Ints, Shapes
from geo.tessellate.outline import CORNER, Outline
from geo.tessellate.ragged import counting, following, owners

Mask = NDArray[np.bool_]

_CLEAR = 1e-9  # of an edge: nearer to a corner, rounding may order crossings wrongly


@dataclass(frozen=True, eq=False)
class Chains:
    """Stretches of the border: the outline's points from `start` up to `stop`, then `leave`.

    `at_in` and `at_out` say where around its cell a stretch comes in and goes out: the number of
    the edge, and as fraction the way along it; NaN where that is not known.
    """

    start: Ints
    stop: Ints
    leave: Ints
    cols: Ints
    rows: Ints
    at_in: Floats
    at_out: Floats

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, which: Mask) -> "Chains":
        return Chains(*(part[which] for part in vars(self).values()))


def chains(line: Outline, grid: Grid) -> Chains:
    """Return the stretches of an outline, one for every entry into a cell."""
    start = np.flatnonzero(line.enters)
    stop = np.append(start[1:], len(line.enters))[: len(start)]
    leave = start[following(line.ring[start])]
    cols, rows = line.cols[start].astype(np.int64), line.rows[start].astype(np.int64)
    at_in, at_out = (_around(line, at, cols, rows, grid) for at in (start, leave))
    return Chains(start, stop, leave, cols, rows, at_in, at_out)


def close(found: Chains, line: Outline, cell: Ints, count: int, grid: Grid) -> Shapes:
    """Return what is left of every cell, None where its stretches are too entangled.

    `cell` is the number of every stretch's cell, of `count` cells.
    """
    follow = _follow(cell, found.at_in, found.at_out)
    hard = np.zeros(count, dtype=bool)
    hard[cell[_entangled(found, line, follow)]] = True
    clear = ~hard[cell]
    renumbered = np.cumsum(clear) - 1
    found, follow, cell = found[clear], renumbered[follow[clear]], cell[clear]
    polygons, owner = _walk(found, line, follow, grid)
    return gathered(polygons, cell[owner], count)


def _around(line: Outline, points: Ints, cols: Ints, rows: Ints, grid: Grid) -> Floats:
    """Return edge and fraction at which points lie on the ring of their cells."""
    edge = grid.edge(line.family[points], line.line[points], cols, rows)
    way = line.xy[points] - grid.place(*grid.corner(cols, rows, edge))
    share = np.hypot(way[:, 0], way[:, 1]) / grid.side_m
    return np.where((edge >= 0) & (share > _CLEAR) & (share < 1 - _CLEAR), edge + share, np.nan)


def _follow(cell: Ints, at_in: Floats, at_out: Floats) -> Ints:
    """Return the stretch that comes in next around the cell, -1 where one goes out there.

    Ground lies on the left of the border, so ways out and ways in take turns.
    """
    cells, n = np.tile(cell, 2), len(cell)
    order = np.lexsort((np.concatenate([at_in, at_out]), cells))
    after = order[following(cells[order])]
    out = np.empty(2 * n, dtype=np.int64)
    out[order] = np.where(after < n, after, -1)
    return out[n:]


def _entangled(found: Chains, line: Outline, follow: Ints) -> Mask:
    """Say which stretches can't be closed: ends unknown or at one place, or nothing enclosed."""
    unknown = np.isnan(found.at_in) | np.isnan(found.at_out) | (follow < 0)
    bends = np.cumsum(line.family == CORNER)
    straight = bends[found.stop - 1] == bends[found.start]
    flat = straight & (np.floor(found.at_in) == np.floor(found.at_out))
    return np.asarray(unknown | flat | (found.at_in[follow] == found.at_out))


def _loops(follow: Ints) -> tuple[Ints, Ints]:
    """Return for every stretch the least one of its loop, and how many steps it comes after it."""
    own = np.arange(len(follow))
    least, at = own, follow
    while (at != own).any():
        least = np.minimum(least, at)
        at = np.where(at == own, own, follow[at])
    step, at = np.zeros(len(own), dtype=np.int64), least
    while (at != own).any():
        step += at != own
        at = np.where(at == own, own, follow[at])
    return least, step


def _walk(found: Chains, line: Outline, follow: Ints, grid: Grid) -> tuple[Shapes, Ints]:
    """Return a polygon for every loop of stretches, and a stretch of each."""
    least, step = _loops(follow)
    point, owner = counting(found.start, found.stop - found.start), owners(found.stop - found.start)
    kept = (line.family[point] == CORNER) | (point == found.start[owner])
    behind = found.at_in[follow]
    behind = behind + grid.corners * (behind < found.at_out)
    passed = np.floor(behind).astype(np.int64) - np.floor(found.at_out).astype(np.int64)
    turn = counting(np.floor(found.at_out).astype(np.int64) + 1, passed) % grid.corners
    cell = owners(passed)
    corner = grid.place(*grid.corner(found.cols[cell], found.rows[cell], turn))
    xy = np.concatenate([line.xy[point[kept]], line.xy[found.leave], corner])
    of = np.concatenate([owner[kept], np.arange(len(follow)), cell])
    order = np.lexsort((step[of], least[of]))
    loops, ring = np.unique(least[of][order], return_inverse=True)
    return np.asarray(shapely.polygons(shapely.linearrings(xy[order], indices=ring))), loops


def gathered(polygons: Shapes, cell: Ints, count: int) -> Shapes:
    """Return for every cell its polygon, or its polygons as one shape, None where there is none."""
    out = np.full(count, None, dtype=object)
    out[cell] = polygons
    several = np.flatnonzero(np.bincount(cell, minlength=count) > 1)
    among = np.isin(cell, several)
    order = np.argsort(cell[among], kind="stable")
    number = np.searchsorted(several, cell[among][order])
    out[several] = shapely.multipolygons(polygons[among][order], indices=number)
    return out
