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

from geo import Cells, GeoError, area_from_geojson, spec_from_dict
from geo.area import Area
from geo.tessellate.edited import edited
from geo.tessellate.edits import Carve, Edit, Merge, Split, Transfer
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
from gridcrm.grids.reshaping import Facts, Reshaped, handed_on, renamed, reshaped
from gridcrm.grids.shape import cells_of, divided, keep
from gridcrm.grids.steps import Step, StepKind, last_step, step_of

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


async def rename(session: AsyncSession, who: Who, plan_id: int, form: RenameIn) -> Reshaped:
    """Call a cell of a draft otherwise."""
    plan, rows = await _shapable(session, who, plan_id, form)
    row = _row(rows, form.cell_id)
    if form.name == row.name:
        return Reshaped([], [], [], {})
    if form.name in {other.name for other in rows}:
        raise InvalidInput({"name": "Another cell of this plan has this name."})
    found = renamed(rows, {row.key: {"name": form.name}})
    step = Step(StepKind.RENAME, row.name, found.replaced)
    plan.done, plan.undone = [*plan.done, step.to_dict()], []
    await _store(session, plan, found)
    audit.record(session, who, "cell_rename", ("grid_cell", row.id))
    return found


async def undo(session: AsyncSession, who: Who, plan_id: int, form: StepIn) -> Reshaped:
    """Take the last change back; the cells that it took return with what was known of them."""
    plan, rows = await _shapable(session, who, plan_id, form)
    step = last_step(plan.done)
    if step is None:
        raise RuleBroken("Nothing has been changed by hand. There is nothing to undo.")
    moved = step.moves_ground
    edit, before = await asyncio.to_thread(_before, plan) if moved else (None, None)
    found = await _reshape(session, who, plan, rows, before, step.facts)
    plan.undone = [*plan.undone, step.turned(found.replaced, edit).to_dict()]
    plan.done = plan.done[:-1]
    await _store(session, plan, found)
    audit.record(session, who, "grid_undo", ("grid_plan", plan_id), kind=step.kind.value)
    return found


async def redo(session: AsyncSession, who: Who, plan_id: int, form: StepIn) -> Reshaped:
    """Make the change again that was taken back last."""
    plan, rows = await _shapable(session, who, plan_id, form)
    step = last_step(plan.undone)
    if step is None:
        raise RuleBroken("Nothing has been taken back. There is nothing to make again.")
    after = await _edited(plan, step.to_make_again(), rows) if step.moves_ground else None
    found = await _reshape(session, who, plan, rows, after, step.facts)
    plan.done = [*plan.done, step.turned(found.replaced, None).to_dict()]
    plan.undone = plan.undone[:-1]
    await _store(session, plan, found)
    audit.record(session, who, "grid_redo", ("grid_plan", plan_id), kind=step.kind.value)
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
    plan, rows = await _shapable(session, who, plan_id, form)
    try:
        edit = make(rows)
    except GeoError as error:
        raise _refusal(error, rows) from error
    after = await _edited(plan, edit, rows)
    known = handed_on(edit, rows, after, name)
    found = await _reshape(session, who, plan, rows, after, known)
    step = step_of(edit, rows, known, found.replaced)
    plan.done, plan.undone = [*plan.done, step.to_dict()], []
    await _store(session, plan, found)
    numbers = {"gone": len(found.gone), "changed": len(found.changed), "new": len(found.new)}
    audit.record(session, who, action, ("grid_plan", plan_id), **numbers)
    return found


async def _shapable(
    session: AsyncSession, who: Who, plan_id: int, form: StepIn
) -> tuple[GridPlan, list[GridCell]]:
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_shapable(plan, form.seen)
    return plan, await queries.cells(session, plan_id)


async def _edited(plan: GridPlan, edit: Edit, rows: Rows) -> Cells:
    try:
        return await asyncio.to_thread(lambda: edited(cells_of(plan), [edit]))
    except GeoError as error:
        raise _refusal(error, rows) from error


def _before(plan: GridPlan) -> tuple[Edit, Cells]:
    """Return the last edit of a plan's ground, and its cells without it."""
    spec = spec_from_dict(plan.spec)
    assert isinstance(spec, EditedSpec)
    *kept, last = spec.edits
    before = EditedSpec(spec.base, tuple(kept)) if kept else spec.base
    return last, divided(plan.area_wkb, before.to_dict())


async def _reshape(
    session: AsyncSession,
    who: Who,
    plan: GridPlan,
    rows: Rows,
    after: Cells | None,
    facts: Mapping[str, Facts],
) -> Reshaped:
    """Give a plan other cells and return what becomes of its rows; only their names without any."""
    if after is None:
        return renamed(rows, facts)
    if any(len(key) > LONGEST_KEY for key in after.ids):
        raise RuleBroken("This cell has been cut too often. Merge some of its parts first.")
    plan.spec = after.spec.to_dict()
    keep(plan, after)
    places = await branches.places(session, who.here)
    return await asyncio.to_thread(reshaped, rows, after, places, facts)


async def _store(session: AsyncSession, plan: GridPlan, found: Reshaped) -> None:
    plan.revision += 1
    session.add(plan)
    gone = [stored(row.id) for row in found.gone]
    for row in found.gone:
        session.expunge(row)
    unwatched = {"synchronize_session": False}  # the session need not look through all cells
    going = delete(GridCell).where(col(GridCell.id).in_(gone))
    await session.exec(going, execution_options=unwatched)
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
