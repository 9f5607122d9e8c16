"""Drawing grid plans, and looking after their cells."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import delete, insert, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import GeoError
from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.features import Features
from gridcrm.branches.models import Branch, PlaceKind
from gridcrm.branches.rules import area_of, home
from gridcrm.branches.words import refusal
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids import queries, rules
from gridcrm.grids.drawing import Around, Drawing, draw
from gridcrm.grids.estimate import MOST_CELLS, cell_count, cell_size
from gridcrm.grids.forms import CellIn, CellProfileIn, DraftIn, LeadsIn
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.naming import Compass, Landmark, Namer
from gridcrm.grids.specs import GRID_KINDS, field_of, name_of, spec_of

_ANY_WIDTH_M = 250.0


async def draft(
    session: AsyncSession, who: Who, form: DraftIn, given: Features | None, now: datetime
) -> GridPlan:
    """Divide the area of the branch at hand into a new draft."""
    branch = await branches.here(session, who)
    plan = GridPlan(
        branch_id=who.here,
        version=await queries.last_version(session, who.here) + 1,
        created_by=who.user_id,
        created_at=now,
        **_of_form(form),
    )
    before = await queries.published(session, who.here)
    drawing = await _drawn(session, branch, form, given, [before] if before else [])
    await _store(session, plan, drawing)
    audit.record(session, who, "grid_draw", ("grid_plan", plan.id), cells=len(drawing.rows))
    return plan


async def redraw(
    session: AsyncSession, who: Who, plan_id: int, form: DraftIn, given: Features | None
) -> GridPlan:
    """Divide the area anew in a draft that is there; a published plan keeps its cells."""
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_drawable(plan)
    branch = await branches.here(session, who)
    before = await queries.published(session, who.here)
    earlier = [before, plan] if before else [plan]
    drawing = await _drawn(session, branch, form, given, earlier)
    plan.sqlmodel_update(_of_form(form) | {"revision": plan.revision + 1})
    await session.exec(delete(GridCell).where(col(GridCell.plan_id) == plan_id))
    await _store(session, plan, drawing)
    audit.record(session, who, "grid_redraw", ("grid_plan", plan_id), cells=len(drawing.rows))
    return plan


async def copy(session: AsyncSession, who: Who, plan_id: int, now: datetime) -> GridPlan:
    """Make a draft with the same cells, to be shaped while the plan goes on as it is."""
    plan = await queries.held_plan(session, who, plan_id)
    version = await queries.last_version(session, who.here) + 1
    fresh = {"version": version, "created_by": who.user_id, "created_at": now, "note": ""}
    kept = plan.model_dump(include={"branch_id", "name", "kind", "spec", "area_wkb"})
    draft = GridPlan(**kept | fresh)
    session.add(draft)
    await session.flush()
    rows = [row.model_dump(exclude={"id"}) for row in await queries.cells(session, plan_id)]
    await session.exec(insert(GridCell), params=[row | {"plan_id": draft.id} for row in rows])
    audit.record(session, who, "grid_copy", ("grid_plan", draft.id), cells=len(rows))
    return draft


async def delete_draft(session: AsyncSession, who: Who, plan_id: int) -> None:
    """Throw a draft away; what counts or has counted stays."""
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_drawable(plan)
    await session.exec(delete(GridCell).where(col(GridCell.plan_id) == plan_id))
    await session.delete(plan)
    audit.record(session, who, "grid_delete", ("grid_plan", plan_id), version=plan.version)


async def change_cell(
    session: AsyncSession, who: Who, cell_id: int, form: CellProfileIn, now: datetime
) -> GridCell:
    """Change what is known of a cell and who looks after it, as far as the person may."""
    cell = await queries.cell(session, who, cell_id)
    rules.must_be_current(await queries.plan(session, who, cell.plan_id))
    rules.must_edit(who, cell, whole=isinstance(form, CellIn))
    if isinstance(form, CellIn):
        rules.must_be_staff(form.lead_id, form.backup_id, await _staff(session, who))
    changed = {k: v for k, v in form.model_dump().items() if getattr(cell, k) != v}
    if changed.keys() & set(rules.PROFILE):
        branch = await branches.here(session, who)
        changed["profiled_on"] = local_day(now, branch.time_zone)
    cell.sqlmodel_update(changed)
    session.add(cell)
    audit.record(session, who, "cell_change", ("grid_cell", cell_id), fields=sorted(changed))
    return cell


async def assign_lead(session: AsyncSession, who: Who, plan_id: int, form: LeadsIn) -> int:
    """Give several cells of a plan the same lead, or none; return how many."""
    plan = await queries.plan(session, who, plan_id)
    rules.must_be_current(plan)
    rules.must_be_staff(form.lead_id, None, await _staff(session, who))
    wanted = col(GridCell.id).in_(form.cell_id), col(GridCell.plan_id) == plan_id
    if form.lead_id is not None:
        twice = *wanted, col(GridCell.backup_id) == form.lead_id
        await session.exec(update(GridCell).where(*twice).values(backup_id=None))
    done = await session.exec(update(GridCell).where(*wanted).values(lead_id=form.lead_id))
    if done.rowcount != len(set(form.cell_id)):
        raise NotFound
    audit.record(
        session, who, "cells_lead", ("grid_plan", plan_id), cells=done.rowcount, lead=form.lead_id
    )
    return int(done.rowcount)


async def _drawn(
    session: AsyncSession,
    branch: Branch,
    form: DraftIn,
    given: Features | None,
    earlier: Sequence[GridPlan],
) -> Drawing:
    area, centre = area_of(branch), home(branch)
    size = cell_size(form, centre)
    if size is not None and (n := cell_count(area, centre, size)) > MOST_CELLS:
        words = gettext("That would be about {n} cells; at most {limit} can be looked after.")
        raise InvalidInput({"kind": words.format(n=f"{n:,}", limit=f"{MOST_CELLS:,}")})
    places = await branches.places(session, stored(branch.id))
    marks = [
        Landmark(place.name, shapely.from_wkb(place.wkb))
        for place in places
        if place.kind is PlaceKind.COMMUNITY and place.name
    ]
    spec = await asyncio.to_thread(spec_of, form, centre, marks, given)
    before = [cell for plan in earlier for cell in await queries.cells(session, stored(plan.id))]
    namer = Namer(centre, size.width_m if size else _ANY_WIDTH_M, marks, _compass())
    try:
        return await asyncio.to_thread(draw, area, spec, Around(namer, places, before))
    except GeoError as error:
        raise refusal(field_of(form), error) from error


async def _store(session: AsyncSession, plan: GridPlan, drawing: Drawing) -> None:
    plan.spec = drawing.cells.spec.to_dict()
    plan.area_wkb = shapely.to_wkb(drawing.cells.area)
    plan.done, plan.undone = [], []
    session.add(plan)
    await session.flush()
    common = {"plan_id": plan.id, "branch_id": plan.branch_id}
    await session.exec(insert(GridCell), params=[row | common for row in drawing.rows])


async def _staff(session: AsyncSession, who: Who) -> set[int]:
    return {user.id for user in await accounts.staff(session, who.here) if user.id is not None}


def _of_form(form: DraftIn) -> dict[str, Any]:
    return {"kind": GRID_KINDS[form.kind], "name": form.name or name_of(form), "note": form.note}


def _compass() -> Compass:
    return Compass(
        here=gettext("Around the branch"),
        east=gettext("E{n}"),
        west=gettext("W{n}"),
        north=gettext("N{n}"),
        south=gettext("S{n}"),
    )
