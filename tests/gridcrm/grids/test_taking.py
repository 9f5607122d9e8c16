"""Plans that are taken along as a file, at the page and at the terminal."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
import pyogrio
import pytest
import shapely
from sqlmodel import col, select

from geo.formats import read
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotAllowed
from gridcrm.core.models import AuditEntry
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Result, Terminal
from gridcrm.grids import queries, service
from gridcrm.grids.cli import COMMANDS
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridCell
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock

FORMATS = ["gpkg", "parquet", "geojson", "pmtiles"]


@pytest.fixture
async def plan_id(cast: Cast, database: Database) -> int:
    """A draft of branch A with a named cell, a place, and somebody who lives there."""
    park = shapely.box(125.469, 43.779, 125.471, 43.781)
    place = Place(
        branch_id=cast.a.id, kind=PlaceKind.PARK, name="净月公园", source="OSM", source_ref="w1",
        licence="ODbL", wkb=shapely.to_wkb(park), lon=125.47, lat=43.78, min_lon=125.469,
        min_lat=43.779, max_lon=125.471, max_lat=43.781,
    )  # fmt: skip
    async with database.transaction() as session:
        form = DraftIn(kind=DraftKind.SQUARE, side_m=500)
        plan = await service.draft(session, cast.hang, form, None, NOON)
        session.add(place)
        session.add(make.customer(cast.a, lon=125.47, lat=43.78))
        query = select(GridCell).where(GridCell.plan_id == plan.id, GridCell.key == "sq:500:0:0")
        cell = (await session.exec(query)).one()
        cell.name, cell.lead_id, cell.households = "总部“一号”", cast.zhou.user_id, 300
        cell.walk_min, cell.branch_share = 6.5, 0.25
        session.add(cell)
        assert plan.id is not None
        return plan.id


async def take(browser: Browser, plan_id: int, **form: str) -> httpx.Response:
    return await browser.post_form(f"/grids/{plan_id}/file", **form)


def kept(answer: httpx.Response, folder: Path, ending: str) -> Path:
    path = folder / f"taken.{ending}"
    path.write_bytes(answer.content)
    return path


def features(path: Path) -> list[dict[str, Any]]:
    """Return what is in a file, each feature as its attributes."""
    if path.suffix == ".pmtiles":  # a feature stands in every tile that it touches
        tiles = pyogrio.read_dataframe(path, ZOOM_LEVEL="15").drop(columns=["geometry", "mvt_id"])
        return tiles.drop_duplicates().to_dict("records")
    made = read(path)
    rows = [dict(zip(made.columns, row, strict=True)) for row in zip(*made.columns.values())]  # noqa: B905
    return [row | {"id": ref} for row, ref in zip(rows, made.refs, strict=True)]


@pytest.mark.parametrize("format_", FORMATS)
async def test_zhou_takes_the_cells_in_every_format(
    format_: str,
    plan_id: int,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
    tmp_path: Path,
):
    await seat(database, browser, cast.zhou, clock.now)

    answer = await take(browser, plan_id, what="cells", format=format_)

    assert answer.status_code == 200
    assert f"A001-v1-cells.{format_}" in answer.headers["content-disposition"]
    found = features(kept(answer, tmp_path, format_))
    (home,) = [row for row in found if "sq:500:0:0" in (row.get("cell_id"), row.get("id"))]
    assert (home["name"], home["lead"], home["households"]) == ("总部“一号”", "Zhou", 300)
    assert (home["walk_min"], home["branch_share"]) == (6.5, 0.25)
    assert home["people"] == 1
    assert home["area_m2"] == pytest.approx(250_000, rel=1e-6)


async def test_lin_who_may_not_list_people_gets_no_count_of_them(
    plan_id: int, browser: Browser, cast: Cast, clock: Clock, database: Database, tmp_path: Path
):
    await seat(database, browser, cast.lin, clock.now)

    answer = await take(browser, plan_id, format="geojson")

    assert "people" not in features(kept(answer, tmp_path, "geojson"))[0]


@pytest.mark.parametrize("format_", FORMATS)
async def test_places_keep_their_source_and_licence(
    format_: str,
    plan_id: int,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
    tmp_path: Path,
):
    await seat(database, browser, cast.zhou, clock.now)

    answer = await take(browser, plan_id, what="places", format=format_)

    row = features(kept(answer, tmp_path, format_))[0]
    assert (row["name"], row["kind"], row["source"], row["licence"]) == (
        "净月公园",
        "park",
        "OSM",
        "ODbL",
    )


async def test_the_page_of_a_plan_offers_its_file_and_the_audit_says_who_took_it(
    plan_id: int, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)

    page = await browser.get(f"/grids/{plan_id}")
    await take(browser, plan_id, what="places", format="geojson")

    assert f'action="/grids/{plan_id}/file"' in page.text
    async with database.read() as session:
        query = select(AuditEntry).where(col(AuditEntry.action) == "grid_take")
        (entry,) = await session.exec(query)
    assert (entry.actor_id, entry.object_id) == (cast.zhou.user_id, str(plan_id))
    assert entry.details == {"kind": "places", "format": "geojson", "rows": 1}


async def test_bo_of_another_branch_and_xun_without_the_right_get_no_file(
    plan_id: int, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.bo, clock.now)
    other = await take(browser, plan_id)
    await seat(database, browser, cast.xun, clock.now)
    without = await take(browser, plan_id)

    assert (other.status_code, without.status_code) == (404, 403)
    async with database.read() as session:
        query = select(AuditEntry).where(col(AuditEntry.action) == "grid_take")
        assert (await session.exec(query)).all() == []


async def test_a_format_that_cant_be_written_is_refused(
    plan_id: int, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)

    assert (await take(browser, plan_id, format="kml")).status_code == 422


async def export(terminal: Terminal, *line: str) -> Result:
    command = next(one for one in COMMANDS if one.name == "grid export")
    parser = ArgumentParser()
    command.arguments(parser)
    made = await command.run(terminal, parser.parse_args(line))
    assert command.show(made)
    return made


@pytest.fixture
def terminal(settings: Settings, database: Database) -> Terminal:
    return Terminal(settings, database)


async def test_the_terminal_writes_the_file_and_it_stands_in_the_audit(
    plan_id: int, terminal: Terminal, database: Database, tmp_path: Path
):
    path = tmp_path / "cells.gpkg"

    made = await export(terminal, str(plan_id), "--out", str(path))

    async with database.read() as session:
        cells = await queries.cells(session, plan_id)
        assert made["rows"] == len(read(path)) == len(cells)
        query = select(AuditEntry).where(col(AuditEntry.action) == "grid_take")
        assert len((await session.exec(query)).all()) == 1


@pytest.mark.usefixtures("cast")
async def test_the_terminal_refuses_who_may_not_what_is_not_there_and_other_formats(
    plan_id: int, terminal: Terminal, tmp_path: Path
):
    path = tmp_path / "cells.gpkg"

    with pytest.raises(NotAllowed):
        await export(terminal, str(plan_id), "--out", str(path), "--as", "xun")
    with pytest.raises(InvalidInput):
        await export(terminal, str(plan_id), "--out", str(path), "--as", "bo")
    with pytest.raises(InvalidInput):
        await export(terminal, "999", "--out", str(path))
    with pytest.raises(InvalidInput):
        await export(terminal, str(plan_id), "--out", str(tmp_path / "cells.shp"))
    assert not await asyncio.to_thread(path.exists)
