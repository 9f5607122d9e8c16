"""Broken and hostile files: each is an error with its reason, and the caller goes on."""

import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import FormatError
from geo.formats import reader as reading
from geo.formats.kinds import recognise
from geo.formats.limits import Limits
from geo.formats.reader import read
from geo.formats.reading import Fault
from tests.geo.formats import files
from tests.geo.formats.conftest import Read

POINT = {"type": "Point", "coordinates": [113.9, 22.5]}
QUIET = Limits(seconds=20)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files.every_format(tmp_path_factory.mktemp("good"))


@pytest.mark.parametrize(
    "name",
    [
        "made.geojson",
        "made.gpkg",
        "made.parquet",
        "made.zip",
        "made.kml",
        "made.kmz",
        "made.osm",
        "made.osm.pbf",
    ],
)
def test_a_file_that_was_cut_off_is_refused_with_its_reason(name: str, good: dict[str, bytes]):
    whole = good[name]

    with pytest.raises(FormatError) as refused:
        read(whole[: len(whole) * 3 // 5], name, limits=QUIET)

    assert refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["made.gpkg", "made.osm.pbf"])
def test_noise_behind_a_right_beginning_is_refused(name: str, good: dict[str, bytes]):
    noise = np.random.default_rng(1).bytes(5000)

    with pytest.raises(FormatError):
        read(good[name][:60] + noise, name, limits=QUIET)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"name,lon,lat\n", "none of the known formats"),
        (b"\x00\x00\x27\x0a" + bytes(96), r"one file of a Shapefile.*zip"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "none of the known formats"),
        (b"<gpx></gpx>", "none of the known formats"),
        (b"%PDF-1.7", "none of the known formats"),
    ],
)
def test_what_is_no_map_file_is_refused_before_anything_is_started(content: bytes, why: str):
    with pytest.raises(FormatError, match=why):
        read(content, "cells.gpkg")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[]", "not GeoJSON"),
        (b"{}", "not GeoJSON"),
        (b'{"type": 7}', "not GeoJSON"),
        (b'{"type": "FeatureCollection"}', "no list of features"),
        (b"[" * 100_000, "not GeoJSON"),
        (b'{"type": "Topology"', "not GeoJSON"),
        (b'{"type": "\xff\xfe"}', "not GeoJSON"),
    ],
)
def test_json_that_is_no_geojson_is_refused(content: bytes, why: str, read_here: Read):
    with pytest.raises(FormatError, match=why):
        read_here(content)


def test_shapes_full_of_nan_are_refused_one_by_one(read_here: Read, tmp_path: Path):
    content = files.frame()
    with np.errstate(invalid="ignore"):
        content.loc[0, "geometry"] = shapely.LineString([(np.nan, np.nan), (np.inf, 22.5)])
    content.loc[1, "geometry"] = None

    for made in (
        read_here(files.geopackage(tmp_path, ("cells", content))),
        read_here(files.geoparquet(tmp_path, content)),
    ):
        assert made.refused == ((1, "", Fault.NOT_A_NUMBER), (2, "", Fault.NO_GEOMETRY))
        assert len(made) == 1


def test_shapes_that_are_no_shapes_are_refused_one_by_one(read_here: Read, tmp_path: Path):
    path = tmp_path / "made.parquet"
    path.write_bytes(files.geoparquet(tmp_path))
    table = pq.read_table(path)
    nan = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<d", np.nan) * 8
    wkb = [b"\x01\x03\x00\x00\x00\xff\xff\xff\xff", b"", nan]
    at = table.column_names.index("geometry")
    pq.write_table(table.set_column(at, "geometry", pa.array(wkb, pa.binary())), path)

    made = read_here(path)

    assert [item.fault for item in made.refused[:2]] == [Fault.UNREADABLE] * 2
    assert made.refused[2].fault in (Fault.UNREADABLE, Fault.NOT_A_NUMBER)


def test_a_zip_bomb_is_stopped_by_what_it_says_and_by_what_it_holds(read_here: Read):
    bomb = files.zipped({"cells.shp": bytes(3_000_000)})
    limits = Limits(unpacked_bytes=1_000_000)

    with pytest.raises(FormatError, match="Unpacked"):
        read_here(bomb, limits=limits)
    with pytest.raises(FormatError):
        read_here(_understated(bomb, 3_000_000, 100), limits=limits)


