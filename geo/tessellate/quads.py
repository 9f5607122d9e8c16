"""Squares of several sizes within an area, each side twice as long as the next shorter one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.plane import Plane, reach
from geo.tessellate.border import Border, border, recut
from geo.tessellate.finder import Find, Finder, decided
from geo.tessellate.grid import Bools, Floats, Ints, Shapes, pack, polygons, unpack
from geo.tessellate.joints import jointed
from geo.tessellate.lattice import adds_up, filled, refuse_too_many, trace_m2
from geo.tessellate.outline import touched
from geo.tessellate.quadtree import Quadtree, in_order, names
from geo.tessellate.sieve import NONE, Sieve, ask, sieve_of
from geo.tessellate.spec_points import quad_grid
from geo.tessellate.square import SquareGrid
from geo.tessellate.table import Table

Codes = NDArray[np.int32]

_PAYS_OFF = 50_000  # points that take as long as preparing a sieve
_SQUARES = 1 << 20  # of a sieve
_EAST, _NORTH = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])


@dataclass(frozen=True, eq=False)
class _Part:
    """The squares of one level: those within the area, packed, and those on its border."""

    grid: SquareGrid
    level: int
    inner: Ints
    edge: Border


class QuadTiling:
    """The squares of a quadtree within an area."""

    def __init__(
        self, area: Area, tree: Quadtree, min_side_m: float, depth: int, plane: Plane
    ) -> None:
        self.plane = plane
        self._depth = depth
        self._grids = [quad_grid(min_side_m, depth, level) for level in range(depth + 1)]
        self._reach = reach(area)
        self._ground = plane.flatten(area)
        shapely.prepare(self._ground)
        self._finder = Finder(plane, self._reach, self._few, self._many, _PAYS_OFF)
        self._gather(_parts(self._ground, tree, self._grids))

    def _gather(self, parts: list[_Part]) -> None:
        level = np.concatenate([np.full(len(p.inner) + len(p.edge.cols), p.level) for p in parts])
        keys = np.concatenate([np.append(p.inner, pack(p.edge.cols, p.edge.rows)) for p in parts])
        shapes = np.concatenate([np.append(_none(len(p.inner)), p.edge.shapes) for p in parts])
        order = in_order(level, *unpack(keys))
        self._level, self._shapes = level[order], shapes[order]
        self._cols, self._rows = unpack(keys[order])

    def __len__(self) -> int:
        return len(self._level)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as quad:1600:0:-1:302: the whole square, and the quarters taken."""
        side = f"{self._grids[0].side_m:.3f}".rstrip("0").rstrip(".")
        paths = names(self._level, self._cols, self._rows)
        return np.array([f"quad:{side}:{path}" for path in paths], dtype=object)

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        out: Floats = np.array([grid.whole_m2 for grid in self._grids])[self._level]
        out[self._bordered] = shapely.area(self._shapes[self._bordered])
        return out

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude; neighbours share their corners exactly."""
        return self.plane.unflatten_all(self._flat)

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane, corners of smaller neighbours included."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell of each point, -1 outside the area."""
        return self._finder.locate(lon, lat)

    def _few(self, x: Floats, y: Floats) -> Codes:
        cols, rows = (part.astype(np.int64) for part in self._grids[-1].locate(x, y))
        codes = self._codes_at(self._depth, cols, rows)
        border: Bools = codes >= 0
        border[border] = self._bordered[codes[border]]
        return decided(self._ground, np.where(border, ask(codes), codes), x, y)

    def _many(self) -> tuple[Sieve | None, Find]:
        """Prepare a sieve of the smallest squares that are not too many; smaller ones are asked."""
        sides = np.array([grid.side_m for grid in self._grids])
        level = max(int((self._ground.area / sides**2 <= _SQUARES).sum()) - 1, 0)
        grid, ground = self._grids[level], np.array([self._ground])
        edge = np.unique(touched(ground, grid)[0])
        cells = unpack(np.append(edge, np.setdiff1d(filled(ground, grid)[0], edge)))
        codes = self._codes_at(level, *cells)
        codes[: len(edge)] = NONE
        labels = np.where(codes < 0, ask(np.zeros_like(codes)), codes)
        return sieve_of(self.plane, self._reach, grid, cells, labels), self._few

    def _codes_at(self, level: int, cols: Ints, rows: Ints) -> Codes:
        """Return the cell that holds each square of a level, -1 where it is none or several."""
        out = np.full(len(cols), NONE, dtype=np.int32)
        for own, table in self._tables.items():
            if own <= level:
                up = level - own
                np.maximum(out, table.look_up(cols >> up, rows >> up), out=out)
        return out

    @cached_property
    def _flat(self) -> Shapes:
        up, grid = (self._depth - self._level)[:, None], self._grids[-1]
        east, north = (self._cols[:, None] + _EAST) << up, (self._rows[:, None] + _NORTH) << up
        out = polygons(grid.place(east, north))
        out[self._bordered] = self._shapes[self._bordered]
        return jointed(out, east.ravel(), north.ravel(), grid)

    @cached_property
    def _bordered(self) -> Bools:
        return np.asarray(~shapely.is_missing(self._shapes))

    @cached_property
    def _tables(self) -> dict[int, Table]:
        codes = np.arange(len(self), dtype=np.int32)
        levels = {int(level): self._level == level for level in np.unique(self._level)}
        return {
            level: Table(self._cols[own], self._rows[own], codes[own])
            for level, own in levels.items()
        }


