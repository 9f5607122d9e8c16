"""Counting per cell: one statement a count, for all cells at once."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy import BigInteger, case, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.render.view import Level
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event, EventState
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.ledger.models import Visit, VisitResult
from gridcrm.maps import records
from gridcrm.maps.places import KINDS, NAMED, NamedPlace, Origin
from gridcrm.maps.records import Ask, Records
from gridcrm.maps.rules import Tally

Tallies = Mapping[int, Tally]
Bounds = tuple[float, float, float, float]

_PRIME = 1_000_003
_MARGIN = 0.75
_EVENTS = 5


async def shapes(session: AsyncSession, plan_id: int) -> dict[int, bytes]:
    """Return the shapes of a plan's cells by their ids, in order, and nothing else of them."""
    cell = GridCell.__table__.c  # type: ignore[attr-defined]
    query = sa.select(cell.id, cell.wkb).where(cell.plan_id == plan_id).order_by(cell.id)
    return {row.id: row.wkb for row in await session.exec(query)}  # type: ignore[call-overload]


async def tallies(session: AsyncSession, ask: Ask) -> tuple[Tallies, Tallies]:
    """Return per cell what counts, and the whole it is a part of (empty unless a rate)."""
    whole = records.whole(ask)
    part = await _by_cell(session, ask, records.part(ask))
    return part, await _by_cell(session, ask, whole) if whole is not None else {}


async def places(session: AsyncSession, on: Bounds, branch_id: int, level: Level) -> list[Place]:
    """Return the places of a layer that lie on the map or near its edge."""
    west, south, east, north = on
    wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
    query = select(Place).where(
        Place.branch_id == branch_id,
        col(Place.kind).in_(KINDS[level]),
        col(Place.max_lon) >= west - wide,
        col(Place.min_lon) <= east + wide,
        col(Place.max_lat) >= south - high,
        col(Place.min_lat) <= north + high,
    )
    rank = case({kind: at for at, kind in enumerate(KINDS[level])}, value=col(Place.kind))
    return list(await session.exec(query.order_by(rank, col(Place.id))))


async def visit_days(
    session: AsyncSession, plan: GridPlan, cell_ids: Sequence[int], today: date
) -> dict[int, tuple[date | None, date | None]]:
    """Return when cells of a plan were visited last, and for when their next visit is promised."""
    met = case((col(Visit.result) != VisitResult.NOT_HOME, col(Visit.visited_on)))
    promised = case((col(Visit.next_on) >= today, col(Visit.next_on)))
    lived = records.lived_in(col(Visit.cell_id), stored(plan.id))
    query = (
        sa.select(lived, func.max(met), func.min(promised))
        .join(Customer, col(Customer.id) == Visit.customer_id, isouter=True)
        .where(col(Visit.branch_id) == plan.branch_id, lived.in_(cell_ids))
        .group_by(lived)
    )
    rows = await session.exec(query)  # type: ignore[call-overload]
    return {cell_id: (last, following) for cell_id, last, following in rows}


async def events_of_cells(session: AsyncSession, cell_ids: Sequence[int]) -> dict[int, list[Event]]:
    """Return the latest events planned for each cell, newest first."""
    query = select(Event).where(
        col(Event.cell_id).in_(cell_ids), Event.state != EventState.CANCELLED
    )
    found: dict[int, list[Event]] = {}
    for event in await session.exec(query.order_by(col(Event.starts_at).desc())):
        of_cell = found.setdefault(stored(event.cell_id), [])
        if len(of_cell) < _EVENTS:
            of_cell.append(event)
    return found


async def people(session: AsyncSession, who: Who) -> int:
    """Return how many customers the branch has."""
    everybody = customers.counted(who).subquery()
    return (await session.exec(select(func.count()).select_from(everybody))).one()


async def unplaced(session: AsyncSession, who: Who) -> int:
    """Return how many of the customers whom this person may open lie in no cell."""
    homeless = customers.visible(who).where(col(Customer.cell_id).is_(None))
    return (await session.exec(select(func.count()).select_from(homeless.subquery()))).one()


async def bounds(session: AsyncSession, plan_id: int) -> Bounds:
    """Return west, south, east and north of a plan's cells."""
    west, south = func.min(GridCell.min_lon), func.min(GridCell.min_lat)
    east, north = func.max(GridCell.max_lon), func.max(GridCell.max_lat)
    query = select(west, south, east, north).where(GridCell.plan_id == plan_id)
    row = (await session.exec(query)).one()
    return float(row[0]), float(row[1]), float(row[2]), float(row[3])


async def named_places(session: AsyncSession, branch_id: int) -> list[NamedPlace]:
    """Return the places whose names a map may write."""
    query = select(Place.name, Place.kind, Place.lon, Place.lat).where(
        Place.branch_id == branch_id, Place.name != "", col(Place.kind).in_(NAMED)
    )
    rows = await session.exec(query.order_by(col(Place.id)))
    return [NamedPlace(name, PlaceKind(kind), lon, lat) for name, kind, lon, lat in rows]


async def origins(session: AsyncSession, branch_id: int) -> list[Origin]:
    """Return which kinds of places there are, and where they come from."""
    query = select(Place.kind, Place.source, Place.licence).where(Place.branch_id == branch_id)
    rows = await session.exec(query.distinct())
    return [Origin(PlaceKind(kind), source, licence) for kind, source, licence in rows]


async def _by_cell(session: AsyncSession, ask: Ask, rows: Records) -> dict[int, Tally]:
    found = rows.subquery()
    record = cast(found.c.record, BigInteger)
    marks = (func.sum(record), func.sum(record * record % _PRIME))
    asked = (
        found.c.cell.in_(records.plan_cells(ask.plan_id))
        if ask.cell_id is None
        else found.c.cell == ask.cell_id
    )
    query = sa.select(found.c.cell, func.count(), *marks).where(asked).group_by(found.c.cell)
    counted = await (await session.connection()).execute(query)
    return {cell: Tally(n, (int(one), int(two))) for cell, n, one, two in counted}
