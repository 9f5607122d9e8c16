"""Finding out where customers live, and keeping their cell, distance and walk right."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import shapely
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, LonLat
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.branches.rules import distances_m
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers.models import CommunityAlias, Customer, PlacedBy
from gridcrm.customers.placement import Gazetteer, Grid, Spot, cell_ids
from gridcrm.customers.queries import counted
from gridcrm.customers.reach import derived
from gridcrm.customers.reaching import reach_of
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import PeopleCount, count_points
from gridcrm.grids.shape import cells_of

_NAMED = (PlaceKind.COMMUNITY, PlaceKind.BUILDING, PlaceKind.SCHOOL, PlaceKind.OTHER)
"""Kinds of places that people give as where they live, the most likely first."""


class Group(NamedTuple):
    """People who are put at one place, in WGS 84."""

    people: Sequence[Customer]
    spot: LonLat


async def grid_of(session: AsyncSession, branch_id: int) -> Grid | None:
    """Return the branch's published division, ready to place points in it."""
    plan = await grids.published(session, branch_id)
    return await grid_of_plan(session, plan) if plan else None


async def grid_of_plan(session: AsyncSession, plan: GridPlan) -> Grid:
    """Return one plan's division, ready to place points in it."""
    numbers = {cell.key: cell.id for cell in await grids.cell_rows(session, stored(plan.id))}
    return Grid(await asyncio.to_thread(cells_of, plan), numbers)


async def gazetteer_of(session: AsyncSession, branch_id: int) -> Gazetteer:
    """Return where names of communities lead: where somebody said so, else to the places."""
    rank: dict[str, int] = {kind: n for n, kind in enumerate(_NAMED)}
    places = await session.exec(
        select(Place.kind, Place.name, Place.lon, Place.lat).where(
            Place.branch_id == branch_id, col(Place.kind).in_(_NAMED), Place.name != ""
        )
    )
    ranked = sorted(places, key=lambda row: rank[row[0]])
    remembered = await session.exec(
        select(CommunityAlias.name, CommunityAlias.lon, CommunityAlias.lat)
        .where(CommunityAlias.branch_id == branch_id)
        .order_by(CommunityAlias.name_key)
    )
    spots = [Spot(name, lon, lat, remembered=True) for name, lon, lat in remembered]
    return Gazetteer([*spots, *(Spot(name, lon, lat) for _kind, name, lon, lat in ranked)])


async def community_names(session: AsyncSession, branch_id: int) -> frozenset[str]:
    """Return the names that the branch has for its communities, to warn of others."""
    places = select(Place.name).where(
        Place.branch_id == branch_id, Place.kind == PlaceKind.COMMUNITY, Place.name != ""
    )
    decided = select(CommunityAlias.name).where(CommunityAlias.branch_id == branch_id)
    return frozenset([*await session.exec(places), *await session.exec(decided)])


async def put(
    session: AsyncSession,
    branch: Branch,
    groups: Sequence[Group],
    placed_by: PlacedBy,
    now: datetime,
) -> None:
    """Put customers of a branch at positions, and into the cells that hold these."""
    some = [group for group in groups if group.people]
    if not some:
        return
    lon, lat = [group.spot.lon for group in some], [group.spot.lat for group in some]
    cells = cell_ids(lon, lat, await grid_of(session, stored(branch.id)))
    away = distances_m(branch, lon, lat).tolist()
    walks = await asyncio.to_thread(derived, await reach_of(session, branch), lon, lat)
    for group, cell_id, away_m, walk in zip(some, cells, away, walks, strict=True):
        for customer in group.people:
            customer.lon, customer.lat = group.spot.lon, group.spot.lat
            customer.placed_by = placed_by
            customer.cell_id, customer.distance_m, customer.updated_at = cell_id, away_m, now
            customer.walk_min, customer.branch_share = walk
            session.add(customer)
    await session.flush()


async def count_people(session: AsyncSession, who: Who, cells: Cells) -> PeopleCount:
    """Count the people of the branch at hand in the cells of any plan, drafts too."""
    found = counted(who).with_only_columns(col(Customer.lon), col(Customer.lat))
    rows = (await (await session.connection()).execute(found)).all()
    points = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 2)
    return await asyncio.to_thread(count_points, points[:, 0], points[:, 1], cells)


async def surroundings(session: AsyncSession, who: Who) -> bytes:
    """Return the published cells and the named areas around the branch as JSON, with credits."""
    plan = await grids.published(session, who.here)
    cells = await grids.cells(session, plan.id) if plan and plan.id else []
    query = select(Place).where(
        Place.branch_id == who.here, Place.kind == PlaceKind.COMMUNITY, Place.name != ""
    )
    places = list(await session.exec(query))
    return await asyncio.to_thread(_surroundings, cells, places)


def _surroundings(cells: list[GridCell], places: list[Place]) -> bytes:
    areas = [place for place in places if _is_area(place.wkb)]
    parts = {
        "cells": _named([(cell.key, cell.name, cell.wkb) for cell in cells]),
        "places": _named([(str(place.id), place.name, place.wkb) for place in areas]),
        "credits": json.dumps(sorted({place.licence for place in areas})).encode(),
    }
    return b"{" + b",".join(b'"%b":%b' % (key.encode(), part) for key, part in parts.items()) + b"}"


def _named(things: Sequence[tuple[str, str, bytes]]) -> bytes:
    shapes = shapely.from_wkb(np.array([wkb for _, _, wkb in things], dtype=object))
    rows = ({"name": name} for _, name, _ in things)
    return collection([key for key, _, _ in things], rows, shapes, SCREEN_DECIMALS)


def _is_area(wkb: bytes) -> bool:
    return shapely.from_wkb(wkb).geom_type in ("Polygon", "MultiPolygon")
