"""What a plan changes against the one before it: cells, people, and where past counts belong now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, assign_codes
from geo.bridge import Share, bridge, carry
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import PastCount, past_counts
from gridcrm.grids.shape import cells_of

_WHOLE = 1 - 1e-6
_DUST = 0.005
"""A share that reads as 0 %: two borders that nearly agree."""


@dataclass(frozen=True)
class Crossing:
    """Which share of an old cell, by ground and by people, lies in a new one; "" is outside."""

    old: str
    new: str
    area: float
    people: float


@dataclass(frozen=True)
class Carried:
    """A count of the old cells as it stands on the new ones, with the same sum."""

    title: str
    total: int
    by_cell: dict[str, int]
    outside: int


@dataclass(frozen=True)
class Changes:
    """A plan against the one before it; cells by name."""

    before: GridPlan
    gone: list[str]
    new: list[str]
    changed: list[str]
    kept: int
    people: int
    moving: int
    entering: int
    leaving: int
    crossings: list[Crossing]
    carried: list[Carried]


async def changes(session: AsyncSession, who: Who, plan: GridPlan) -> Changes | None:
    """Return what a plan changes, None for the first one of a branch."""
    before = await grids.plan_before(session, plan)
    if before is None:
        return None
    old_rows = await grids.cells(session, stored(before.id))
    new_rows = await grids.cells(session, stored(plan.id))
    placed = col(Customer.lon).is_not(None)
    query = select(Customer.lon, Customer.lat).where(Customer.branch_id == who.here, placed)
    points = np.array([tuple(row) for row in await session.exec(query)], float).reshape(-1, 2)
    past = await past_counts(session, stored(before.id))
    return await asyncio.to_thread(_changes, before, plan, old_rows, new_rows, points, past)


def _changes(
    before: GridPlan,
    plan: GridPlan,
    old_rows: Sequence[GridCell],
    new_rows: Sequence[GridCell],
    points: NDArray[np.float64],
    past: Sequence[PastCount],
) -> Changes:
    old, new = {r.key: r for r in old_rows}, {r.key: r for r in new_rows}
    both = old.keys() & new.keys()
    other = {key for key in both if old[key].wkb != new[key].wkb}
    was, now = cells_of(before), cells_of(plan)
    went = _keys(points, was), _keys(points, now)
    frame = bridge(was, now, (points[:, 0], points[:, 1]) if len(points) else None)
    names = {key: row.name for key, row in new.items()}
    return Changes(
        before=before,
        gone=sorted(old[key].name for key in old.keys() - both),
        new=sorted(names[key] for key in new.keys() - both),
        changed=sorted(names[key] for key in other),
        kept=len(both) - len(other),
        people=len(points),
        moving=sum(a is not None and b is not None and a != b for a, b in zip(*went, strict=True)),
        entering=sum(a is None and b is not None for a, b in zip(*went, strict=True)),
        leaving=sum(a is not None and b is None for a, b in zip(*went, strict=True)),
        crossings=_crossings(frame, old, names),
        carried=[_carried(count, frame, names) for count in past if count.by_key],
    )


def _crossings(frame: Any, old: dict[str, GridCell], names: dict[str, str]) -> list[Crossing]:
    """Return where the ground of old cells went, most of it first, without what is as it was."""
    people = frame[Share.PEOPLE].fillna(frame[Share.AREA]).tolist()
    columns = frame["old_id"].tolist(), frame["new_id"].tolist(), frame[Share.AREA].tolist()
    found = [
        Crossing(old[was].name, names.get(now or "", ""), ground, share)
        for was, now, ground, share in zip(*columns, people, strict=True)
        if was in old and max(ground, share) > _DUST
        if not (was == now and min(ground, share) > _WHOLE)
    ]
    return sorted(found, key=lambda row: (row.old, -row.people, -row.area))


def _carried(count: PastCount, frame: Any, names: dict[str, str]) -> Carried:
    moved = carry(count.by_key, frame)
    by_cell = {names[key]: int(n) for key, n in moved.items() if key in names and n}
    total = sum(count.by_key.values())
    return Carried(count.title, total, by_cell, total - sum(by_cell.values()))


def _keys(points: NDArray[np.float64], cells: Cells) -> list[str | None]:
    ids = [*cells.ids.tolist(), None]
    return [ids[code] for code in assign_codes(points[:, 0], points[:, 1], cells).tolist()]
