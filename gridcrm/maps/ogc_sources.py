"""What OGC API Features offers of a branch: which features there are, and what each one says."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.plane import Plane
from gridcrm.accounts import queries as accounts
from gridcrm.branches.models import Branch, Place
from gridcrm.branches.rules import area_of, home
from gridcrm.core.errors import NotFound
from gridcrm.core.i18n import N_
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell
from gridcrm.maps import loading
from gridcrm.maps.forms import MapIn
from gridcrm.maps.loading import Ground
from gridcrm.maps.ogc_crs import Box
from gridcrm.maps.ogc_finding import area_in, matching, reach, rows_of
from gridcrm.maps.rules import blur_key

_NAMED = (
    *("name", "kind", "status", "households", "population", "merchants", "buildings"),
    *("walk_min", "branch_share"),
)


class Feature(NamedTuple):
    """One feature: its number, its shape in longitude and latitude, and what is known of it."""

    id: int
    shape: BaseGeometry
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """Who looks at which branch, and when."""

    session: AsyncSession
    who: Who
    branch: Branch
    plan_id: int | None
    now: datetime
    secret: str


Find = Callable[[View, Box | None], Coroutine[None, None, list[int]]]
Load = Callable[[View, Sequence[int]], Coroutine[None, None, list[Feature]]]
Reach = Callable[[View], Coroutine[None, None, Box | None]]


@dataclass(frozen=True)
class Source:
    """A collection: what it is called (msgids), which features match, what they are, how far."""

    title: str
    description: str
    find: Find
    load: Load
    reach: Reach


async def _cells(view: View, box: Box | None) -> list[int]:
    return await matching(view.session, GridCell, col(GridCell.plan_id) == view.plan_id, box)


async def _cell_features(view: View, ids: Sequence[int]) -> list[Feature]:
    names = await accounts.staff_names(view.session, view.who.here)
    people = await _people(view)
    found = []
    for cell in await rows_of(view.session, GridCell, ids):
        about = {"key": cell.key} | {name: getattr(cell, name) for name in _NAMED}
        about |= {"lead": names.get(cell.lead_id or 0), "area_m2": round(cell.area_m2, 2)}
        about |= {"customers": people.get(stored(cell.id))}
        found.append(Feature(stored(cell.id), shapely.from_wkb(cell.wkb), about))
    return found


async def _people(view: View) -> dict[int, int | None]:
    """Return the customers of every cell as far as this person may know them."""
    if view.plan_id is None:
        return {}
    on = Ground(view.branch, stored(view.branch.id), view.plan_id)
    key = blur_key(view.who, view.secret)
    shown = await loading.answered(view.session, view.who, on, MapIn(), view.now, key)
    return {line.cell.id: line.figure.n for line in shown.lines}


async def _cell_reach(view: View) -> Box | None:
    return await reach(view.session, GridCell, col(GridCell.plan_id) == view.plan_id)


async def _places(view: View, box: Box | None) -> list[int]:
    return await matching(view.session, Place, col(Place.branch_id) == view.branch.id, box)


async def _place_features(view: View, ids: Sequence[int]) -> list[Feature]:
    return [
        Feature(
            stored(place.id),
            shapely.from_wkb(place.wkb),
            {
                "name": place.name or None,
                "kind": place.kind,
                "source": place.source,
                "source_ref": place.source_ref or None,
                "licence": place.licence,
            },
        )
        for place in await rows_of(view.session, Place, ids)
    ]


async def _place_reach(view: View) -> Box | None:
    return await reach(view.session, Place, col(Place.branch_id) == view.branch.id)


async def _catchment(view: View, box: Box | None) -> list[int]:
    inside = box is None or area_in(box).intersects(area_of(view.branch))
    return [stored(view.branch.id)] if inside else []


async def _catchment_feature(view: View, ids: Sequence[int]) -> list[Feature]:
    if stored(view.branch.id) not in ids:
        return []
    area = area_of(view.branch)
    drawn = view.branch.catchment_wkb is not None
    about = {
        "code": view.branch.code,
        "name": view.branch.name,
        "drawn": drawn,
        "radius_m": None if drawn else view.branch.catchment_radius_m,
        "area_m2": round(Plane(home(view.branch)).flatten(area).area, 2),
    }
    return [Feature(stored(view.branch.id), area, about)]


async def _catchment_reach(view: View) -> Box | None:
    west, south, east, north = area_of(view.branch).bounds
    return west, south, east, north


async def _areas(view: View, box: Box | None) -> list[int]:
    inside = set(await _cells(view, box))
    rows = await _rows(view)
    return sorted({row.lead_id for row in rows if row.lead_id is not None and row.id in inside})


async def _area_features(view: View, ids: Sequence[int]) -> list[Feature]:
    names = await accounts.staff_names(view.session, view.who.here)
    led = [row for row in await _rows(view) if row.lead_id in ids]
    shapes = {
        cell.id: cell.wkb for cell in await rows_of(view.session, GridCell, [r.id for r in led])
    }
    found = []
    for lead_id in sorted(set(ids) & {row.lead_id for row in led}):
        own = [row for row in led if row.lead_id == lead_id]
        wkb = np.array([shapes[row.id] for row in own], dtype=object)
        whole = await asyncio.to_thread(shapely.union_all, shapely.from_wkb(wkb))
        about = {
            "lead": names.get(lead_id),
            "cells": len(own),
            "area_m2": round(sum(row.area_m2 for row in own), 2),
        }
        found.append(Feature(lead_id, whole, about))
    return found


async def _rows(view: View) -> list[grids.CellRow]:
    return [] if view.plan_id is None else await grids.cell_rows(view.session, view.plan_id)


SOURCES = {
    "cells": Source(
        N_("Cells"),
        N_("Cells of the grid that counts. Counts of a few customers are hidden as on the map."),
        _cells,
        _cell_features,
        _cell_reach,
    ),
    "places": Source(
        N_("Places"),
        N_("Communities, schools, streets and other places; each names its source and licence."),
        _places,
        _place_features,
        _place_reach,
    ),
    "catchment": Source(
        N_("Area of the branch"),
        N_("The ground the branch looks after."),
        _catchment,
        _catchment_feature,
        _catchment_reach,
    ),
    "areas": Source(
        N_("Areas of the leads"),
        N_("The cells that one person leads, as one area each."),
        _areas,
        _area_features,
        _cell_reach,
    ),
}


def source(name: str) -> Source:
    """Return a collection by its name."""
    found = SOURCES.get(name)
    if found is None:
        raise NotFound("There is no such collection.")
    return found
