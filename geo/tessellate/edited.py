"""Cells that were changed by hand: the edits replayed on a base that is found by its own rule."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import ReshapeError
from geo.plane import Plane
from geo.tessellate.cells import Cells
from geo.tessellate.cutting import as_array
from geo.tessellate.dealt import Dealt
from geo.tessellate.edits import Edit
from geo.tessellate.grid import Floats, Ints, Shapes
from geo.tessellate.replay import carry_out
from geo.tessellate.sheet import FREE, Base, Sheet
from geo.tessellate.spec import BaseSpec, EditedSpec

Codes = NDArray[np.int32]

_ASK = -2  # the base's cell is dealt out: its polygons are asked


def edited(cells: Cells, edits: Iterable[Edit]) -> Cells:
    """Return cells after some more edits; what was edited before is not replayed."""
    base, before, sheet = _start(cells)
    edits = tuple(edits)
    for number, edit in enumerate(edits, start=1):
        try:
            carry_out(sheet, edit)
        except ReshapeError as error:
            if len(edits) == 1:
                raise
            raise ReshapeError(
                "Change {number} can't be made again: {reason}", number=number, reason=str(error)
            ) from error
    return Cells(cells.area, EditedSpec(base, before + edits), EditedTiling(sheet))


def _start(cells: Cells) -> tuple[BaseSpec, tuple[Edit, ...], Sheet]:
    if isinstance(cells.tiling, EditedTiling) and isinstance(cells.spec, EditedSpec):
        return cells.spec.base, cells.spec.edits, cells.tiling.sheet.copy()
    assert not isinstance(cells.spec, EditedSpec)
    return cells.spec, (), Sheet(Base(cells))


class EditedTiling:
    """The cells of a base that edits left alone, in their order, then those that edits made."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.plane: Plane = sheet.base.plane
        base = sheet.base
        gone = [base.positions[cell_id] for cell_id in sheet.gone & base.positions.keys()]
        self._kept = np.delete(np.arange(len(base.ids)), gone)
        made = [cell_id for cell_id in sheet.pieces if cell_id not in base.positions]
        self._made = {cell_id: len(self._kept) + n for n, cell_id in enumerate(made)}
        self._pieces = as_array(piece.shape for piece in sheet.pieces.values())
        self._place = np.array([self._position(cell_id) for cell_id in sheet.pieces], np.int64)
        self._nth = np.full(len(self), -1)  # which of the pieces a cell is
        self._nth[self._place] = np.arange(len(self._pieces))

    def __len__(self) -> int:
        return len(self._kept) + len(self._made)

    @property
    def untouched(self) -> tuple[Ints, Ints]:
        """The positions of cells that are as in the base, and their positions there."""
        same = np.flatnonzero(self._nth[: len(self._kept)] < 0)
        return same, self._kept[same]

    def ids(self) -> Shapes:
        """Return the ids of the base's cells, then the new ones in the order they were made."""
        return np.append(self.sheet.base.ids[self._kept], as_array(self._made))

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        base = self.sheet.base.tiling.area_m2()
        out = np.append(base[self._kept], np.zeros(len(self._made)))
        out[self._place] = shapely.area(self._pieces)
        for at, cell_id in zip(self._place, self.sheet.pieces, strict=True):
            if (root := self.sheet.whole_root(cell_id)) is not None:
                out[at] = base[root]
        return out

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude; neighbours share their corners exactly."""
        base = self.sheet.base.tiling.shapes()
        out = np.append(base[self._kept], as_array([None] * len(self._made)))
        out[self._place] = self._in_degrees(base)
        return out

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        nth = self._nth[at]
        out = np.empty(len(at), dtype=object)
        out[nth >= 0] = self._pieces[nth[nth >= 0]]
        out[nth < 0] = self.sheet.base.flat(self._kept[at[nth < 0]])
        return out

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell of each point: as in the base, where it was left alone."""
        roots = self.sheet.base.tiling.locate(lon, lat)
        out = self._table[roots]
        asked = np.flatnonzero(out == _ASK)
        if asked.size:
            x, y = self.plane.forward(lon[asked], lat[asked])
            out[asked] = self._dealt.locate(roots[asked], x, y)
        return out

    def _position(self, cell_id: str) -> int:
        if cell_id in self._made:
            return self._made[cell_id]
        return int(np.searchsorted(self._kept, self.sheet.base.positions[cell_id]))

    def _in_degrees(self, base: Shapes) -> Shapes:
        """Return the pieces in degrees; corners that the base has are taken from there."""
        pieces = self.sheet.pieces.values()
        roots = sorted({root for piece in pieces for root in piece.roots} - {FREE})
        known, which = np.unique(_places(self.sheet.base.flat(roots)), return_index=True)
        lonlat = shapely.get_coordinates(base[roots])[which]

        def degrees(xy: Floats) -> Floats:
            out = np.column_stack(self.plane.inverse(*xy.T))
            places = _as_places(xy)
            at = np.minimum(np.searchsorted(known, places), len(known) - 1)
            same = known[at] == places
            out[same] = lonlat[at[same]]
            return out

        return np.asarray(shapely.transform(self._pieces, degrees))

    @cached_property
    def _table(self) -> Codes:
        """The position of the cell that holds each of the base's, for none (the last) as well."""
        out = np.full(len(self.sheet.base.ids) + 1, -1, dtype=np.int32)
        out[self._kept] = np.arange(len(self._kept))
        for root, holders in self.sheet.dealt.items():
            alone = len(holders) == 1 and root != FREE
            out[root] = self._position(holders[0]) if alone else _ASK
        return out

    @cached_property
    def _dealt(self) -> Dealt:
        dealt = self.sheet.dealt
        asked = [root for root in dealt if self._table[root] == _ASK]
        cells = [sorted(map(self._position, dealt[root])) for root in asked]
        return Dealt(asked, cells, self.flat)


def _places(shapes: Shapes) -> NDArray[np.complex128]:
    return _as_places(shapely.get_coordinates(shapes))


def _as_places(xy: Floats) -> NDArray[np.complex128]:
    """Return pairs as single numbers that can be sorted and looked up."""
    return xy[:, 0] + 1j * xy[:, 1]
