"""GeoParquet as different programs write it."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import FormatError
from geo.formats.reading import Fault
from tests.geo.formats import files
from tests.geo.formats.conftest import Read

POINTS = shapely.points([(1, 2), (3, 4)])
LINES = shapely.linestrings([[(1, 2), (3, 4)], [(5, 6), (7, 8)]])
AREAS = [shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2), shapely.box(4, 4, 5, 5)]


@pytest.mark.parametrize(
    "shapes",
    [
        POINTS,
        LINES,
        AREAS,
        [shapely.MultiPoint(POINTS), shapely.MultiPoint(POINTS[:1])],
        [shapely.MultiLineString(list(LINES)), shapely.MultiLineString(list(LINES[:1]))],
        [shapely.MultiPolygon(AREAS), shapely.MultiPolygon(AREAS[1:])],
    ],
    ids=lambda shapes: shapes[0].geom_type,
)
def test_shapes_as_arrays_of_coordinates_are_read(shapes: object, read_here: Read, tmp_path: Path):
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=list(shapes), crs="EPSG:4326")  # type: ignore[call-overload]
    content = files.geoparquet(tmp_path, frame, geometry_encoding="geoarrow")

    made = read_here(content)

    assert [a.equals(b) for a, b in zip(made.shapes, frame.geometry, strict=True)] == [True] * 2


def test_a_missing_shape_in_an_array_is_refused(read_here: Read, tmp_path: Path):
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[POINTS[0], None], crs="EPSG:4326")

    made = read_here(files.geoparquet(tmp_path, frame, geometry_encoding="geoarrow"))

    assert made.refused == ((2, "", Fault.NO_GEOMETRY),)


def test_times_become_text_and_bytes_are_left_out(read_here: Read, tmp_path: Path):
    frame = files.frame()
    frame["seen"] = pd.Timestamp("2026-11-22 08:00:00.000000123")
    frame["raw"] = b"\x00\x01"

    made = read_here(files.geoparquet(tmp_path, frame))

    assert made.columns["seen"] == ["2026-11-22T08:00:00"] * 3
    assert made.columns["raw"] == [None] * 3


@pytest.mark.parametrize(
    "about",
    [
        None,
        b"not json",
        b"[]",
        b'{"primary_column": "shape", "columns": {}}',
    ],
)
def test_parquet_that_names_no_shapes_is_refused(
    about: bytes | None, read_here: Read, tmp_path: Path
):
    with pytest.raises(FormatError, match="where its shapes are"):
        read_here(_renamed(tmp_path, about))


def test_an_unknown_encoding_is_refused(read_here: Read, tmp_path: Path):
    about = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "TopoJSON"}}}

    with pytest.raises(FormatError, match="topojson"):
        read_here(_renamed(tmp_path, json.dumps(about).encode()))


def test_without_a_word_the_coordinates_are_wgs84(read_here: Read, tmp_path: Path):
    about = {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}

    assert read_here(_renamed(tmp_path, json.dumps(about).encode())).crs == "OGC:CRS84"


def _renamed(folder: Path, about: bytes | None) -> bytes:
    """Return a Parquet file that says something else of its shapes."""
    path = folder / "made.parquet"
    path.write_bytes(files.geoparquet(folder))
    table = pq.read_table(path)
    metadata = {} if about is None else {b"geo": about}
    pq.write_table(
        pa.Table.from_batches(table.to_batches()).replace_schema_metadata(metadata), path
    )
    return path.read_bytes()
