"""Counting per cell: one statement a count, for all cells at once."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Place
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.grids.models import GridCell
from gridcrm.maps import records
from gridcrm.maps.places import NAMED, NamedPlace, Origin
from gridcrm.maps.records import Ask, Records
from gridcrm.maps.rules import Tally

Tallies = Mapping[int, Tally]
Bounds = tuple[float, float, float, float]

_PRIME = 1_000_003


class CellRow(NamedTuple):
    """A cell without its shape."""

    id: int
    key: str
    name: str
    area_m2: float
    lead_id: int | None


async def cell_rows(session: AsyncSession, plan_id: int) -> list[CellRow]:
    """Return the cells of a plan."""
    columns = (GridCell.id, GridCell.key, GridCell.name, GridCell.area_m2, GridCell.lead_id)
    query = select(*columns).where(GridCell.plan_id == plan_id).order_by(col(GridCell.id))  # type: ignore[call-overload]
    return [CellRow(*row) for row in await session.exec(query)]


async def tallies(session: AsyncSession, ask: Ask) -> tuple[Tallies, Tallies]:
    """Return per cell what counts, and the whole it is a part of (empty unless a rate)."""
    part = await _by_cell(session, ask.plan_id, records.part(ask))
    whole = records.whole(ask)
    return part, await _by_cell(session, ask.plan_id, whole) if whole is not None else {}


async def unplaced(session: AsyncSession, who: Who) -> int:
    """Return how many customers lie in no cell."""
    query = customers.counted(who).where(col(Customer.cell_id).is_(None))
    return (await session.exec(query.with_only_columns(func.count()))).one()


async def bounds(session: AsyncSession, plan_id: int) -> Bounds:
    """Return west, south, east and north of a plan's cells."""
    west, south = func.min(GridCell.min_lon), func.min(GridCell.min_lat)
    east, north = func.max(GridCell.max_lon), func.max(GridCell.max_lat)
    query = select(west, south, east, north).where(GridCell.plan_id == plan_id)
    row = (await session.exec(query)).one()  # type: ignore[call-overload]
    return float(row[0]), float(row[1]), float(row[2]), float(row[3])


async def named_places(session: AsyncSession, branch_id: int) -> list[NamedPlace]:
    """Return the places whose names a map may write."""
    query = select(Place.name, Place.kind, Place.lon, Place.lat).where(  # type: ignore[call-overload]
        Place.branch_id == branch_id, Place.name != "", col(Place.kind).in_(NAMED)
    )
    return [NamedPlace(*row) for row in await session.exec(query.order_by(col(Place.id)))]


async def origins(session: AsyncSession, branch_id: int) -> list[Origin]:
    """Return which kinds of places there are, and where they come from."""
    query = select(Place.kind, Place.source, Place.licence).where(Place.branch_id == branch_id)  # type: ignore[call-overload]
    return [Origin(*row) for row in await session.exec(query.distinct())]


async def _by_cell(session: AsyncSession, plan_id: int, rows: Records) -> Tallies:
    found = rows.subquery()
    record = cast(found.c.record, BigInteger)
    marks = (func.sum(record), func.sum(record * record % _PRIME))
    query = (
        select(found.c.cell, func.count(), *marks)
        .where(found.c.cell.in_(records.plan_cells(plan_id)))
        .group_by(found.c.cell)
    )
    counted = await session.exec(query)  # type: ignore[call-overload]
    return {cell: Tally(n, (int(one), int(two))) for cell, n, one, two in counted}
