"""What every format gives: shapes in WGS 84, attributes, the layer and the coordinates found."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geo import Datum, convert
from geo.errors import FormatError
from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.reader import read
from geo.formats.reading import Fault
from tests.geo.formats import files
from tests.geo.formats.conftest import Read
from tests.shared_data import shared_data

POINT = {"type": "Point", "coordinates": [113.9, 22.5]}
FORMATS = {
    "made.geojson": Format.GEOJSON,
    "made.gpkg": Format.GEOPACKAGE,
    "made.parquet": Format.GEOPARQUET,
    "made.zip": Format.SHAPEFILE,
    "made.kml": Format.KML,
    "made.kmz": Format.KMZ,
    "made.osm": Format.OSM_XML,
    "made.osm.pbf": Format.OSM_PBF,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_in_a_process_of_its_own(name: str, tmp_path: Path):
    made = read(files.every_format(tmp_path)[name], name)

    assert made.format is FORMATS[name]
    assert made.remarks == () or "osm" in name
    assert made.frame.crs == "EPSG:4326"
    assert (shapely.get_x(shapely.centroid(made.shapes)) > 113.89).all()


def test_a_file_on_disk_is_read_as_well_as_its_bytes(read_here: Read, tmp_path: Path):
    path = tmp_path / "cells.gpkg"
    path.write_bytes(files.geopackage(tmp_path))

    assert len(read_here(path)) == 3


@pytest.mark.parametrize("name", ["made.gpkg", "made.parquet", "made.zip"])
def test_attributes_keep_their_values_and_what_is_missing_is_none(
    name: str, read_here: Read, tmp_path: Path
):
    made = read_here(files.every_format(tmp_path)[name])

    assert made.columns["name"] == files.NAMES
    assert made.columns["homes"] == files.HOMES
    assert made.frame["name"].tolist() == files.NAMES
    assert made.numbers.tolist() == [1, 2, 3]
    assert made.counts == {"Polygon": 3, "refused": 0}


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32650", "EPSG:4490"])
@pytest.mark.parametrize("name", ["made.gpkg", "made.parquet", "made.zip"])
def test_other_coordinates_come_back_as_degrees(
    name: str, crs: str, read_here: Read, tmp_path: Path
):
    there = files.frame(crs)
    content = {
        "made.gpkg": lambda: files.geopackage(tmp_path, ("cells", there)),
        "made.parquet": lambda: files.geoparquet(tmp_path, there),
        "made.zip": lambda: files.zipped(files.shapefile(tmp_path, there)),
    }[name]()

    made = read_here(content)

    assert made.crs == crs
    for shape, known in zip(made.shapes, files.SHAPES, strict=True):
        assert shapely.hausdorff_distance(shape, known) < 1e-8


def test_a_rough_way_to_wgs84_is_said(read_here: Read, tmp_path: Path):
    made = read_here(files.geopackage(tmp_path, ("old", files.frame("EPSG:4555"))))

    assert "rough way from EPSG:4555" in str(made.remarks[0])


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("name", ["made.gpkg", "made.parquet", "made.zip"])
def test_unknown_coordinates_are_an_error_that_says_what_to_do(
    name: str, read_here: Read, tmp_path: Path
):
    there = files.frame(None)
    content = {
        "made.gpkg": lambda: files.geopackage(tmp_path, ("cells", there)),
        "made.parquet": lambda: files.geoparquet(tmp_path, there),
        "made.zip": lambda: files.zipped(files.shapefile(tmp_path, there)),
    }[name]()

    with pytest.raises(FormatError, match=r"in which coordinates.*\.prj.*EPSG:4326"):
        read_here(content)
    assert read_here(content, crs="EPSG:4326").shapes[0].equals(files.SHAPES[0])


def test_the_datum_that_is_told_is_undone(read_here: Read):
    lon, lat = convert(113.9, 22.5, Datum.WGS84, Datum.GCJ02)
    content = files.geojson(files.feature({"type": "Point", "coordinates": [lon, lat]}))

    point = read_here(content, datum=Datum.GCJ02).shapes[0]

    assert (point.x, point.y) == pytest.approx((113.9, 22.5), abs=1e-9)


def test_a_shifted_web_map_is_first_flattened_out_and_then_shifted_back(read_here: Read):
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(
        *convert(113.9, 22.5, Datum.WGS84, Datum.GCJ02)
    )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    content = files.geojson(files.feature({"type": "Point", "coordinates": [x, y]}), crs=crs)

    point = read_here(content, datum=Datum.GCJ02).shapes[0]

    assert (point.x, point.y) == pytest.approx((113.9, 22.5), abs=1e-8)


def test_of_several_layers_the_first_or_the_one_that_was_asked_for_is_read(
    read_here: Read, tmp_path: Path
):
    content = files.geopackage(tmp_path, ("cells", files.frame()), ("more", files.frame()[:1]))

    first, second = read_here(content), read_here(content, layer="more")

    assert (first.layer, first.layers, len(first)) == ("cells", ("cells", "more"), 3)
    assert str(first.remarks[0]) == "The file has several layers: cells, more. Read was: cells."
    assert (second.layer, len(second), second.remarks) == ("more", 1, ())
    with pytest.raises(FormatError, match=r"no layer roads.*cells, more"):
        read_here(content, layer="roads")


@pytest.mark.parametrize("name", ["made.geojson", "made.parquet", "made.osm"])
def test_a_file_without_layers_has_none_to_choose(name: str, read_here: Read, tmp_path: Path):
    with pytest.raises(FormatError, match="no layer roads"):
        read_here(files.every_format(tmp_path)[name], layer="roads")


def test_a_table_without_shapes_is_refused(read_here: Read, tmp_path: Path):
    table = files.frame().drop(columns="geometry")
    path = tmp_path / "plain.gpkg"
    import pyogrio

    pyogrio.write_dataframe(table, path, driver="GPKG")

    with pytest.raises(FormatError, match="no layer with shapes"):
        read_here(path.read_bytes())


def test_a_name_that_promises_another_format_is_remarked(read_here: Read, tmp_path: Path):
    content = files.geojson(files.feature(POINT))

    made = read_here(content, "cells.gpkg")

    assert str(made.remarks[0]) == "The name promises GeoPackage, but the file is GeoJSON."
    assert read_here(content, "cells.txt").remarks == ()
    assert read_here(content, "cells.json").remarks == ()
    assert read_here(files.zipped({"doc.kml": files.kml()}), "places.zip").remarks == ()


def test_the_frame_has_the_ids_unless_an_attribute_has_their_name(read_here: Read):
    own = files.geojson(files.feature(POINT, id="n1"), files.feature(POINT))
    both = files.geojson(files.feature(POINT, id="n1", properties={"id": 7}))

    assert read_here(own).frame["id"].tolist() == ["n1", None]
    assert read_here(both).frame["id"].tolist() == [7]
    assert "id" not in read_here(files.geojson(files.feature(POINT))).frame


def test_columns_of_numbers_are_numbers_in_the_frame(read_here: Read):
    rows = [{"n": 1, "share": 0.5, "open": True}, {"n": 2, "share": 1, "open": False}]
    content = files.geojson(*(files.feature(POINT, properties=row) for row in rows))

    frame = read_here(content).frame

    assert frame["n"].dtype == np.int64
    assert frame["share"].dtype == np.float64
    assert frame["open"].dtype == np.bool_


def test_an_attribute_called_geometry_gets_a_free_name(read_here: Read):
    values = {"geometry": "flat", "geometry_": 1}

    frame = read_here(files.geojson(files.feature(POINT, properties=values))).frame

    assert frame["geometry__"].tolist() == ["flat"]
    assert frame.geometry.geom_type.tolist() == ["Point"]


def test_of_too_many_columns_the_most_frequent_are_kept(read_here: Read, tmp_path: Path):
    rows = [{"name": "a", "x": 1}, {"name": "b", "y": 1}, {"name": "c", "z": 1}]
    content = files.geojson(*(files.feature(POINT, properties=row) for row in rows))

    made = read_here(content, limits=Limits(columns=1))
    parquet = read_here(files.geoparquet(tmp_path), limits=Limits(columns=1))

    assert made.columns == {"name": ["a", "b", "c"]}
    assert str(made.remarks[0]) == "Of 4 columns the 1 most frequent are kept."
    assert list(parquet.columns) == ["code"]


def test_an_empty_layer_is_a_reading_without_features(read_here: Read, tmp_path: Path):
    made = read_here(files.geopackage(tmp_path, ("cells", files.frame()[:0])))

    assert (len(made), made.counts, made.frame.crs) == (0, {"refused": 0}, "EPSG:4326")


def test_a_bow_tie_is_mended_and_that_is_said(read_here: Read):
    bow_tie = [[0, 0, 7], [2, 2, 7], [2, 0, 7], [0, 2, 7], [0, 0, 7]]

    made = read_here(files.geojson(files.feature({"type": "Polygon", "coordinates": [bow_tie]})))

    assert made.shapes[0].is_valid
    assert not made.shapes[0].has_z
    assert made.shapes[0].area == pytest.approx(2)
    assert "mended: 1" in str(made.remarks[0])


@pytest.mark.parametrize(
    ("geometry", "fault"),
    [
        (None, Fault.NO_GEOMETRY),
        ({"type": "Point"}, Fault.NO_GEOMETRY),
        ({"type": "Point", "coordinates": []}, Fault.NO_GEOMETRY),
        ({"type": "Polygon", "coordinates": [[]]}, Fault.NO_GEOMETRY),
        ({"type": "Point", "coordinates": ["east", "north"]}, Fault.UNREADABLE),
        ({"type": "Point", "coordinates": {"x": 1}}, Fault.UNREADABLE),
        ({"type": "Point", "coordinates": [10**400, 43.78]}, Fault.UNREADABLE),
        ({"type": "Star", "coordinates": [1, 2]}, Fault.UNREADABLE),
        ({"type": "Point", "coordinates": [43.78, 125.47]}, Fault.SWAPPED),
        ({"type": "Point", "coordinates": [425, 43.78]}, Fault.OUT_OF_RANGE),
        ({"type": "Point", "coordinates": [10**300, 43.78]}, Fault.OUT_OF_RANGE),
        ({"type": "Point", "coordinates": [1e400, 43.78]}, Fault.NOT_A_NUMBER),
        (
            {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1], [1, 1]]]},
            Fault.NO_GROUND,
        ),
        ({"type": "GeometryCollection", "geometries": [POINT]}, Fault.KIND),
    ],
)
def test_a_feature_that_cant_be_used_says_why_and_the_others_stay(
    geometry: object, fault: Fault, read_here: Read
):
    made = read_here(files.geojson(files.feature(geometry, id="n7"), files.feature(POINT)))

    assert made.refused == ((1, "n7", fault),)
    assert made.numbers.tolist() == [2]


def test_what_is_no_feature_at_all_is_refused(read_here: Read):
    made = read_here(files.geojson("a text", 7, files.feature(POINT)))

    assert made.refused == ((1, "", Fault.NOT_A_FEATURE), (2, "", Fault.NOT_A_FEATURE))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a": [1, "二"]}, '{"a": [1, "二"]}'),
        (2**70, str(2**70)),
        (float("nan"), None),
        (True, True),
        (0.25, 0.25),
    ],
)
def test_every_value_becomes_a_plain_one(value: object, kept: object, read_here: Read):
    content = files.geojson(files.feature(POINT, properties={"value": value}))

    assert read_here(content).columns["value"] == [kept]


@pytest.mark.parametrize(
    "content",
    [b'\xef\xbb\xbf {"type": "Point", "coordinates": [1, 2]}', json.dumps(POINT).encode()],
)
def test_a_lone_geometry_is_a_feature(content: bytes, read_here: Read):
    assert len(read_here(content)) == 1


@pytest.mark.parametrize(
    "crs", [{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, None, 7]
)
def test_stated_or_missing_wgs84_is_taken_as_it_is(crs: object, read_here: Read):
    assert read_here(files.geojson(files.feature(POINT), crs=crs)).crs == "OGC:CRS84"


def test_coordinates_that_nobody_knows_are_refused(read_here: Read):
    crs = {"type": "name", "properties": {"name": "the town's own"}}
    moon = {"type": "name", "properties": {"name": "IAU_2015:30100"}}

    for said in (crs, moon):
        with pytest.raises(FormatError, match=r"no way leads to WGS 84.*EPSG:4326"):
            read_here(files.geojson(files.feature(POINT), crs=said))


def test_districts_drawn_on_amap_come_back_to_where_they_are(read_here: Read):
    path = shared_data("changchun_admin", "districts_gcj02.geojson")

    there, drawn = read_here(path, datum=Datum.GCJ02), read_here(path)

    assert there.counts == {"MultiPolygon": 11, "refused": 0}
    assert "南关区" in there.columns["name"]
    lon, lat = shapely.get_coordinates(there.shapes).T
    again = np.column_stack(convert(lon, lat, Datum.WGS84, Datum.GCJ02))
    assert np.abs(again - shapely.get_coordinates(drawn.shapes)).max() < 1e-9
    assert np.abs(shapely.get_coordinates(drawn.shapes)[:, 0] - lon).min() > 0.003


def test_every_layer_of_a_real_town_holds_what_its_report_says(read_here: Read):
    report = json.loads(shared_data("shenzhen_nanshan_osm", "build_report.json").read_text())

    for name, known in report["layers"].items():
        made = read_here(shared_data("shenzhen_nanshan_osm", "layers", f"{name}.geojson"))
        named = sum(value is not None for value in made.columns.get("name", ()))
        assert (len(made) + len(made.refused), named) == (known["features"], known["named"])


def test_folders_of_a_kml_file_are_read_together_or_one_of_them(read_here: Read):
    folders = [
        f"<Folder><name>{name}</name>{files.placemark(name, '113.9,22.5')}</Folder>"
        for name in ("小区", "学校")
    ]

    both, one = read_here(files.kml(*folders)), read_here(files.kml(*folders), layer="学校")

    assert both.columns["folder"] == both.columns["name"] == ["小区", "学校"]
    assert both.columns["kind"] == ["community"] * 2
    assert (both.layers, both.remarks) == (("小区", "学校"), ())
    assert (one.layer, one.columns["name"]) == ("学校", ["学校"])