def _parts(ground: Area, tree: Quadtree, grids: list[SquareGrid]) -> list[_Part]:
    top, last = grids[0], grids[-1]
    count = ground.area / top.whole_m2 + ground.length / last.side_m + len(tree.level)
    refuse_too_many(count, last.side_m)
    wanted = [pack(tree.cols[own], tree.rows[own]) for own in _by_level(tree, len(grids))]
    parts = [_tops(ground, tree, top)]
    parts += [
        _leaves(ground, keys, grid, level)
        for level, (grid, keys) in enumerate(zip(grids, wanted, strict=True))
        if len(keys)
    ]
    inner = sum(len(part.inner) * part.grid.whole_m2 for part in parts)
    whole = np.concatenate([np.full(len(p.edge.cols), p.grid.whole_m2) for p in parts])
    if not adds_up(ground, whole, inner, np.concatenate([p.edge.shapes for p in parts])):
        parts = [_Part(p.grid, p.level, p.inner, recut(ground, p.grid, p.edge)) for p in parts]
    return [_Part(p.grid, p.level, p.inner, _real(p.edge, p.grid, ground)) for p in parts]


def _by_level(tree: Quadtree, count: int) -> list[Bools]:
    return [tree.level == level for level in range(count)]


def _tops(ground: Area, tree: Quadtree, grid: SquareGrid) -> _Part:
    """Return the squares of level 0 that were not divided."""
    edge = border(ground, grid)
    keys = pack(edge.cols, edge.rows)
    inner = np.setdiff1d(filled(ground, grid)[0], np.append(keys, tree.tops))
    return _Part(grid, 0, inner, _some(edge, ~np.isin(keys, tree.tops)))


def _leaves(ground: Area, leaves: Ints, grid: SquareGrid, level: int) -> _Part:
    edge = border(ground, grid)
    keys = pack(edge.cols, edge.rows)
    inner = np.setdiff1d(leaves, keys)
    cols, rows = unpack(inner)
    x, y = (grid.step_x_m * (part + grid.offset) for part in (cols, rows))
    held = shapely.intersects_xy(ground, x, y)
    return _Part(grid, level, inner[held], _some(edge, np.isin(keys, leaves)))


def _some(edge: Border, which: Bools) -> Border:
    return Border(edge.cols[which], edge.rows[which], edge.shapes[which])


def _real(edge: Border, grid: SquareGrid, ground: Area) -> Border:
    return _some(edge, shapely.area(edge.shapes) > trace_m2(grid.whole_m2, ground))


def _none(count: int) -> Shapes:
    return np.full(count, None, dtype=object)
