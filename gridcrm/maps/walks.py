"""Walks and shares of cells as figures, and rings and walks as lines to draw over them."""

from enum import StrEnum

import numpy as np
import shapely
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, circle
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import home
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers import catchment
from gridcrm.customers.models import Catchment
from gridcrm.grids.models import GridCell
from gridcrm.maps.basemap import drawn_in
from gridcrm.maps.metrics import Metric
from gridcrm.maps.rules import Figure, State

COLUMNS = {
    Metric.WALK: col(GridCell.walk_min),
    Metric.BRANCH_SHARE: col(GridCell.branch_share),
}
_NONE = Figure(State.NO_DATA)


class Outline(StrEnum):
    """What of a catchment can be drawn over the cells."""

    WALKS = "walks"
    RINGS = "rings"


_LOOK = {
    Outline.WALKS: {"color": "#a33d00", "weight": 2.5, "opacity": 0.9, "fill": False},
    Outline.RINGS: {"color": "#1b1f24", "weight": 1.5, "dashArray": "2 5", "fill": False},
}


async def figures(session: AsyncSession, plan_id: int, metric: Metric) -> dict[int, Figure]:
    """Return the walk or the share of every cell of a plan; nobody stands behind them."""
    query = select(col(GridCell.id), COLUMNS[metric]).where(col(GridCell.plan_id) == plan_id)
    rows = await (await session.connection()).execute(query)
    return {
        stored(number): _NONE if value is None else Figure(State.KNOWN, value)
        for number, value in rows
    }


async def note(session: AsyncSession, who: Who) -> str:
    """Return what to know of walks and shares before they are read: nothing while they hold."""
    stands = await catchment.standing(session, await branches.here(session, who))
    return catchment.out_of_date(stands) if stands else ""


def outlines(found: Catchment) -> list[Outline]:
    """Return what there is to draw of a catchment."""
    return [Outline.WALKS, Outline.RINGS] if found.areas_wkb else [Outline.RINGS]


def outline_name(found: Catchment, outline: Outline) -> str:
    """Return what a layer is called, with its limits."""
    if outline is Outline.WALKS:
        return gettext("Walks of {limits} min").format(limits=_listed(found.minutes))
    return gettext("Rings of {limits} m").format(limits=_listed(found.rings_m))


def outline_geojson(branch: Branch, found: Catchment, outline: Outline, datum: Datum) -> bytes:
    """Return the rings, or the ground within each walk, as features that carry their look."""
    if outline is Outline.WALKS:
        limits = found.minutes
        areas = list(shapely.get_parts(shapely.from_wkb(found.areas_wkb)))
    else:
        limits = found.rings_m
        areas = [circle(home(branch), radius_m) for radius_m in limits]
    shapes = drawn_in(datum, np.array(areas, dtype=object))
    rows = ({"limit": limit, "style": _LOOK[outline]} for limit in limits)
    return collection([f"{limit:g}" for limit in limits], rows, shapes, SCREEN_DECIMALS)


def _listed(limits: list[float]) -> str:
    return " · ".join(f"{limit:,g}" for limit in limits)
