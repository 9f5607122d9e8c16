"""Keeping the walk to the branch and its expected share right, of customers and cells."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import LonLat, distance_m
from geo.streets import street_graph
from gridcrm.branches.models import Branch, Place, PlaceImport, PlaceKind
from gridcrm.branches.rules import home
from gridcrm.core.tables import stored
from gridcrm.customers.bulk import Values, set_rows
from gridcrm.customers.models import Catchment, Customer
from gridcrm.customers.reach import Derived, Reach, Site, Ways, derived
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell

RIVALS_WITHIN_M = 5000
"""Nobody weighs the branch against a bank farther from it than this."""

_BRANCHES_AT_HAND = 4
_KINDS = (PlaceKind.ROAD.value, PlaceKind.COMPETITOR.value)


class Rival(NamedTuple):
    """A competitor near the branch."""

    id: int
    name: str
    at: LonLat
    away_m: float


class Settings(Protocol):
    """What somebody said of walks and banks: a stored catchment, or the form that becomes one."""

    speed_m_per_min: float
    decay: float
    attraction: float
    attractions: dict[str, float]
    minutes: list[float]


@dataclass(frozen=True)
class Known:
    """The ways of a branch, the ground within each of its minutes, and from what they were made."""

    reach: Reach
    areas_wkb: bytes | None
    basis: str
    streets: int
    competitors: int


async def of_branch(session: AsyncSession, branch_id: int) -> Catchment | None:
    """Return how a branch's walks were worked out, None before the first time."""
    return await session.get(Catchment, branch_id)


async def reach_of(session: AsyncSession, branch: Branch) -> Reach | None:
    """Return the ways of a branch as it set them, None before they were worked out once."""
    found = await of_branch(session, stored(branch.id))
    if found is None:
        return None
    lines, near = await _streets(session, branch), await rivals(session, branch)
    return await asyncio.to_thread(_reach, branch, found, lines, near)


async def known(session: AsyncSession, branch: Branch, given: Settings) -> Known:
    """Return the ways of a branch along the streets that are imported now."""
    basis = await basis_of(session, branch)  # first: what is imported meanwhile makes them stale
    lines, near = await _streets(session, branch), await rivals(session, branch)
    reach = await asyncio.to_thread(_reach, branch, given, lines, near)
    areas = await asyncio.to_thread(_areas, reach, given.minutes)
    return Known(reach, areas, basis, len(lines), len(near))


async def rivals(session: AsyncSession, branch: Branch) -> list[Rival]:
    """Return the competitors near a branch, the nearest first."""
    query = select(Place.id, Place.name, Place.lon, Place.lat)
    rows = (await session.exec(query.where(_of(branch, PlaceKind.COMPETITOR)))).all()
    points = np.array([row[2:] for row in rows], dtype=np.float64).reshape(-1, 2)
    away = distance_m(points[:, 0], points[:, 1], home(branch)).tolist()
    found = [
        Rival(stored(number), name, LonLat(lon, lat), metres)
        for (number, name, lon, lat), metres in zip(rows, away, strict=True)
        if metres <= RIVALS_WITHIN_M
    ]
    return sorted(found, key=lambda rival: (rival.away_m, rival.id))


async def basis_of(session: AsyncSession, branch: Branch) -> str:
    """Return a word that is another one once the branch, its streets or competitors change."""
    counts = select(Place.kind, func.count(), func.max(Place.id)).where(
        _of(branch, PlaceKind.ROAD, PlaceKind.COMPETITOR)
    )
    rows = sorted(await session.exec(counts.group_by(col(Place.kind))))
    said = col(PlaceImport.report)
    files = select(func.max(PlaceImport.id), func.max(PlaceImport.committed_at)).where(
        PlaceImport.branch_id == branch.id,
        col(PlaceImport.committed_at).is_not(None),
        or_(*(said[("kinds", kind)].as_integer() > 0 for kind in _KINDS)),
        or_(*(said[count].as_integer() > 0 for count in ("new", "changed"))),
    )
    last, at = (await session.exec(files)).one()
    words = [f"{kind} {n} {newest}" for kind, n, newest in rows]
    return "; ".join([f"{branch.lon!r} {branch.lat!r}", *words, f"{last} {at}"])


async def follow(session: AsyncSession, branch: Branch, now: datetime) -> None:
    """Work everything out again for a branch that has moved, if it ever was."""
    found = await of_branch(session, stored(branch.id))
    if found is not None:
        await write(session, found, await known(session, branch, found), now)


