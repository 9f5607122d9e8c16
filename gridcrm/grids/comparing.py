"""Divisions beside each other: how evenly each deals out people, cells and work."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells
from geo.render.view import LegendItem
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.grids import preview, queries
from gridcrm.grids.covering import Covering, covering
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of

MOST = 3
_FULLEST = 0.2


@dataclass(frozen=True)
class Spread:
    """How evenly people are dealt out: 20 % in the fullest fifth of the cells is quite even.

    `a_lead` is the least and the most people that one lead has; empty without any lead.
    """

    fullest_fifth: float
    a_lead: tuple[int, int] | tuple[()]


@dataclass(frozen=True)
class Column:
    """One plan of the comparison; people only for those who may list them."""

    plan: GridPlan
    cells: int
    without_lead: int
    cover: Covering
    stats: preview.Stats | None
    spread: Spread | None
    picture: Markup | None
    legend: Sequence[LegendItem]


@dataclass(frozen=True)
class Line:
    """One row of the comparison: numbers of every plan, and which plans do best in it."""

    label: str
    numbers: Sequence[tuple[float, ...]]
    best: frozenset[int] = frozenset()
    note: str = ""
    is_share: bool = False


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
    return [await asyncio.to_thread(_column, one, shades) for one in drawn]


def lines(columns: Sequence[Column], *, with_people: bool) -> list[Line]:
    """Return the rows of the comparison, each with its best; a plan without a number has no part."""
    found = [Line(gettext("Cells"), [(c.cells,) for c in columns])]
    if with_people:
        found += _of_people([c.stats for c in columns])
        found += _of_spread([c.spread for c in columns])
    shares = [(c.cover.share,) for c in columns]
    return [
        *found,
        _least(gettext("Without a lead"), [(c.without_lead,) for c in columns]),
        _least(gettext("Slivers"), [(len(c.cover.sliver_keys),) for c in columns]),
        Line(gettext("Area covered"), shares, _best(shares, most=True), is_share=True),
        _least(gettext("Hectares in two cells at once"), [(c.cover.twice_ha,) for c in columns]),
    ]


def _of_people(stats: Sequence[preview.Stats | None]) -> list[Line]:
    inside = [(s.people,) if s else () for s in stats]
    return [
        Line(gettext("People in cells"), inside, _best(inside, most=True)),
        Line(
            gettext("Per cell: least – middle – most"),
            [(s.least, s.median, s.most) if s else () for s in stats],
        ),
        _least(gettext("Empty cells"), [(s.empty,) if s else () for s in stats]),
        _least(gettext("Cells with 1 to 4"), [(s.few,) if s else () for s in stats]),
        _least(gettext("In no cell"), [(s.outside + s.unknown,) if s else () for s in stats]),
    ]


def _of_spread(spreads: Sequence[Spread | None]) -> list[Line]:
    fifth = [(s.fullest_fifth,) if s else () for s in spreads]
    leads = [s.a_lead if s else () for s in spreads]
    apart = [(ends[-1] - ends[0],) if ends else () for ends in leads]
    label = gettext("People in the fullest fifth of the cells")
    even = gettext("20 % would be quite even")
    return [
        Line(label, fifth, _best(fifth), even, is_share=True),
        Line(gettext("People for each lead: least – most"), leads, _best(apart)),
    ]


def _least(label: str, numbers: Sequence[tuple[float, ...]]) -> Line:
    return Line(label, numbers, _best(numbers))


def _best(numbers: Sequence[tuple[float, ...]], *, most: bool = False) -> frozenset[int]:
    """Return which plans do best; none where all do the same."""
    known = {at: number[0] for at, number in enumerate(numbers) if number}
    if len(set(known.values())) < 2:  # noqa: PLR2004 - two that differ
        return frozenset()
    wanted = max(known.values()) if most else min(known.values())
    return frozenset(at for at, number in known.items() if number == wanted)


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
    ends = (min(leads.values()), max(leads.values())) if leads else ()
    return Spread(float(fullest), ends)


async def _drawn(session: AsyncSession, who: Who, plan_id: int) -> _Drawn:
    plan = await queries.plan(session, who, plan_id)
    cells = await asyncio.to_thread(cells_of, plan)
    rows = await queries.cells(session, plan_id)
    if not who.may(Right.CUSTOMERS_LIST):
        return _Drawn(plan, cells, rows, None, None)
    count = await people_in(session, who, cells)
    return _Drawn(plan, cells, rows, preview.by_key(cells, count.per_cell), preview.stats(count))


def _column(one: _Drawn, shades: preview.Steps) -> Column:
    shown = one.people if one.stats else None
    small = 0 < len(one.rows) <= preview.MOST_DRAWN
    return Column(
        plan=one.plan,
        cells=len(one.rows),
        without_lead=sum(row.lead_id is None for row in one.rows),
        cover=covering(one.cells),
        stats=one.stats,
        spread=spread(one.rows, shown) if shown else None,
        picture=_picture(one, shown, shades) if small else None,
        legend=shades.legend() if shown else (),
    )


def _picture(one: _Drawn, people: Mapping[str, int] | None, shades: preview.Steps) -> Markup:
    drawn = preview.thumbnail(one.plan.name, one.rows, people, shades)
    return Markup(drawn)  # noqa: S704 - geo escapes every text in it
