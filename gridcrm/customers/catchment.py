"""The catchment of a branch: working it out, how it stands, and whom its rings and walks hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.catchment import ring_of
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import home
from gridcrm.core import audit
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers import reaching
from gridcrm.customers.forms import CatchmentIn
from gridcrm.customers.models import Catchment, Customer
from gridcrm.customers.publishing import lock_branch
from gridcrm.customers.queries import counted
from gridcrm.customers.reaching import Known
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell

RINGS_M = (500.0, 1000.0, 1500.0)


@dataclass(frozen=True)
class Standing:
    """How the walks of a branch were worked out, and whether they would be the same today."""

    catchment: Catchment
    is_stale: bool


@dataclass(frozen=True)
class Band:
    """Who and what lies between two limits, and the share that the branch expects of them."""

    said: str
    customers: int
    cells: int
    households: int | None
    share: float | None


@dataclass(frozen=True)
class _Cells:
    """The published cells: by ring, by walk in minutes, and their households where known."""

    ring: NDArray[np.int8]
    walk_min: NDArray[np.float64]
    households: NDArray[np.float64]


async def standing(session: AsyncSession, branch: Branch) -> Standing | None:
    """Return how the walks of a branch stand, None before they were worked out once."""
    found = await reaching.of_branch(session, stored(branch.id))
    if found is None:
        return None
    return Standing(found, is_stale=found.basis != await reaching.basis_of(session, branch))


def out_of_date(stands: Standing) -> str:
    """Return what to know of walks and shares before they are read: nothing while they hold."""
    if not stands.is_stale:
        return ""
    return gettext("Streets, competitors or the branch have changed since this was worked out.")


async def caution(session: AsyncSession, branch: Branch) -> str:
    """Return why people can't be told by their walk, or not as they would be today."""
    stands = await standing(session, branch)
    if stands is None or not stands.catchment.streets:
        return gettext(
            "Nobody's walk is known: the catchment has not been worked out with streets."
        )
    return out_of_date(stands)


async def work_out(
    session: AsyncSession, who: Who, form: CatchmentIn, ways: Known, now: datetime
) -> int:
    """Keep the settings and fill customers and cells; return how many customers changed.

    `ways` were made of the same settings before, while nobody waited for the turn to write.
    """
    await lock_branch(session, who.here)
    found = await reaching.of_branch(session, who.here) or Catchment(
        branch_id=who.here, basis="", streets=0, competitors=0, worked_out_at=now,
        **form.model_dump(),
    )  # fmt: skip
    found.sqlmodel_update(form.model_dump())
    changed = await reaching.write(session, found, ways, now)
    audit.record(session, who, "catchment_work_out", ("branch", who.here), customers=changed)
    return changed


async def bands(
    session: AsyncSession, who: Who, branch: Branch, found: Catchment
) -> tuple[list[Band], list[Band]]:
    """Return who lives in each ring, and in each band of walking time."""
    cells = await _cells(session, branch, found.rings_m)
    by_walk = np.searchsorted(found.minutes, cells.walk_min, side="left")
    by_walk[np.isnan(cells.walk_min)] = len(found.minutes) + 1
    by_ring = np.where(cells.ring < 0, len(found.rings_m), cells.ring)
    rings = await _people(session, who, col(Customer.distance_m), found.rings_m)
    walks = await _people(session, who, col(Customer.walk_min), found.minutes)
    return (
        _bands(_ring_words(found.rings_m), rings, by_ring, cells.households),
        _bands(_walk_words(found.minutes), walks, by_walk, cells.households),
    )


async def _cells(session: AsyncSession, branch: Branch, rings_m: Sequence[float]) -> _Cells:
    plan = await grids.published(session, stored(branch.id))
    columns = (GridCell.lon, GridCell.lat, GridCell.walk_min, GridCell.households)
    query = select(*map(col, columns)).where(col(GridCell.plan_id) == (plan.id if plan else None))
    rows = (await (await session.connection()).execute(query)).all()
    lon, lat, walk_min, households = np.array(
        [tuple(row) for row in rows], dtype=np.float64
    ).reshape(-1, len(columns)).T  # fmt: skip
    return _Cells(ring_of(lon, lat, home(branch), rings_m), walk_min, households)


async def _people(
    session: AsyncSession, who: Who, column: Any, limits: Sequence[float]
) -> dict[int, tuple[int, float | None]]:
    """Return per band how many people there are and their average share, in one statement.

    Behind the bands come those beyond the last, those without a way, and those without a place.
    """
    last = len(limits)
    within = [(column <= limit, at) for at, limit in enumerate(limits)]
    beyond = [(column.is_not(None), last), (col(Customer.lon).is_not(None), last + 1)]
    band = case(*within, *beyond, else_=last + 2).label("band")
    share: Any = col(Customer.branch_share)
    person = counted(who).with_only_columns(band, share.label("share")).subquery()
    query = select(person.c.band, func.count(), func.avg(person.c.share)).group_by(person.c.band)
    rows = await (await session.connection()).execute(query)
    return {at: (n, average) for at, n, average in rows}


def _bands(
    words: Sequence[str],
    people: dict[int, tuple[int, float | None]],
    cell_band: NDArray[np.intp],
    households: NDArray[np.float64],
) -> list[Band]:
    """Return a band for each word; those behind the last limit only if they hold anything."""
    made = []
    for at, said in enumerate(words):
        customers, share = people.get(at, (0, None))
        inside = households[cell_band == at]
        counted_in = inside[~np.isnan(inside)]
        total = int(counted_in.sum()) if counted_in.size else None
        made.append(Band(said, customers, inside.size, total, share))
    limits = len(words) - 3
    return [band for at, band in enumerate(made) if at < limits or band.customers or band.cells]


def _ring_words(limits: Sequence[float]) -> list[str]:
    return _words(
        limits, gettext("up to {high} m"), gettext("{low} to {high} m"), gettext("over {low} m")
    )


def _walk_words(limits: Sequence[float]) -> list[str]:
    return _words(
        limits,
        gettext("up to {high} min"),
        gettext("{low} to {high} min"),
        gettext("over {low} min"),
    )


def _words(limits: Sequence[float], first: str, middle: str, last: str) -> list[str]:
    said = [f"{limit:,g}" for limit in limits]
    between = [middle.format(low=low, high=high) for low, high in pairwise(said)]
    rest = (gettext("no way by street"), gettext("no place known"))
    return [first.format(high=said[0]), *between, last.format(low=said[-1]), *rest]
