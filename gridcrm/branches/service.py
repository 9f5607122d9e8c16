"""Adding and changing branches."""

import asyncio
from datetime import datetime
from typing import Any

import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, GeoError
from geo.area import polygonal_parts
from gridcrm.branches import queries, registry
from gridcrm.branches.features import read_features
from gridcrm.branches.forms import BranchEdit, BranchIn
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import FARTHEST_PLACE_M, distances_m, position
from gridcrm.branches.words import refusal
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who


async def add(session: AsyncSession, who: Who | None, form: BranchIn, now: datetime) -> Branch:
    """Open a branch."""
    if await queries.with_code(session, form.code):
        raise InvalidInput({"code": "This code is taken."})
    branch = Branch(code=form.code, created_at=now, **_values(form))
    session.add(branch)
    await session.flush()
    audit.record(session, who, "branch_add", ("branch", branch.id), branch_id=branch.id)
    return branch


async def change(session: AsyncSession, who: Who, form: BranchEdit, now: datetime) -> Branch:
    """Change the branch at hand; a new position is passed on to what depends on it."""
    branch = await queries.here(session, who)
    values = {key: value for key, value in _values(form).items() if getattr(branch, key) != value}
    branch.sqlmodel_update(values)
    session.add(branch)
    await session.flush()
    if {"lon", "lat"} & values.keys():
        await registry.moved(session, who, branch, now)
    audit.record(session, who, "branch_change", ("branch", branch.id), fields=sorted(values))
    return branch


async def draw_catchment(session: AsyncSession, who: Who, upload: Upload, datum: Datum) -> Branch:
    """Give the branch at hand a drawn area in place of its circle."""
    given = await asyncio.to_thread(read_features, upload, datum)  # before anybody waits for it
    branch = await queries.here(session, who)
    areas = [polygonal_parts(feature.shape) for feature in given.good]
    if given.bad or not all(areas):
        raise InvalidInput({"file": "Choose a file with areas only, each of them readable."})
    area = shapely.union_all([part for parts in areas for part in parts])
    inside = area.representative_point()
    if distances_m(branch, inside.x, inside.y) > FARTHEST_PLACE_M:
        raise InvalidInput({"file": "This area is not near the branch. Is it in another datum?"})
    branch.catchment_wkb = shapely.to_wkb(area)
    session.add(branch)
    audit.record(session, who, "branch_area", ("branch", branch.id), shape="drawn")
    return branch


async def use_circle(session: AsyncSession, who: Who) -> Branch:
    """Take the drawn area away, so that the circle counts again."""
    branch = await queries.here(session, who)
    branch.catchment_wkb = None
    session.add(branch)
    audit.record(session, who, "branch_area", ("branch", branch.id), shape="circle")
    return branch


def _values(form: BranchEdit) -> dict[str, Any]:
    try:
        here = position(form.lon, form.lat, form.datum)
    except GeoError as error:
        raise refusal("lon", error) from error
    kept = form.model_dump(exclude={"code", "lon", "lat", "datum"})
    entered = {
        "entered_lon": form.lon,
        "entered_lat": form.lat,
        "entered_datum": form.datum,
    }
    return kept | entered | {"lon": here.lon, "lat": here.lat}
