"""A proposal for who leads which cells: connected, about the same load for everybody, few changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, GeoError, LonLat
from geo.plane import Plane
from geo.territories import NOBODY, Proposal, Status, propose
from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Place
from gridcrm.branches.rules import home
from gridcrm.branches.words import refusal, said
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids import preview, queries, rules
from gridcrm.grids.forms import AcceptIn, Load, TerritoryIn
from gridcrm.grids.models import GridCell
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of
from gridcrm.grids.walkable import HEEDED, Walkable, walkable

_SECONDS = 4.0
_ACTION = "grid_territories"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """A cell that is to change hands; None is nobody."""

    cell: GridCell
    before: int | None
    after: int


@dataclass(frozen=True)
class Proposed:
    """Loads of everybody today and as proposed, the cells that change hands, and why it is so."""

    before: dict[int, float]
    after: dict[int, float]
    changes: list[Change]
    spread: float
    why: str
    possible: bool
    ground: Walkable


async def proposal(session: AsyncSession, who: Who, plan_id: int, form: TerritoryIn) -> Proposed:
    """Propose a lead for every cell of a plan, or say why it can't be done."""
    plan = await queries.plan(session, who, plan_id)
    rules.must_be_current(plan)
    await _must_be_staff(session, who, form.staff)
    cells = await asyncio.to_thread(cells_of, plan)
    by_key = {row.key: row for row in await queries.cells(session, plan_id)}
    if not by_key.keys() >= set(cells.ids):
        raise RuleBroken(rules.MEANWHILE)  # another change was stored between the two reads
    rows = [by_key[key] for key in cells.ids]
    load = await _load(session, who, cells, rows, form.load)
    at = home(await branches.here(session, who))
    places = await branches.places(session, who.here, HEEDED)
    try:
        found, ground = await asyncio.to_thread(_propose, cells, rows, load, form, at, places)
    except GeoError as error:
        raise refusal("load", error) from error
    return _shown(found, ground, rows, load, form.staff)


async def accept(session: AsyncSession, who: Who, plan_id: int, form: AcceptIn) -> int:
    """Give cells the proposed leads; what was before is kept in the audit."""
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_current(plan)
    await _must_be_staff(session, who, list(set(form.lead_id)))
    if len(form.cell_id) != len(form.lead_id):
        raise InvalidInput({"form": "Every cell needs its lead. Ask for the proposal again."})
    wanted = dict(zip(form.cell_id, form.lead_id, strict=True))
    return await _give(session, who, plan_id, {cell: (lead, None) for cell, lead in wanted.items()})


async def put_back(session: AsyncSession, who: Who, plan_id: int) -> int:
    """Give cells the leads and backups again that they had before the last proposal was accepted."""
    plan = await queries.held_plan(session, who, plan_id)
    rules.must_be_current(plan)
    former = await last_accepted(session, plan_id)
    if not former:
        raise RuleBroken("No proposal has been accepted here. There is nothing to put back.")
    there = {row.id for row in await queries.cell_rows(session, plan_id)}
    leads = {cell: pair for cell, pair in former.items() if cell in there}
    return await _give(session, who, plan_id, leads)


async def last_accepted(
    session: AsyncSession, plan_id: int
) -> dict[int, tuple[int | None, int | None]]:
    """Return lead and backup that cells had before the last proposal, by the cell's number."""
    query = select(AuditEntry.details).where(
        AuditEntry.action == _ACTION, AuditEntry.object_id == str(plan_id)
    )
    found = (await session.exec(query.order_by(col(AuditEntry.seq).desc()).limit(1))).first()
    former = (found or {}).get("former", {})
    return {int(cell): (lead, backup) for cell, (lead, backup) in former.items()}


async def _give(
    session: AsyncSession,
    who: Who,
    plan_id: int,
    leads: dict[int, tuple[int | None, int | None]],
) -> int:
    """Set leads; a new lead who was the backup is no longer that, unless a backup is given."""
    rows = {stored(row.id): row for row in await queries.cells(session, plan_id)}
    if leads.keys() - rows.keys():
        raise NotFound
    former = {}
    for cell_id, (lead, backup) in leads.items():
        row = rows[cell_id]
        other = backup or (None if row.backup_id == lead else row.backup_id)
        former[str(cell_id)] = [row.lead_id, row.backup_id]
        values = {"lead_id": lead, "backup_id": other}
        await session.exec(update(GridCell).where(col(GridCell.id) == cell_id).values(values))
    thing = ("grid_plan", plan_id)
    audit.record(session, who, _ACTION, thing, cells=len(leads), former=former)
    return len(leads)


async def _must_be_staff(session: AsyncSession, who: Who, staff: Sequence[int]) -> None:
    known = {user.id for user in await accounts.staff(session, who.here)}
    if set(staff) - known:
        raise InvalidInput({"staff": "Choose somebody who works in this branch."})


async def _load(
    session: AsyncSession, who: Who, cells: Cells, rows: Sequence[GridCell], load: Load
) -> Floats:
    if load is Load.CUSTOMERS:
        people = preview.by_key(cells, (await people_in(session, who, cells)).per_cell)
        return np.array([people[row.key] for row in rows], dtype=np.float64)
    if load is Load.CELLS:
        return np.ones(len(rows))
    unknown = sum(row.households is None for row in rows)
    if unknown == len(rows):
        raise InvalidInput({"load": "No cell's households are known. Choose another load."})
    return np.array([row.households or 0 for row in rows], dtype=np.float64)


def _propose(
    cells: Cells,
    rows: Sequence[GridCell],
    load: Floats,
    form: TerritoryIn,
    at: LonLat,
    places: Sequence[Place],
) -> tuple[Proposal, Walkable]:
    plane = Plane(at)
    x, y = plane.forward(np.array([r.lon for r in rows]), np.array([r.lat for r in rows]))
    ground = walkable(cells, places, x, y)
    one, other = ground.pairs.T
    today = np.array([NOBODY if row.lead_id is None else row.lead_id for row in rows])
    found = propose(
        load,
        ground.pairs,
        [_base(person, today, x, y) for person in form.staff],
        form.staff,
        form.tolerance / 100,
        steps_m=np.hypot(x[one] - x[other], y[one] - y[other]),
        today=today,
        seconds=_SECONDS,
    )
    return found, ground


def _base(person: int, today: NDArray[np.int64], x: Floats, y: Floats) -> int:
    """Return the middlemost of somebody's cells; the cell nearest to the branch for newcomers."""
    mine = np.flatnonzero(today == person)
    if not mine.size:
        return int(np.argmin(np.hypot(x, y)))
    middle = x[mine].mean(), y[mine].mean()
    return int(mine[np.argmin(np.hypot(x[mine] - middle[0], y[mine] - middle[1]))])


def _shown(
    found: Proposal,
    ground: Walkable,
    rows: Sequence[GridCell],
    load: Floats,
    staff: Sequence[int],
) -> Proposed:
    before: dict[int, float] = dict.fromkeys(staff, 0.0)
    for row, weight in zip(rows, load.tolist(), strict=True):
        if row.lead_id is not None:
            before[row.lead_id] = before.get(row.lead_id, 0.0) + weight
    return Proposed(
        before=before,
        after=dict(zip(staff, found.load.tolist(), strict=True)),
        changes=[
            Change(row, row.lead_id, int(person))
            for row, person, other in zip(rows, found.staff, found.changed, strict=True)
            if other
        ],
        spread=found.spread,
        why=said(found.why),
        possible=found.status is not Status.IMPOSSIBLE,
        ground=ground,
    )
