"""Publishing a grid plan: everybody of the branch gets the cell that holds them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import distances_m
from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.who import Who
from gridcrm.customers.bulk import set_values
from gridcrm.customers.models import Customer
from gridcrm.customers.placement import cell_ids
from gridcrm.customers.placing import grid_of_plan
from gridcrm.customers.reaching import fill_cells, follow, reach_of
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, GridPlan, PlanState


@dataclass(frozen=True)
class Published:
    """A plan that now counts, and what it did: people in all, in another cell, and in none."""

    plan: GridPlan
    customers: int
    moved: int
    unplaced: int


async def publish_plan(
    session: AsyncSession, who: Who, plan_id: int, now: datetime, note: str | None = None
) -> Published:
    """Publish a draft, retire the plan before it, and place the branch's customers anew.

    A note says why; without one the plan keeps the note it was drawn with.
    """
    await lock_branch(session, who.here)
    plan = await _draft(session, who, plan_id)
    before = await grids.published(session, who.here)
    if before is not None:
        before.state = PlanState.RETIRED
        session.add(before)
        await session.flush()
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    plan.note = plan.note if note is None else note
    session.add(plan)
    await session.flush()
    done = await _place_all(session, plan)
    branch = await branches.here(session, who)
    await fill_cells(session, plan_id, await reach_of(session, branch))
    counts = {"customers": done.customers, "moved": done.moved, "unplaced": done.unplaced}
    audit.record(session, who, "grid_publish", ("grid_plan", plan_id), **counts)
    return done


async def foresee(session: AsyncSession, who: Who, plan_id: int) -> Published:
    """Return what publishing a draft would do, without doing it."""
    plan = await grids.plan(session, who, plan_id)
    _must_be_draft(plan)
    return (await _places(session, plan))[0]


async def lock_branch(session: AsyncSession, branch_id: int) -> None:
    """Let all that places people take turns, so that nobody is placed in a retired plan.

    Whatever else is written in the branch meanwhile, such as a check-in, does not wait.
    """
    mine = select(Branch.id).where(Branch.id == branch_id)
    await session.exec(mine.with_for_update(key_share=True))


async def measure_again(session: AsyncSession, _who: Who, branch: Branch, now: datetime) -> None:
    """Keep distances and walks right when the branch has moved."""
    await follow(session, branch, now)
    rows = (
        await session.exec(
            select(Customer.id, Customer.lon, Customer.lat).where(
                Customer.branch_id == branch.id, col(Customer.lon).is_not(None)
            )
        )
    ).all()
    if not rows:
        return
    ids, lon, lat = zip(*rows, strict=True)
    away = distances_m(branch, lon, lat).tolist()
    await set_values(session, "distance_m", list(zip(ids, away, strict=True)))


async def _draft(session: AsyncSession, who: Who, plan_id: int) -> GridPlan:
    plan = await grids.held_plan(session, who, plan_id)
    _must_be_draft(plan)
    return plan


def _must_be_draft(plan: GridPlan) -> None:
    if plan.state is not PlanState.DRAFT:
        raise RuleBroken("Only a draft can be published; copy this plan into a new draft.")


async def _place_all(session: AsyncSession, plan: GridPlan) -> Published:
    done, cells = await _places(session, plan)
    await set_values(session, "cell_id", cells)
    return done


async def _places(
    session: AsyncSession, plan: GridPlan
) -> tuple[Published, list[tuple[int, int | None]]]:
    """Return the cell that a plan has for everybody, and how many that moves."""
    grid = await grid_of_plan(session, plan)
    rows = (
        await session.exec(
            select(Customer.id, Customer.lon, Customer.lat, GridCell.key)
            .outerjoin(GridCell, col(GridCell.id) == Customer.cell_id)
            .where(Customer.branch_id == plan.branch_id)
        )
    ).all()
    if not rows:
        return Published(plan, 0, 0, 0), []
    ids, lon, lat, keys = zip(*rows, strict=True)
    cells = await asyncio.to_thread(cell_ids, _floats(lon), _floats(lat), grid)
    now_in = dict(zip(grid.numbers.values(), grid.numbers, strict=True))
    moved = sum(now_in.get(cell) != key for cell, key in zip(cells, keys, strict=True))  # type: ignore[arg-type]
    done = Published(plan, len(rows), moved, sum(cell is None for cell in cells))
    return done, list(zip(ids, cells, strict=True))


def _floats(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
