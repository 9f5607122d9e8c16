"""Places from other programs' files, at the page and at the terminal."""

from argparse import ArgumentParser
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point
from sqlmodel import select

from gridcrm.branches.cli import COMMANDS
from gridcrm.branches.models import Place, PlaceImport
from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Terminal
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.geo.formats import files

ABOUT = {"source": "Survey", "licence": "own", "datum": "wgs84"}
TOWN = files.OSM.replace(b'"113.9', b'"125.4').replace(b'"22.5', b'"43.7')
"""The small town of the tests of formats, moved to the branch."""


def communities(*names: str) -> gpd.GeoDataFrame:
    spots = [Point(125.47 + n / 1000, 43.78) for n in range(len(names))]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=spots, crs="EPSG:4326")


async def stored(database: Database) -> list[Place]:
    async with database.read() as session:
        return list(await session.exec(select(Place)))


@pytest.fixture
def two_layers(tmp_path: Path) -> bytes:
    layers = ("old", communities("甲")), ("new", communities("乙", "丙"))
    return files.geopackage(tmp_path, *layers)


async def test_hang_brings_in_the_layer_that_she_names(
    two_layers: bytes, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    form = ABOUT | {"kind": "community", "layer": "new"}

    checked = await browser.post(
        "/admin/places/new", data=form, files={"file": ("town.gpkg", two_layers)}
    )
    await browser.post(f"{checked.headers['location']}/commit")

    assert sorted(place.name for place in await stored(database)) == ["丙", "乙"]


async def test_hang_reads_that_a_file_has_several_layers(
    two_layers: bytes, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    form = ABOUT | {"kind": "community"}

    checked = await browser.post(
        "/admin/places/new", data=form, files={"file": ("town.gpkg", two_layers)}
    )
    page = await browser.get(checked.headers["location"])

    assert "The file has several layers: old, new. Read was: old." in page.text


async def test_tags_of_openstreetmap_need_no_kind_and_what_is_no_place_is_counted(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    checked = await browser.post(
        "/admin/places/new", data=ABOUT, files={"file": ("town.osm", TOWN)}
    )
    page = await browser.get(checked.headers["location"])
    await browser.post(f"{checked.headers['location']}/commit")

    assert "2 objects of OpenStreetMap are no places" in page.text
    assert sorted(place.kind for place in await stored(database)) == [
        "building",
        "competitor",
        "road",
        "road",
    ]


async def test_a_hostile_file_comes_back_with_its_reason_and_nothing_is_kept(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    bad = files.zipped({"../../etc/town.shp": b"x"})

    answer = await browser.post(
        "/admin/places/new", data=ABOUT | {"kind": "road"}, files={"file": ("town.zip", bad)}
    )

    assert answer.status_code == 422
    assert "outside of itself" in answer.text
    async with database.read() as session:
        assert (await session.exec(select(PlaceImport))).all() == []


@pytest.mark.usefixtures("cast")
async def test_the_terminal_reads_a_layer_in_a_process_of_its_own(
    two_layers: bytes,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.undo()
    path = tmp_path / "town.gpkg"
    path.write_bytes(two_layers)
    command = next(one for one in COMMANDS if one.name == "places import")
    parser = ArgumentParser()
    command.arguments(parser)
    line = ["--branch", "A001", "--source", "S", "--licence", "own", "--kind", "community"]

    made = await command.run(Terminal(settings, database), parser.parse_args([str(path), *line]))

    assert (made["new"], made["bad"]) == (1, [])
    assert "Read was: old." in command.show(made)
