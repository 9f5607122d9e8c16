"""Carrying out edits, and refusing those that would leave gaps, islands or two cells of one id."""

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.errors import ReshapeError
from geo.tessellate.cutting import (
    absorbed,
    as_array,
    faces,
    fitted,
    joined,
    snap_m,
    split,
    torn,
    width_m,
)
from geo.tessellate.edits import Carve, Edit, Merge, Split, Transfer
from geo.tessellate.grid import Shapes
from geo.tessellate.overlay import common, common_m2, union, without
from geo.tessellate.sheet import FREE, Piece, Sheet
from geo.tessellate.touching import contacts, grouped, touching

_TRACE_M2, _TRACE = 1e-4, 1e-3  # ground that rounding leaves in a cell beside a border


def carry_out(sheet: Sheet, edit: Edit) -> None:
    """Change the sheet as the edit says, or refuse and leave it as it is."""
    match edit:
        case Merge():
            _merge(sheet, edit)
        case Split():
            _split(sheet, edit)
        case Transfer():
            _transfer(sheet, edit)
        case Carve():  # pragma: no branch  no other kind of edit
            _carve(sheet, edit)


def _merge(sheet: Sheet, edit: Merge) -> None:
    pieces = [sheet.piece(cell_id) for cell_id in edit.ids]
    shapes = as_array(piece.shape for piece in pieces)
    first, second, _ = contacts(shapes)
    apart = np.flatnonzero(grouped(len(shapes), first, second))
    if apart.size:
        raise ReshapeError(
            "{cell} does not touch {other}, not even by way of the other cells.",
            "Choose cells that share a border; a corner is not enough.",
            cell=edit.ids[apart[0]],
            other=edit.ids[0],
        )
    roots = frozenset[int]().union(*(piece.roots for piece in pieces))
    sheet.replace(edit.ids, {edit.into: Piece(joined(shapes), roots)})


def _split(sheet: Sheet, edit: Split) -> None:
    piece = sheet.piece(edit.cell_id)
    parts = split(piece.shape, sheet.base.plane.flatten_all(as_array([edit.line]))[0])
    if len(parts) < 2:  # noqa: PLR2004
        raise ReshapeError(
            "The line does not cut {cell} in two.",
            "Draw it across the whole cell, from border to border; it may reach beyond.",
            cell=edit.cell_id,
        )
    parts.sort(key=_west_then_south)
    roots = _dealt(sheet, piece, parts)
    new = zip(_numbered(sheet, edit.cell_id), map(Piece, parts, roots), strict=False)
    sheet.replace([edit.cell_id], dict(new))


def _transfer(sheet: Sheet, edit: Transfer) -> None:
    source, target = sheet.piece(edit.source), sheet.piece(edit.target)
    inside, rest = _within(sheet.base.plane.flatten(edit.shape), [source])[0]
    if not (inside and rest):
        raise ReshapeError(
            "{cell} lies within the shape as a whole."
            if inside
            else "{cell} has no ground within the shape.",
            "Merge the two cells instead." if inside else "Draw the shape over its border.",
            cell=edit.source,
        )
    moved, left = joined(inside), joined(rest)
    _refuse_tearing(edit.source, left, source.shape)
    _refuse_loose(edit, moved, target.shape)
    gone, stays = _dealt(sheet, source, [moved, left])
    sheet.replace(
        [edit.source, edit.target],
        {
            edit.source: Piece(left, stays),
            edit.target: Piece(joined([target.shape, *inside]), target.roots | gone),
        },
    )


def _carve(sheet: Sheet, edit: Carve) -> None:
    if sheet.is_taken(edit.cell_id):
        raise ReshapeError(
            "A cell has been drawn as {key} before.", "Give another key.", key=edit.key
        )
    drawn = sheet.base.plane.flatten(edit.shape)
    ids = sheet.near(drawn)
    pieces = [sheet.piece(cell_id) for cell_id in ids]
    cut = _within(drawn, pieces)
    free = _free(sheet, drawn, pieces)
    shape = _one(edit, [*free, *(face for inside, _ in cut for face in inside)])
    roots = {FREE} if free else set[int]()
    new: dict[str, Piece] = {}
    for cell_id, piece, (inside, rest) in zip(ids, pieces, cut, strict=True):
        if rest and inside:
            left = joined(rest)
            _refuse_tearing(cell_id, left, piece.shape)
            gone, stays = _dealt(sheet, piece, [joined(inside), left])
            new[cell_id] = Piece(left, stays)
            roots |= gone
        elif inside:
            roots |= piece.roots
    old = [cell_id for cell_id, (inside, _) in zip(ids, cut, strict=True) if inside]
    sheet.replace(old, new | {edit.cell_id: Piece(shape, frozenset(roots))})


