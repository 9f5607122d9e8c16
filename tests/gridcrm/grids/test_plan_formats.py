"""Cells from other programs' files, at the page and at the terminal."""

from argparse import ArgumentParser
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Terminal
from gridcrm.grids.cli import COMMANDS
from gridcrm.grids.models import GridCell
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.geo.formats import files


def shapes(*names: str) -> gpd.GeoDataFrame:
    boxes = [
        shapely.box(125.465 + n / 400, 43.775, 125.4675 + n / 400, 43.785)
        for n in range(len(names))
    ]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=boxes, crs="EPSG:4326")


@pytest.fixture
def two_layers(tmp_path: Path) -> bytes:
    return files.geopackage(tmp_path, ("streets", shapes("东")), ("blocks", shapes("甲", "乙")))


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(cell.name for cell in await session.exec(select(GridCell)))


async def test_the_layer_of_a_geopackage_that_hang_names_becomes_cells(
    two_layers: bytes, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    form = {"kind": "polygons", "layer": "blocks"}

    answer = await browser.post("/grids/new", data=form, files={"file": ("a.gpkg", two_layers)})

    assert answer.status_code == 303
    assert await names(database) == ["乙", "甲"]


@pytest.mark.parametrize("content", [b"", files.zipped({"../a.shp": b""})])
async def test_a_missing_or_hostile_file_is_refused_beside_its_field(
    content: bytes, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post(
        "/grids/new", data={"kind": "polygons"}, files={"file": ("a.zip", content)}
    )

    assert answer.status_code == 422
    assert await names(database) == []


@pytest.mark.usefixtures("cast")
async def test_cells_of_a_shapefile_are_drawn_at_the_terminal(
    settings: Settings, database: Database, tmp_path: Path
):
    path = tmp_path / "blocks.zip"
    path.write_bytes(files.zipped(files.shapefile(tmp_path, shapes("甲", "乙"))))
    command = next(one for one in COMMANDS if one.name == "grid draw")
    parser = ArgumentParser()
    command.arguments(parser)
    given = parser.parse_args(["--branch", "A001", "--kind", "polygons", "--file", str(path)])

    made = await command.run(Terminal(settings, database), given)

    assert made["cells"] == 2
    assert await names(database) == ["乙", "甲"]
