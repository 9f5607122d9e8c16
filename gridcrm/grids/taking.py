"""A plan's cells, or the places around them, as a file for other programs."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.formats import Format, write
from geo.formats.writer import ENDINGS
from geo.frame import CRS
from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Place
from gridcrm.core import audit
from gridcrm.core.who import Right, Who
from gridcrm.grids import queries
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of

Columns = Mapping[str, Sequence[Any]]
_CELL_COLUMNS = (
    "name",
    "kind",
    "status",
    "households",
    "population",
    "merchants",
    "buildings",
    "competitors",
    "profiled_on",
    "area_m2",
    "walk_min",
    "branch_share",
)
_PLACE_COLUMNS = ("name", "kind", "source", "source_ref", "licence")


class What(StrEnum):
    """What a file holds."""

    CELLS = "cells"
    PLACES = "places"


class FileFormat(StrEnum):
    """In what a file can be taken; the values are those of `geo.formats.Format`."""

    GEOPACKAGE = "gpkg"
    GEOPARQUET = "parquet"
    GEOJSON = "geojson"
    PMTILES = "pmtiles"


_MEDIA_TYPES = {
    FileFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    FileFormat.GEOPARQUET: "application/vnd.apache.parquet",
    FileFormat.GEOJSON: "application/geo+json",
    FileFormat.PMTILES: "application/vnd.pmtiles",
}


class FileIn(SQLModel):
    """Which file somebody wants."""

    model_config = {"extra": "forbid"}

    what: What = What.CELLS
    format: FileFormat = FileFormat.GEOPACKAGE


@dataclass(frozen=True)
class PlanFile:
    """A file that is ready to be taken."""

    name: str
    content: bytes
    media_type: str
    rows: int


async def plan_file(session: AsyncSession, who: Who, plan_id: int, form: FileIn) -> PlanFile:
    """Return a plan of the branch at hand as a file; the session is one that nobody waits for."""
    plan = await queries.plan(session, who, plan_id)
    branch = await branches.here(session, who)
    if form.what is What.CELLS:
        cells = await queries.cells(session, plan_id)
        columns, wkb = await _of_cells(session, who, plan, cells), [cell.wkb for cell in cells]
    else:
        places = await branches.places(session, who.here)
        columns, wkb = _of_places(places), [place.wkb for place in places]
    content = await asyncio.to_thread(_written, columns, wkb, form)
    name = f"{branch.code}-v{plan.version}-{form.what}{ENDINGS[Format(form.format)]}"
    return PlanFile(name, content, _MEDIA_TYPES[form.format], len(wkb))


def note(session: AsyncSession, who: Who, plan_id: int, form: FileIn, taken: PlanFile) -> None:
    """Record that somebody took a file."""
    audit.record(
        session,
        who,
        "grid_take",
        ("grid_plan", plan_id),
        kind=form.what.value,
        format=form.format.value,
        rows=taken.rows,
    )


async def _of_cells(
    session: AsyncSession, who: Who, plan: GridPlan, cells: Sequence[GridCell]
) -> Columns:
    """Return what is known of the cells of a plan, people only for who may list them."""
    names = await accounts.staff_names(session, who.here)
    columns: dict[str, Sequence[Any]] = {"cell_id": [cell.key for cell in cells]}
    columns |= {name: [getattr(cell, name) for cell in cells] for name in _CELL_COLUMNS}
    columns["lead"] = [names.get(cell.lead_id or 0) for cell in cells]
    columns["backup"] = [names.get(cell.backup_id or 0) for cell in cells]
    if who.may(Right.CUSTOMERS_LIST):
        drawn = await asyncio.to_thread(cells_of, plan)
        count = await people_in(session, who, drawn)
        people = dict(zip(drawn.ids.tolist(), count.per_cell.tolist(), strict=True))
        columns["people"] = [people.get(cell.key, 0) for cell in cells]
    return columns


def _of_places(places: Sequence[Place]) -> Columns:
    return {name: [getattr(place, name) or None for place in places] for name in _PLACE_COLUMNS}


def _written(columns: Columns, wkb: Sequence[bytes], form: FileIn) -> bytes:
    import geopandas as gpd  # here, because they take a second to load
    import pandas as pd

    # as objects: a column of numbers in which some are missing stays one of whole numbers
    values = {name: pd.Series(list(given), dtype=object) for name, given in columns.items()}
    shapes = shapely.from_wkb(np.array([*wkb, None], dtype=object)[:-1])
    frame = gpd.GeoDataFrame(values, geometry=shapes, crs=CRS)
    with tempfile.TemporaryDirectory(prefix="gridcrm-") as folder:
        path = Path(folder) / f"{form.what}{ENDINGS[Format(form.format)]}"
        key = "cell_id" if form.what is What.CELLS else ""
        write(frame, path, id_column=key, layer=form.what.value)
        return path.read_bytes()
