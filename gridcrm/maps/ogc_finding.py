"""Finding the rows whose shape meets a box."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Place
from gridcrm.grids.models import GridCell
from gridcrm.maps.ogc_crs import Box

Row = TypeVar("Row", GridCell, Place)
_EAST, _WEST = 180.0, -180.0


async def matching(
    session: AsyncSession, table: type[Row], scope: ColumnElement[bool], box: Box | None
) -> list[int]:
    """Return the ids of the rows within a scope whose shape meets the box, in a lasting order."""
    ordered = col(table.id)
    if box is None:
        found = await session.exec(select(table.id).where(scope).order_by(ordered))
        return [number for number in found if number is not None]
    query = sa.select(col(table.id), col(table.wkb)).where(scope, *_near(table, box))
    rows = (await session.exec(query.order_by(ordered))).all()  # type: ignore[call-overload]
    return await asyncio.to_thread(_meeting, rows, box)


async def rows_of(session: AsyncSession, table: type[Row], ids: Sequence[int]) -> list[Row]:
    """Return rows by their ids, in the order of these."""
    found = await session.exec(select(table).where(col(table.id).in_(ids)))
    by_id = {row.id: row for row in found}
    return [by_id[number] for number in ids if number in by_id]


async def reach(session: AsyncSession, table: type[Row], scope: ColumnElement[bool]) -> Box | None:
    """Return the box around all rows within a scope, None if there are none."""
    ends = func.min(table.min_lon), func.min(table.min_lat), func.max(table.max_lon)
    query = sa.select(*ends, func.max(table.max_lat)).where(scope)
    west, south, east, north = (await session.exec(query)).one()  # type: ignore[call-overload]
    return None if west is None else (west, south, east, north)


def area_in(box: Box) -> BaseGeometry:
    """Return the ground in a box; one whose west is east of its east goes round the back."""
    west, south, east, north = box
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.union(
        shapely.box(west, south, _EAST, north), shapely.box(_WEST, south, east, north)
    )


def _near(table: Any, box: Box) -> list[ColumnElement[bool]]:
    west, south, east, north = box
    found = [col(table.max_lat) >= south, col(table.min_lat) <= north]
    if west <= east:
        found += [col(table.max_lon) >= west, col(table.min_lon) <= east]
    return found


def _meeting(rows: Sequence[Any], box: Box) -> list[int]:
    if not rows:
        return []
    area = area_in(box)
    shapely.prepare(area)
    shapes = shapely.from_wkb(np.array([row.wkb for row in rows], dtype=object))
    meets = shapely.intersects(area, shapes)
    return [row.id for row, meet in zip(rows, meets.tolist(), strict=True) if meet]