def test_more_is_never_unpacked_than_is_allowed_in_all(read_here: Read):
    parts = {"cells.shp": bytes(600_000), "cells.dbf": bytes(600_000)}
    content = _understated(files.zipped(parts), 600_000, 300_000)

    with pytest.raises(FormatError):
        read_here(content, limits=Limits(unpacked_bytes=1_000_000))


def test_a_zip_of_ten_thousand_files_is_refused(read_here: Read):
    with pytest.raises(FormatError, match="more than 10,000 files"):
        read_here(files.zipped({f"{n}.txt": b"" for n in range(10_001)}))


@pytest.mark.parametrize(
    "name", ["../../cells.shp", "/etc/cells.shp", "a\\..\\..\\cells.shp", "C:/x.shp"]
)
def test_a_zip_with_a_path_outside_is_refused(name: str, read_here: Read):
    with pytest.raises(FormatError, match="outside of itself"):
        read_here(files.zipped({name: b"x"}))


def test_a_locked_zip_is_refused(read_here: Read):
    content = bytearray(files.zipped({"cells.shp": b"x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1

    with pytest.raises(FormatError, match="password"):
        read_here(bytes(content))


def test_a_zip_without_a_map_is_refused(read_here: Read):
    with pytest.raises(FormatError, match=r"neither a Shapefile nor a KML.*\.prj"):
        read_here(files.zipped({"readme.txt": b"x", "__MACOSX/._cells.shp": b"x"}))


def test_a_zip_without_its_end_is_refused(read_here: Read):
    with pytest.raises(FormatError, match=r"zip file is damaged.*Pack it again"):
        read_here(files.zipped({"cells.shp": b"x" * 100})[:-30])


def test_a_zip_packed_in_an_unknown_way_is_refused(read_here: Read):
    content = bytearray(files.zipped({"cells.shp": b"x" * 100}))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + at] = 99

    with pytest.raises(FormatError, match="damaged"):
        read_here(bytes(content))


def test_a_member_of_a_zip_that_is_damaged_is_refused(read_here: Read):
    content = bytearray(files.zipped({"cells.shp": bytes(range(256)) * 20}))
    content[60:80] = bytes(20)

    with pytest.raises(FormatError, match="zip file is damaged"):
        read_here(bytes(content))


def test_a_kml_file_that_laughs_a_billion_times_is_refused(read_here: Read):
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    content = files.kml(files.placemark("&l9;", "1,2"), head=f"<!DOCTYPE kml [{''.join(lines)}]>")

    with pytest.raises(FormatError, match="its own entities"):
        read_here(content)
    with pytest.raises(FormatError, match="its own entities"):
        read_here(files.zipped({"doc.kml": content}))


def test_a_kml_file_that_is_no_xml_is_refused(read_here: Read):
    with pytest.raises(FormatError, match="KML file is damaged"):
        read_here(files.kml("<Placemark>"))


def test_an_osm_file_with_entities_is_refused():
    content = files.OSM.replace(b"?><osm", b'?><!DOCTYPE osm [<!ENTITY a "b">]><osm', 1)

    with pytest.raises(FormatError, match="entities"):
        read(content)


def test_a_kml_file_that_reads_other_files_gets_none_of_them(tmp_path: Path):
    secret = tmp_path / "secret.kml"
    secret.write_bytes(files.kml(files.placemark("secret", "1,2")))
    link = f"<NetworkLink><Link><href>{secret}</href></Link></NetworkLink>"

    made = read(files.kml(link, files.placemark("open", "1,2")))

    assert made.columns["name"] == ["open"]


def test_the_reader_knows_no_driver_that_looks_at_the_network_or_elsewhere():
    listed = subprocess.run(
        [sys.executable, "-c", "import pyogrio; print(sorted(pyogrio.list_drivers()))"],
        env=reading._ENVIRONMENT | {"GDAL_SKIP": reading._other_drivers()},
        capture_output=True,
        text=True,
        check=True,
    )

    assert listed.stdout.strip() == "['ESRI Shapefile', 'GPKG', 'LIBKML']"


def test_the_readers_gdal_opens_no_address(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"/vsicurl/http://127.0.0.1:{server.getsockname()[1]}/cells.gpkg"
        asked = subprocess.run(
            [sys.executable, "-c", f"import pyogrio; pyogrio.list_layers({address!r})"],
            env=reading._ENVIRONMENT | {"GDAL_SKIP": reading._other_drivers()},
            capture_output=True,
            check=False,
        )

        assert asked.returncode != 0
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(file_bytes=100), "at most 0 MB"),
        (Limits(features=1), "more than 1 features"),
        (Limits(vertices=1), "more than 1 corners"),
    ],
)
@pytest.mark.parametrize(
    "name", ["made.geojson", "made.gpkg", "made.parquet", "made.zip", "made.kml", "made.osm"]
)
def test_what_is_beyond_the_limits_is_refused(
    name: str, limits: Limits, why: str, good: dict[str, bytes], read_here: Read
):
    more = {
        "made.geojson": files.geojson(*[files.feature(POINT)] * 2),
        "made.kml": files.kml(*[files.placemark("大冲", "113.9,22.5")] * 2),
    }

    with pytest.raises(FormatError, match=why):
        read_here((good | more)[name], limits=limits)


