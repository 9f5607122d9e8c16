"""The base map: none unless somebody sets one, and then only what was set."""

import gzip
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import geopandas
import numpy as np
import pytest
import shapely

from geo import Datum, convert
from geo.render.view import TileKind
from gridcrm.app import create_app
from gridcrm.core.settings import Settings, load
from gridcrm.maps.basemap import basemap_of, drawn_in

PNG = b"\x89PNG\r\n\x1a\n" + b"tile"


class _Tiles(BaseHTTPRequestHandler):
    """A tile server of the intranet: what it answers depends on the zoom."""

    asked: list[str]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        zoom = self.path.split("/")[1]
        if zoom == "9":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:9/secret.png")
            self.end_headers()
            return
        self.send_response(404 if zoom == "8" else 200)
        self.send_header("Content-Type", "text/html" if zoom == "7" else "image/png")
        self.end_headers()
        self.wfile.write(PNG if zoom != "6" else PNG * 300_000)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def tile_server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    server.asked = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def settings(tmp_path: Path, **given: object) -> Settings:
    return Settings(tmp_path, "sqlite://", "x" * 40, **given)  # type: ignore[arg-type]


def by_template(tmp_path: Path, server: ThreadingHTTPServer) -> Settings:
    address = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    return settings(tmp_path, basemap=address, basemap_hosts=frozenset({"127.0.0.1"}))


def test_nothing_is_set_and_nobody_is_asked(tmp_path: Path):
    assert basemap_of(settings(tmp_path)) is None


async def test_the_server_asks_for_the_tile_in_the_place_of_the_browser(tmp_path, tile_server):
    base = basemap_of(by_template(tmp_path, tile_server))
    assert base is not None

    found = await base.tile(3, 5, 2)

    assert found is not None
    assert (found.content, found.media_type, found.packed) == (PNG, "image/png", False)
    assert tile_server.asked == ["/3/5/2.png"]


@pytest.mark.parametrize(
    ("zoom", "why"),
    [(9, "a redirect elsewhere"), (8, "not found"), (7, "a page"), (6, "more than two megabytes")],
)
async def test_what_is_no_picture_of_that_server_is_not_passed_on(tmp_path, tile_server, zoom, why):
    base = basemap_of(by_template(tmp_path, tile_server))
    assert base is not None
    assert await base.tile(zoom, 1, 1) is None, why


@pytest.mark.parametrize("tile", [(-1, 0, 0), (23, 0, 0), (2, 4, 0), (2, 0, -1)])
async def test_nobody_is_asked_for_a_tile_outside_the_world(tmp_path, tile_server, tile):
    base = basemap_of(by_template(tmp_path, tile_server))
    assert base is not None
    assert await base.tile(*tile) is None
    assert tile_server.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"basemap": "http://a.test/{z}/{x}/{y}"}, "HOSTS does not name"),
        ({"basemap": "http://a.test/{z}/{x}"}, "with {z}, {x} and {y}"),
        ({"basemap": "file:///etc/{z}/{x}/{y}"}, "with {z}, {x} and {y}"),
        ({"basemap": "/nowhere/town.pmtiles"}, "can't be read"),
        ({"basemap": "/nowhere/town.pmtiles", "basemap_datum": "bd09"}, "wgs84 or gcj02"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_says_why(tmp_path, given, said):
    with pytest.raises(SystemExit, match=re.escape(said)):
        create_app(settings(tmp_path, **given))


def test_the_settings_are_read_from_the_environment(tmp_path: Path):
    env = {
        "GRIDCRM_DATA_DIR": str(tmp_path),
        "GRIDCRM_BASEMAP": "https://tiles.bank/{z}/{x}/{y}.png",
        "GRIDCRM_BASEMAP_HOSTS": "tiles.bank, Other.bank",
        "GRIDCRM_BASEMAP_DATUM": "GCJ02",
        "GRIDCRM_BASEMAP_CREDIT": "© 图",
    }
    base = basemap_of(load(env))
    assert base is not None
    assert (base.datum, base.credit, base.source.kind) == (Datum.GCJ02, "© 图", TileKind.RASTER)


async def test_a_pmtiles_file_is_read_on_this_machine(tmp_path: Path):
    path = tmp_path / "town.pmtiles"
    town = geopandas.GeoDataFrame(
        {"name": ["南溪"]}, geometry=[shapely.box(125.4, 43.7, 125.5, 43.8)], crs=4326
    )
    town.to_crs(3857).to_file(
        path, driver="PMTiles", engine="pyogrio", layer="water", MINZOOM=4, MAXZOOM=9
    )
    base = basemap_of(settings(tmp_path, basemap=str(path)))
    assert base is not None
    assert (base.source.kind, base.source.deepest) == (TileKind.VECTOR, 9)

    found = await base.tile(9, 434, 186)

    assert found is not None
    assert found.packed
    assert "南溪".encode() in gzip.decompress(found.content)
    assert await base.tile(9, 0, 0) is None


def test_shapes_are_drawn_in_the_datum_of_the_base_map():
    here = np.array([shapely.Point(125.47, 43.78)], dtype=object)
    (moved,) = drawn_in(Datum.GCJ02, here)
    assert (moved.x, moved.y) == convert(125.47, 43.78, Datum.WGS84, Datum.GCJ02)
    assert drawn_in(Datum.WGS84, here) is here
