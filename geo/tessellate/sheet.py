"""A division while it is being edited: its cells, and whose ground they hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.errors import ReshapeError
from geo.tessellate.cells import Cells
from geo.tessellate.cutting import NODE_M, as_array, noded
from geo.tessellate.grid import Shapes

FREE = -1  # the root of ground that no cell of the base holds


class Base:
    """The cells that edits start from."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.ids = cells.ids
        self.tiling = cells.tiling
        self.plane = cells.tiling.plane

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of every id."""
        return {cell_id: at for at, cell_id in enumerate(self.ids.tolist())}

    @cached_property
    def ground(self) -> Area:
        """The area on the plane."""
        return self.plane.flatten(self.cells.area)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The shapes of all cells on the plane, to find those at a place."""
        return shapely.STRtree(self.flat(range(len(self.ids))))

    def flat(self, at: Iterable[int]) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self.tiling.flat(np.fromiter(at, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Piece:
    """A cell on the plane; its roots are the positions of the base's cells it holds ground of."""

    shape: Area
    roots: frozenset[int]


class Sheet:
    """The cells after some edits.

    `pieces` are the cells that edits have changed, `gone` the ids that no cell has any more, and
    `dealt` says which cells hold the ground of each root that edits have touched.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self.pieces: dict[str, Piece] = {}
        self.gone: set[str] = set()
        self.dealt: dict[int, tuple[str, ...]] = {}

    def copy(self) -> "Sheet":
        """Return a sheet that can be changed without this one."""
        out = Sheet(self.base)
        out.pieces, out.gone = self.pieces.copy(), self.gone.copy()
        out.dealt = self.dealt.copy()
        return out

    def piece(self, cell_id: str) -> Piece:
        """Return a cell, which must exist."""
        if cell_id in self.pieces:
            return self.pieces[cell_id]
        at = self.base.positions.get(cell_id)
        if at is None or cell_id in self.gone:
            raise ReshapeError(
                "There is no cell {cell}.",
                "It may have been merged, split or drawn over: choose one that is on the map.",
                cell=cell_id,
            )
        return Piece(self.base.flat([at])[0], frozenset([at]))

    def is_taken(self, cell_id: str) -> bool:
        """Say whether a cell has, or ever had, this id."""
        known = cell_id in self.pieces or cell_id in self.base.positions
        return known or cell_id in self.gone

    def holders(self, root: int) -> tuple[str, ...]:
        """Return the ids of the cells that hold ground of a cell of the base."""
        if root in self.dealt or root == FREE:
            return self.dealt.get(root, ())
        return (self.base.ids[root],)

    def whole_root(self, cell_id: str) -> int | None:
        """Return the cell of the base that a changed one is, but for corners on its border."""
        roots = self.pieces[cell_id].roots
        alone = len(roots) == 1 and FREE not in roots and self.holders(*roots) == (cell_id,)
        return min(roots) if alone else None

    def near(self, place: BaseGeometry, distance_m: float = 0.0) -> list[str]:
        """Return the ids of the cells that may reach to a place."""
        roots = self.base.tree.query(place, predicate="dwithin", distance=distance_m)
        found = [cell_id for root in sorted(roots.tolist()) for cell_id in self.holders(root)]
        return list(dict.fromkeys([*found, *self.holders(FREE)]))

    def replace(self, old: Iterable[str], new: Mapping[str, Piece]) -> None:
        """Put new cells in the place of old ones, which together have the same ground."""
        before, new = {cell_id: self.piece(cell_id) for cell_id in old}, _jointed(new)
        for root in {root for one in (*before.values(), *new.values()) for root in one.roots}:
            others = [cell_id for cell_id in self.holders(root) if cell_id not in before]
            mine = [cell_id for cell_id, piece in new.items() if root in piece.roots]
            self.dealt[root] = (*others, *mine)
        for cell_id in before.keys() - new.keys():
            self.pieces.pop(cell_id, None)
            self.gone.add(cell_id)
        self.pieces.update(new)
        self._share_corners(before.values(), new)

    def _share_corners(self, before: Iterable[Piece], new: Mapping[str, Piece]) -> None:
        """Give cells beside the new ones the corners that these have got."""
        fresh = _corners(new.values()) - _corners(before)
        if not fresh:
            return
        corners = np.array(sorted(fresh))
        for cell_id in self.near(MultiPoint(corners), NODE_M):
            piece = self.piece(cell_id)
            shape = noded(as_array([piece.shape]), corners)[0]
            if cell_id not in new and not shape.equals_exact(piece.shape, 0):
                self.pieces[cell_id] = Piece(shape, piece.roots)


def _jointed(new: Mapping[str, Piece]) -> Mapping[str, Piece]:
    """Return new cells of which each has the corners that others have on its border."""
    times = Counter(corner for piece in new.values() for corner in _corners([piece]))
    lone = np.array([corner for corner, held in times.items() if held == 1]).reshape(-1, 2)
    shapes = as_array(piece.shape for piece in new.values())
    borders = shapely.boundary(shapes)
    beside = shapely.dwithin(shapely.points(lone[:, None]), borders, NODE_M).sum(axis=1) > 1
    if not beside.any():
        return new
    several = zip(new.items(), noded(shapes, lone[beside]), strict=True)
    return {cell_id: Piece(shape, piece.roots) for (cell_id, piece), shape in several}


def _corners(pieces: Iterable[Piece]) -> set[tuple[float, float]]:
    shapes = [piece.shape for piece in pieces]
    return set(map(tuple, shapely.get_coordinates(shapes).tolist()))
