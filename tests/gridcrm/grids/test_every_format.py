"""Every kind of map file through every door: places, cells, and the area of the branch."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import osmium
import pytest
import shapely
from sqlmodel import select

from geo.formats.limits import Limits
from gridcrm.branches import features
from gridcrm.branches.models import Branch, Place, PlaceImport
from gridcrm.core.db import Database
from gridcrm.grids.models import GridCell
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.geo.formats import files

WEST, SOUTH, SIDE = 125.465, 43.775, 0.004
FORMATS = ("geojson", "gpkg", "parquet", "zip", "kml", "kmz", "osm", "osm.pbf")
ABOUT = {"source": "Survey", "licence": "own", "datum": "wgs84"}
Send = Callable[[str, bytes], Awaitable[httpx.Response]]


def box(n: int) -> shapely.Polygon:
    return shapely.box(WEST + n * SIDE, SOUTH, WEST + (n + 1) * SIDE, SOUTH + SIDE)


def blocks(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    shapes = gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[box(0), box(1)], crs="EPSG:4326")
    return shapes.to_crs(crs)


def made(ending: str, folder: Path, shapes: gpd.GeoDataFrame) -> bytes:
    """Two areas, 甲 and 乙, as a file of a format."""
    if ending == "geojson":
        return shapes.to_json().encode()
    if ending == "gpkg":
        return files.geopackage(folder, ("blocks", shapes))
    if ending == "parquet":
        return files.geoparquet(folder, shapes)
    if ending == "zip":
        return files.zipped(files.shapefile(folder, shapes))
    if ending in ("kml", "kmz"):
        marks = [_placemark(name, shape) for name, shape in zip(shapes.name, shapes.geometry)]  # noqa: B905
        return (
            files.kml(*marks) if ending == "kml" else files.zipped({"doc.kml": files.kml(*marks)})
        )
    return _osm(shapes) if ending == "osm" else _pbf(folder, _osm(shapes))


def _placemark(name: str, shape: shapely.Polygon) -> str:
    ring = " ".join(f"{x},{y},12" for x, y in shape.exterior.coords)
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def _osm(shapes: gpd.GeoDataFrame) -> bytes:
    nodes, ways = [], []
    for at, (name, shape) in enumerate(zip(shapes.name, shapes.geometry)):  # noqa: B905
        ids = [at * 10 + n for n in range(1, 5)]
        corners = zip(ids, shape.exterior.coords[:4], strict=True)
        nodes += [f'<node id="{i}" lon="{x:.7f}" lat="{y:.7f}"/>' for i, (x, y) in corners]
        refs = "".join(f'<nd ref="{i}"/>' for i in [*ids, ids[0]])
        tags = f'<tag k="landuse" v="residential"/><tag k="name" v="{name}"/>'
        ways.append(f'<way id="{at + 100}">{refs}{tags}</way>')
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes + ways)}</osm>'.encode()


def _pbf(folder: Path, xml: bytes) -> bytes:
    given, path = folder / "town.osm", folder / "town.osm.pbf"
    given.write_bytes(xml)
    with osmium.SimpleWriter(str(path)) as writer:
        for item in osmium.FileProcessor(str(given)):
            writer.add(item)
    return path.read_bytes()


@pytest.fixture
async def hang(browser: Browser, cast: Cast, clock: Clock, database: Database) -> Browser:
    await seat(database, browser, cast.hang, clock.now)
    return browser


async def as_places(hang: Browser, name: str, content: bytes) -> httpx.Response:
    data = ABOUT | {"kind": "community"}
    return await hang.post("/admin/places/new", data=data, files={"file": (name, content)})


async def as_cells(hang: Browser, name: str, content: bytes) -> httpx.Response:
    data = {"kind": "polygons"}
    return await hang.post("/grids/new", data=data, files={"file": (name, content)})


async def as_area(hang: Browser, name: str, content: bytes) -> httpx.Response:
    data = {"area_datum": "wgs84"}
    return await hang.post("/admin/branch/area", data=data, files={"file": (name, content)})


DOORS = [pytest.param(door, id=door.__name__) for door in (as_places, as_cells, as_area)]


async def stored(database: Database, cast: Cast) -> tuple[int, int, bool]:
    """Return how many files of places and cells there are, and whether the area is drawn."""
    async with database.read() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        imports = len((await session.exec(select(PlaceImport))).all())
        return (
            imports,
            len((await session.exec(select(GridCell))).all()),
            bool(branch.catchment_wkb),
        )


@pytest.mark.parametrize("ending", FORMATS)
async def test_hang_brings_in_places_of_every_format(
    ending: str, hang: Browser, database: Database, tmp_path: Path
):
    checked = await as_places(hang, f"blocks.{ending}", made(ending, tmp_path, blocks()))
    assert checked.status_code == 303, checked.text
    done = await hang.post(f"{checked.headers['location']}/commit")

    assert done.status_code == 303
    async with database.read() as session:
        places = sorted(await session.exec(select(Place)), key=lambda place: place.lon)
    assert [place.name for place in places] == ["甲", "乙"]
    for place, shape in zip(places, (box(0), box(1)), strict=True):
        assert shapely.from_wkb(place.wkb).symmetric_difference(shape).area < 1e-9


@pytest.mark.parametrize("ending", FORMATS)
async def test_hang_draws_cells_from_every_format(
    ending: str, hang: Browser, database: Database, tmp_path: Path
):
    answer = await as_cells(hang, f"blocks.{ending}", made(ending, tmp_path, blocks()))

    assert answer.status_code == 303, answer.text
    async with database.read() as session:
        assert sorted(cell.name for cell in await session.exec(select(GridCell))) == ["乙", "甲"]


@pytest.mark.parametrize("ending", FORMATS)
async def test_hang_gives_the_branch_an_area_of_every_format(
    ending: str, hang: Browser, database: Database, cast: Cast, tmp_path: Path
):
    answer = await as_area(hang, f"blocks.{ending}", made(ending, tmp_path, blocks()))

    assert answer.status_code == 303, answer.text
    async with database.read() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
    assert branch.catchment_wkb is not None
    area = shapely.from_wkb(branch.catchment_wkb)
    assert area.symmetric_difference(shapely.union(box(0), box(1))).area < 1e-9


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4490", "EPSG:4549", "EPSG:32651"])
@pytest.mark.parametrize("ending", ["gpkg", "parquet", "zip"])
async def test_a_file_in_another_system_lies_where_it_should(
    crs: str, ending: str, hang: Browser, database: Database, tmp_path: Path
):
    content = made(ending, tmp_path, blocks(crs))
    checked = await as_places(hang, f"blocks.{ending}", content)
    assert checked.status_code == 303, checked.text
    await hang.post(f"{checked.headers['location']}/commit")

    async with database.read() as session:
        places = list(await session.exec(select(Place)))
    found = shapely.union_all([shapely.from_wkb(place.wkb) for place in places])
    assert found.symmetric_difference(shapely.union(box(0), box(1))).area < 1e-9


def _geojson(*shapes: Any) -> bytes:
    return files.geojson(*(files.feature(shape, properties={"name": "甲"}) for shape in shapes))


def _polygon(*height: float) -> dict[str, Any]:
    ring = [[x, y, *height] for x, y in box(0).exterior.coords]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize("door", DOORS)
async def test_heights_are_left_out(door: Any, hang: Browser, database: Database, cast: Cast):
    answer = await door(hang, "high.geojson", _geojson(_polygon(31.5)))

    assert answer.status_code == 303, answer.text
    assert sum(await stored(database, cast)) == 1


MIXED = _geojson(
    _polygon(),
    {"type": "Point", "coordinates": [WEST, SOUTH]},
    {"type": "LineString", "coordinates": [[WEST, SOUTH], [WEST + SIDE, SOUTH]]},
)


async def test_points_lines_and_areas_of_one_file_are_all_places(hang: Browser, database: Database):
    named = json.loads(MIXED)
    for n, item in enumerate(named["features"]):
        item["properties"]["name"] = f"地点{n}"
    checked = await as_places(hang, "mixed.geojson", json.dumps(named).encode())
    await hang.post(f"{checked.headers['location']}/commit")

    async with database.read() as session:
        kinds = {shapely.from_wkb(p.wkb).geom_type for p in await session.exec(select(Place))}
    assert kinds == {"Polygon", "Point", "LineString"}


BROKEN = {
    "nothing.geojson": b"",
    "no_feature.geojson": files.geojson(),
    "cut.geojson": MIXED[: len(MIXED) // 2],
    "text.geojson": b"name,lon,lat\n\xe7\x94\xb2,125.47,43.78\n",
    "picture.zip": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "empty.zip": files.zipped({}),
    "no_map.zip": files.zipped({"readme.txt": b"x"}),
    "outside.zip": files.zipped({"../../etc/town.shp": b"x"}),
    "laughs.kml": files.kml(head='<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
    "noise.parquet": b"PAR1" + bytes(range(256)) * 20 + b"PAR1",
    "noise.osm.pbf": b"\x00\x00\x00\x0e\n\x09OSMHeader" + bytes(range(256)) * 4,
    "nowhere.geojson": _geojson({"type": "Polygon", "coordinates": [[["x", 1]]]}),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_file_comes_back_with_its_reason_beside_the_field_and_nothing_is_kept(
    door: Any, name: str, hang: Browser, database: Database, cast: Cast
):
    answer = await door(hang, name, BROKEN[name])

    if name == "nowhere.geojson" and door is as_places:  # a refused feature, not a refused file
        page = (await hang.get(answer.headers["location"])).text
        assert "Its coordinates can&#39;t be read." in page
        assert "Not one place of this file can be used." in page
        return
    assert answer.status_code == 422
    assert 'class="field field-wrong' in answer.text.replace("  ", " ")
    assert "Something broke" not in answer.text
    assert await stored(database, cast) == (0, 0, False)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("ending", ["gpkg", "parquet", "zip", "osm.pbf"])
async def test_a_file_that_was_cut_off_on_the_way_is_refused(
    door: Any, ending: str, hang: Browser, database: Database, cast: Cast, tmp_path: Path
):
    content = made(ending, tmp_path, blocks())
    answer = await door(hang, f"cut.{ending}", content[: len(content) * 3 // 5])

    assert answer.status_code == 422
    assert await stored(database, cast) == (0, 0, False)


@pytest.mark.parametrize("door", DOORS)
async def test_a_zip_bomb_is_stopped(
    door: Any,
    hang: Browser,
    database: Database,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(features, "_LIMITS", Limits(unpacked_bytes=1_000_000))
    answer = await door(hang, "bomb.zip", files.zipped({"cells.shp": bytes(3_000_000)}))

    assert answer.status_code == 422
    assert "Unpacked, the file has more than" in answer.text
    assert await stored(database, cast) == (0, 0, False)


async def test_a_wrong_ending_is_said_and_what_is_in_the_file_counts(hang: Browser, tmp_path: Path):
    checked = await as_places(hang, "blocks.geojson", made("gpkg", tmp_path, blocks()))
    page = (await hang.get(checked.headers["location"])).text

    assert "The name promises GeoJSON, but the file is GeoPackage." in page
    assert "Bring in 2 places" in page


@pytest.mark.parametrize("door", [as_cells, as_area])
async def test_points_make_no_cells_and_no_area(
    door: Any, hang: Browser, database: Database, cast: Cast
):
    answer = await door(hang, "mixed.geojson", MIXED)

    assert answer.status_code == 422
    assert await stored(database, cast) == (0, 0, False)