def test_a_parquet_file_that_unpacks_into_too_much_is_refused(read_here: Read, tmp_path: Path):
    content = files.geoparquet(tmp_path)

    with pytest.raises(FormatError, match="Unpacked"):
        read_here(content, limits=Limits(unpacked_bytes=100))


def test_a_view_without_an_end_is_stopped(tmp_path: Path):
    path = tmp_path / "made.gpkg"
    path.write_bytes(files.geopackage(tmp_path))
    with sqlite3.connect(path) as database:
        database.executescript("""
            create view endless as with recursive n(i) as (select 1 union all select i + 1 from n)
              select i as fid, geom from n join cells on cells.fid = 1;
            update gpkg_contents set table_name = 'endless';
            update gpkg_geometry_columns set table_name = 'endless';
        """)
    database.close()

    with pytest.raises(FormatError):
        read(path, limits=Limits(seconds=3, features=100_000))


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch):
    _run_instead(monkeypatch, "import time; time.sleep(60)")
    start = time.monotonic()

    with pytest.raises(FormatError, match="longer than 1 seconds"):
        read(files.geojson(files.feature(POINT)), limits=Limits(seconds=1))

    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (signal.SIGKILL, "made its reader stop"),
        (signal.SIGSEGV, "made its reader stop"),
        (signal.SIGXCPU, "longer than 60 seconds"),
    ],
)
def test_a_reader_that_is_killed_is_an_error_of_the_file(
    number: int, why: str, monkeypatch: pytest.MonkeyPatch
):
    _run_instead(monkeypatch, f"import os; os.kill(os.getpid(), {int(number)})")

    with pytest.raises(FormatError, match=why):
        read(files.geojson(files.feature(POINT)))


def test_a_reader_gets_no_more_memory_than_it_may_have():
    content = files.geojson(*[files.feature({"type": "Point", "coordinates": [1, 2]})] * 200_000)

    with pytest.raises(FormatError, match=r"memory|reader stop"):
        read(content, limits=Limits(memory_bytes=300 * 1024 * 1024))


def test_nothing_is_left_of_a_file_that_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading.tempfile, "tempdir", str(tmp_path))

    read(files.geojson(files.feature(POINT)))
    with pytest.raises(FormatError):
        read(b'{"type": 7}')

    assert list(tmp_path.iterdir()) == []


def test_a_zip_counts_as_a_shapefile_until_it_is_opened():
    assert recognise(files.zipped({"doc.kml": b""})) == "shapefile"


def _run_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the reading process do something else."""
    run: Callable[..., object] = subprocess.run

    def other(_command: object, **options: object) -> object:
        return run([sys.executable, "-c", code], **options)

    monkeypatch.setattr(reading.subprocess, "run", other)


def _understated(content: bytes, size: int, said: int) -> bytes:
    """Return a zip file that says less about the size of its members than is true."""
    return content.replace(size.to_bytes(4, "little"), said.to_bytes(4, "little"))