async def write(session: AsyncSession, catchment: Catchment, ways: Known, now: datetime) -> int:
    """Fill customers and published cells, and keep from what; return how many customers changed."""
    catchment.basis, catchment.worked_out_at = ways.basis, now
    catchment.streets, catchment.competitors = ways.streets, ways.competitors
    catchment.reachable, catchment.areas_wkb = ways.reach.reachable, ways.areas_wkb
    session.add(catchment)
    await session.flush()
    plan = await grids.published(session, catchment.branch_id)
    if plan is not None:
        await fill_cells(session, stored(plan.id), ways.reach)
    return await fill(session, catchment.branch_id, ways.reach)


async def fill(session: AsyncSession, branch_id: int, reach: Reach) -> int:
    """Write walk and share of all customers of a branch; return how many changed."""
    nowhere = update(Customer).where(
        col(Customer.branch_id) == branch_id,
        col(Customer.lon).is_(None),
        or_(col(Customer.walk_min).is_not(None), col(Customer.branch_share).is_not(None)),
    )
    await session.exec(nowhere.values(walk_min=None, branch_share=None))
    placed = (col(Customer.branch_id) == branch_id, col(Customer.lon).is_not(None))
    return await _fill(session, Customer, placed, reach)


async def fill_cells(session: AsyncSession, plan_id: int, reach: Reach | None) -> int:
    """Write walk and share of a plan's cells, from the place inside each; return how many changed."""
    return await _fill(session, GridCell, (col(GridCell.plan_id) == plan_id,), reach)


async def _fill(
    session: AsyncSession,
    kind: type[Customer | GridCell],
    those: tuple[ColumnElement[bool], ...],
    reach: Reach | None,
) -> int:
    """Write what differs, where the position is still the one that was asked for."""
    columns: Any = (kind.id, kind.lon, kind.lat, kind.walk_min, kind.branch_share)
    rows = (await (await session.connection()).execute(select(*columns).where(*those))).all()
    if not rows:
        return 0
    changed = await asyncio.to_thread(_differing, rows, reach)
    await set_rows(session, _name(kind), changed)
    return len(changed)


def _differing(rows: Sequence[Any], reach: Reach | None) -> list[tuple[Values, Values]]:
    """Return the walks and shares that are others than the stored ones, with whose they are."""
    _ids, lon, lat, *_before = zip(*rows, strict=True)
    return [
        ({"id": id_, "lon": x, "lat": y}, columns_of(new))
        for (id_, x, y, *before), new in zip(rows, derived(reach, lon, lat), strict=True)
        if tuple(before) != new
    ]


def columns_of(found: Derived) -> dict[str, float | None]:
    """Return walk and share by the names of their columns."""
    return {"walk_min": found[0], "branch_share": found[1]}


def _name(kind: type[SQLModel]) -> str:
    return str(kind.__tablename__)


def _of(branch: Branch, *kinds: PlaceKind) -> ColumnElement[bool]:
    return (col(Place.branch_id) == branch.id) & col(Place.kind).in_(kinds)


def _reach(branch: Branch, given: Settings, lines: list[bytes], near: list[Rival]) -> Reach:
    sites = [Site(rival.at, given.attractions.get(str(rival.id), 1.0)) for rival in near]
    return Reach(
        Site(home(branch), given.attraction),
        sites,
        _ways(tuple(lines), (home(branch), *(site.at for site in sites))),
        speed_m_per_min=given.speed_m_per_min,
        decay=given.decay,
    )


@lru_cache(maxsize=_BRANCHES_AT_HAND)
def _ways(lines: tuple[bytes, ...], banks: tuple[LonLat, ...]) -> Ways | None:
    """Build the ways once for the same streets and banks: a pin does not wait for a whole city."""
    shapes = _lines(lines)
    return Ways(street_graph(shapes), banks) if len(shapes) else None


def _lines(lines: tuple[bytes, ...]) -> NDArray[np.object_]:
    """Return the streets that are lines; squares drawn as areas are nothing to walk along."""
    shapes: NDArray[np.object_] = np.asarray(shapely.from_wkb(list(lines)), dtype=object)
    are_lines: NDArray[np.bool_] = shapely.get_dimensions(shapes) == 1
    return shapes[are_lines]


def _areas(reach: Reach, minutes: list[float]) -> bytes | None:
    found = reach.areas(minutes)
    return shapely.to_wkb(shapely.GeometryCollection(found)) if found else None


async def _streets(session: AsyncSession, branch: Branch) -> list[bytes]:
    roads = select(Place.wkb).where(_of(branch, PlaceKind.ROAD))
    return list(await session.exec(roads.order_by(col(Place.id))))
