"""Shaping a draft by hand: cells merged, cut, moved, drawn and renamed, and all that taken back."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import LineString, shape
from sqlalchemy import delete, insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, GeoError, area_from_geojson, tessellate
from geo.area import Area
from geo.tessellate.edited import edited
from geo.tessellate.edits import Carve, Edit, Merge, Split, Transfer, edit_from_dict
from geo.tessellate.spec import EditedSpec
from gridcrm.branches import queries as branches
from gridcrm.branches.words import said
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids import queries, rules
from gridcrm.grids.drawing import LONGEST_KEY
from gridcrm.grids.forms import (
    BorderIn,
    DrawIn,
    MergeIn,
    RenameIn,
    SplitIn,
    SplitWay,
    StepIn,
)
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.reshaping import Facts, Reshaped, different, handed_on, reshaped
from gridcrm.grids.shape import cells_of

Rows = Sequence[GridCell]
_BEYOND = 0.1
"""How far a line through the middle of a cell reaches beyond it, as a share of its size."""


async def merge(session: AsyncSession, who: Who, plan_id: int, form: MergeIn) -> Reshaped:
    """Make several cells one; it keeps the name, lead and profile of the largest."""

    def edit(rows: Rows) -> Edit:
        chosen = [_row(rows, cell_id) for cell_id in set(form.cell_id)]
        largest = max(chosen, key=lambda row: (row.area_m2, row.key))
        return Merge(tuple(row.key for row in chosen), largest.key)

    return await _change(session, who, plan_id, form, "grid_merge", edit)


async def split(session: AsyncSession, who: Who, plan_id: int, form: SplitIn) -> Reshaped:
    """Cut a cell along a line; the parts are called after it and keep its lead."""

    def edit(rows: Rows) -> Edit:
        row = _row(rows, form.cell_id)
        line = _through(row, form.way) if form.way else _line(form.line)
        return Split(row.key, line)

    return await _change(session, who, plan_id, form, "grid_split", edit)


async def move_border(session: AsyncSession, who: Who, plan_id: int, form: BorderIn) -> Reshaped:
    """Give the ground that one cell has within a drawn shape to another."""

    def edit(rows: Rows) -> Edit:
        source, target = _row(rows, form.cell_id), _row(rows, form.target_id)
        return Transfer(source.key, target.key, _area(form.shape))

    return await _change(session, who, plan_id, form, "grid_border", edit)


async def draw(session: AsyncSession, who: Who, plan_id: int, form: DrawIn) -> Reshaped:
    """Put a drawn cell in the place of what its shape covers."""
    version = (await queries.plan(session, who, plan_id)).version

    def edit(_rows: Rows) -> Edit:
        return Carve(f"{version}.{form.seen + 1}", _area(form.shape))

    return await _change(session, who, plan_id, form, "grid_carve", edit, form.name)


async def rename(session: AsyncSession, who: Who, plan_id: int, form: RenameIn) -> GridCell:
    """Call a cell of a draft otherwise."""
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_shapable(plan, len(plan.done))
    rows = await queries.cells(session, plan_id)
    row = _row(rows, form.cell_id)
    if different(form.name, [other.name for other in rows if other is not row]) != form.name:
        raise InvalidInput({"name": "Another cell of this plan has this name."})
    row.name = form.name
    session.add(row)
    audit.record(session, who, "cell_rename", ("grid_cell", row.id))
    return row


async def undo(session: AsyncSession, who: Who, plan_id: int, form: StepIn) -> Reshaped:
    """Take the last change back; the cells that it took return with what was known of them."""
    plan, rows, cells = await _shapable(session, who, plan_id, form)
    spec = cells.spec
    if not isinstance(spec, EditedSpec) or not plan.done:
        raise RuleBroken("Nothing has been changed by hand. There is nothing to undo.")
    *kept, last = spec.edits
    before = EditedSpec(spec.base, tuple(kept)) if kept else spec.base
    after = await asyncio.to_thread(tessellate, cells.area, before)
    found = await _reshape(session, who, rows, after, plan.done[-1])
    plan.undone = [*plan.undone, {"edit": last.to_dict(), "facts": found.replaced}]
    plan.done = plan.done[:-1]
    await _store(session, plan, after, found)
    audit.record(session, who, "grid_undo", ("grid_plan", plan_id), kind=last.kind.value)
    return found


async def redo(session: AsyncSession, who: Who, plan_id: int, form: StepIn) -> Reshaped:
    """Make the change again that was taken back last."""
    plan, rows, cells = await _shapable(session, who, plan_id, form)
    if not plan.undone:
        raise RuleBroken("Nothing has been taken back. There is nothing to make again.")
    step = plan.undone[-1]
    edit = edit_from_dict(step["edit"])
    after = await _edited(cells, edit, rows)
    found = await _reshape(session, who, rows, after, step["facts"])
    plan.done, plan.undone = [*plan.done, found.replaced], plan.undone[:-1]
    await _store(session, plan, after, found)
    audit.record(session, who, "grid_redo", ("grid_plan", plan_id), kind=edit.kind.value)
    return found


async def _change(
    session: AsyncSession,
    who: Who,
    plan_id: int,
    form: StepIn,
    action: str,
    make: Callable[[Rows], Edit],
    name: str = "",
) -> Reshaped:
    plan, rows, cells = await _shapable(session, who, plan_id, form)
    try:
        edit = make(rows)
    except GeoError as error:
        raise _refusal(error, rows) from error
    after = await _edited(cells, edit, rows)
    found = await _reshape(session, who, rows, after, handed_on(edit, rows, after, name))
    plan.done, plan.undone = [*plan.done, found.replaced], []
    await _store(session, plan, after, found)
    numbers = {"gone": len(found.gone), "changed": len(found.changed), "new": len(found.new)}
    audit.record(session, who, action, ("grid_plan", plan_id), **numbers)
    return found


async def _shapable(
    session: AsyncSession, who: Who, plan_id: int, form: StepIn
) -> tuple[GridPlan, list[GridCell], Cells]:
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_shapable(plan, form.seen)
    return plan, await queries.cells(session, plan_id), await asyncio.to_thread(cells_of, plan)


async def _edited(cells: Cells, edit: Edit, rows: Rows) -> Cells:
    try:
        return await asyncio.to_thread(edited, cells, [edit])
    except GeoError as error:
        raise _refusal(error, rows) from error


async def _reshape(
    session: AsyncSession, who: Who, rows: Rows, after: Cells, facts: Mapping[str, Facts]
) -> Reshaped:
    if any(len(key) > LONGEST_KEY for key in after.ids):
        raise RuleBroken("This cell has been cut too often. Merge some of its parts first.")
    places = await branches.places(session, who.here)
    return await asyncio.to_thread(reshaped, rows, after, places, facts)


async def _store(session: AsyncSession, plan: GridPlan, after: Cells, found: Reshaped) -> None:
    plan.spec = after.spec.to_dict()
    session.add(plan)
    gone = [stored(row.id) for row in found.gone]
    await session.exec(delete(GridCell).where(col(GridCell.id).in_(gone)))
    for row, columns in found.changed:
        row.sqlmodel_update(columns)
        session.add(row)
    await session.flush()
    common = {"plan_id": plan.id, "branch_id": plan.branch_id}
    if found.new:
        await session.exec(insert(GridCell), params=[row | common for row in found.new])


def _row(rows: Rows, cell_id: int) -> GridCell:
    for row in rows:
        if row.id == cell_id:
            return row
    raise NotFound


def _refusal(error: GeoError, rows: Rows) -> InvalidInput:
    """Return the refusal with the names of cells instead of their keys."""
    names = {row.key: row.name for row in rows}
    error.params = {
        k: names.get(v, v) if isinstance(v, str) else v for k, v in error.params.items()
    }
    return InvalidInput({"form": said(error)})


def _area(text: str) -> Area:
    return area_from_geojson(text)


def _line(text: str) -> LineString:
    try:
        found = shape(json.loads(text))
    except (ValueError, TypeError, AttributeError, KeyError, ShapelyError) as error:
        raise InvalidInput({"line": "Draw a line across the cell."}) from error
    if not isinstance(found, LineString):
        raise InvalidInput({"line": "Draw a line across the cell."})
    return found


def _through(row: GridCell, way: SplitWay) -> LineString:
    """Return a line through the middle of a cell that parts its west and east, or south and north."""
    wide, high = (row.max_lon - row.min_lon) * _BEYOND, (row.max_lat - row.min_lat) * _BEYOND
    middle = shapely.from_wkb(row.wkb).centroid
    if way is SplitWay.EAST_WEST:
        return LineString([(middle.x, row.min_lat - high), (middle.x, row.max_lat + high)])
    return LineString([(row.min_lon - wide, middle.y), (row.max_lon + wide, middle.y)])
