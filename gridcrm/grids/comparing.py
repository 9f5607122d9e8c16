"""Divisions beside each other: how evenly each deals out people, cells and work."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells
from geo.render.view import Place
from gridcrm.branches import queries as branches
from gridcrm.branches.rules import home
from gridcrm.core.who import Right, Who
from gridcrm.grids import preview, queries
from gridcrm.grids.bench import slivers
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of

MOST = 3
_FULLEST = 0.2


@dataclass(frozen=True)
class Spread:
    """How evenly people are dealt out: 20 % in the fullest fifth of the cells is quite even."""

    fullest_fifth: float
    least_a_lead: int | None
    most_a_lead: int | None


@dataclass(frozen=True)
class Column:
    """One plan of the comparison; people only for those who may list them."""

    plan: GridPlan
    cells: int
    without_lead: int
    slivers: int
    cover: preview.Cover
    stats: preview.Stats | None
    spread: Spread | None
    picture: Markup | None


@dataclass(frozen=True)
class _Drawn:
    plan: GridPlan
    cells: Cells
    rows: list[GridCell]
    people: dict[str, int] | None
    stats: preview.Stats | None


async def columns(session: AsyncSession, who: Who, plan_ids: Sequence[int]) -> list[Column]:
    """Return up to three plans side by side, their pictures in the same colours."""
    drawn = [await _drawn(session, who, plan_id) for plan_id in plan_ids[:MOST]]
    shades = preview.steps(n for one in drawn for n in (one.people or {}).values())
    branch = await branches.here(session, who)
    spot = Place(branch.name, home(branch))
    return [await asyncio.to_thread(_column, one, shades, spot) for one in drawn]


def spread(rows: Sequence[GridCell], people: Mapping[str, int]) -> Spread | None:
    """Return how evenly people are dealt out to cells and leads; None without people."""
    counts = np.sort([people.get(row.key, 0) for row in rows])[::-1]
    if not counts.size or not counts.sum():
        return None
    fullest = counts[: max(1, round(len(counts) * _FULLEST))].sum() / counts.sum()
    leads: dict[int, int] = {}
    for row in rows:
        if row.lead_id is not None:
            leads[row.lead_id] = leads.get(row.lead_id, 0) + people.get(row.key, 0)
    ends = (min(leads.values()), max(leads.values())) if leads else (None, None)
    return Spread(float(fullest), *ends)


async def _drawn(session: AsyncSession, who: Who, plan_id: int) -> _Drawn:
    plan = await queries.plan(session, who, plan_id)
    cells = await asyncio.to_thread(cells_of, plan)
    rows = await queries.cells(session, plan_id)
    if not who.may(Right.CUSTOMERS_LIST):
        return _Drawn(plan, cells, rows, None, None)
    count = await people_in(session, who, cells)
    return _Drawn(plan, cells, rows, preview.by_key(cells, count.per_cell), preview.stats(count))


def _column(one: _Drawn, shades: preview.Steps, spot: Place) -> Column:
    shown = one.people if one.stats else None
    small = 0 < len(one.rows) <= preview.MOST_DRAWN
    return Column(
        plan=one.plan,
        cells=len(one.rows),
        without_lead=sum(row.lead_id is None for row in one.rows),
        slivers=len(slivers(one.rows)),
        cover=preview.cover(one.cells),
        stats=one.stats,
        spread=spread(one.rows, shown) if shown else None,
        picture=_picture(one, shown, shades, spot) if small else None,
    )


def _picture(
    one: _Drawn, people: Mapping[str, int] | None, shades: preview.Steps, spot: Place
) -> Markup:
    drawn = preview.picture(one.plan.name, one.rows, people, spot, shades)
    return Markup(drawn)  # noqa: S704 - geo escapes every text in it