def _within(drawn: Area, pieces: Sequence[Piece]) -> list[tuple[list[Area], list[Area]]]:
    """Return for every cell what a drawn shape cuts out of it and what is left, in parts."""
    shapes = as_array(piece.shape for piece in pieces)
    shapely.prepare(drawn)
    whole = shapely.covers(drawn, shapes)
    out = [
        ([shape], []) if within else ([], [shape])
        for shape, within in zip(shapes, whole, strict=True)
    ]
    crossed = np.flatnonzero(~whole & shapely.intersects(drawn, shapes))
    if crossed.size:
        line, noded = fitted(shapely.boundary(drawn), shapes[crossed])
        found, owner = faces(noded, line)
        within = shapely.build_area(shapely.node(line))
        for number, at in enumerate(crossed):
            out[at] = _sorted(found[owner == number], within, snap_m(shapes[at]))
    return out


def _sorted(parts: Shapes, drawn: BaseGeometry, narrow_m: float) -> tuple[list[Area], list[Area]]:
    """Return the parts within a drawn shape and those outside; slivers go with what is beside."""
    inside = shapely.intersects(shapely.point_on_surface(parts), drawn)
    inside = absorbed(parts, inside.astype(np.int64), narrow_m) > 0
    return list(parts[inside]), list(parts[~inside])


def _free(sheet: Sheet, drawn: Area, pieces: Sequence[Piece]) -> list[Area]:
    """Return the ground of the area within a drawn shape that no cell holds."""
    within = common(as_array([drawn]), as_array([sheet.base.ground]))[0]
    covered = union(as_array(piece.shape for piece in pieces))
    parts = shapely.get_parts(without(within, covered))
    return [part for part in parts if part.length and width_m(part) > snap_m(part)]


def _one(edit: Carve, parts: list[Area]) -> Area:
    """Return the drawn cell, which must be of one piece."""
    whole = joined(parts)
    parts = list(shapely.get_parts(whole))
    if len(parts) == 1:
        return whole
    raise ReshapeError(
        "The cell {key} would fall into {count} parts."
        if parts
        else "The drawn shape covers no ground of the area.",
        "Draw it as one piece within the area.",
        key=edit.key,
        count=len(parts),
    )


def _refuse_tearing(cell_id: str, left: Area, whole: Area) -> None:
    if torn(left, whole):
        raise ReshapeError(
            "{cell} would be torn apart.",
            "Leave a strip of it that holds it together, or split it first.",
            cell=cell_id,
        )


def _refuse_loose(edit: Transfer, moved: Area, target: Area) -> None:
    parts = as_array([target, *shapely.get_parts(moved)])
    first, _, _ = touching(parts)
    if np.count_nonzero(first == 0) + 1 < len(parts):
        raise ReshapeError(
            "What the shape takes from {source} does not touch {target}.",
            "Draw the shape up to their common border.",
            source=edit.source,
            target=edit.target,
        )


def _dealt(sheet: Sheet, piece: Piece, parts: Sequence[Area]) -> list[frozenset[int]]:
    """Return for each part of a cell the roots of which it holds ground."""
    codes = np.array(sorted(piece.roots - {FREE}), dtype=np.int64)
    flat, several = np.meshgrid(sheet.base.flat(codes), as_array(parts), indexing="ij")
    shared_m2 = common_m2(flat, several)
    trace = np.minimum(shapely.area(flat), shapely.area(several)) * _TRACE
    holds = shared_m2 > np.minimum(trace, _TRACE_M2)
    holds[np.arange(len(codes)), shared_m2.argmax(axis=1)] = True
    free = piece.roots & {FREE}
    return [free | frozenset(codes[column].tolist()) for column in holds.T]


def _numbered(sheet: Sheet, cell_id: str) -> Iterator[str]:
    """Yield cell_id/1, cell_id/2 and so on, without those that a cell has or had."""
    names = (f"{cell_id}/{number}" for number in count(1))
    return (name for name in names if not sheet.is_taken(name))


def _west_then_south(part: Area) -> tuple[float, float]:
    middle = part.centroid
    return round(middle.x, 3), round(middle.y, 3)
