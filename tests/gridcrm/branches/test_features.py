import json
from pathlib import Path

import pytest

from geo import Datum, convert
from gridcrm.branches.features import Features, read_features, text_of
from gridcrm.core.errors import InvalidInput
from gridcrm.core.uploads import Upload
from tests.geo.formats import files

POINT = {"type": "Point", "coordinates": [125.47, 43.78]}


def read(*features: object) -> Features:
    return read_features(Upload("a.geojson", files.geojson(*features)), Datum.WGS84)


def test_a_feature_keeps_its_id_and_its_properties():
    given = read(files.feature(POINT, id="n1", properties={"name": " 大冲 "}))

    (point,) = given.good
    assert (given.bad, given.has_tags, given.remarks) == ([], False, [])
    assert (point.number, point.ref, text_of(point, "name")) == (1, "n1", "大冲")
    assert (point.shape.x, point.shape.y) == (125.47, 43.78)


@pytest.mark.parametrize("properties", [{"@id": "way/7"}, {"id": "way/7"}])
def test_an_id_may_stand_in_a_property(properties: dict[str, object]):
    (point,) = read(files.feature(POINT, properties=properties)).good

    assert point.ref == "way/7"


def test_coordinates_of_amap_are_turned_into_wgs84():
    lon, lat = convert(125.47, 43.78, Datum.WGS84, Datum.GCJ02)
    content = files.geojson(files.feature({"type": "Point", "coordinates": [lon, lat]}))

    (point,) = read_features(Upload("a.json", content), Datum.GCJ02).good

    assert (point.shape.x, point.shape.y) == pytest.approx((125.47, 43.78), abs=1e-9)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "It has no geometry."),
        ({"type": "Point", "coordinates": ["east", "north"]}, "Its coordinates can't be read."),
        (
            {"type": "Point", "coordinates": [43.78, 125.47]},
            "Longitude and latitude look exchanged.",
        ),
        ({"type": "Point", "coordinates": [425, 43.78]}, "A coordinate is out of range."),
        ({"type": "Point", "coordinates": [1e400, 43.78]}, "A coordinate is not a number."),
        (
            {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1], [1, 1]]]},
            "The area covers no ground.",
        ),
        (
            {"type": "GeometryCollection", "geometries": [POINT]},
            "It is not a point, line or area.",
        ),
    ],
)
def test_a_feature_that_cant_be_used_says_why_and_the_others_stay(geometry: object, reason: str):
    given = read(files.feature(geometry), files.feature(POINT))

    assert [item.reason for item in given.bad] == [reason]
    assert [(item.number, item.ref) for item in given.bad] == [(1, "")]
    assert [item.number for item in given.good] == [2]


def test_what_is_no_feature_at_all_is_reported():
    given = read("a text", 7, files.feature(POINT))

    assert [item.reason for item in given.bad] == ["This is not a feature."] * 2


@pytest.mark.parametrize("content", [b"", b"name,lon,lat", b"[]", b'{"type": "Topology"'])
def test_what_is_no_map_file_is_refused_beside_the_file(content: bytes):
    with pytest.raises(InvalidInput) as refused:
        read_features(Upload("a.geojson", content), Datum.WGS84)

    assert list(refused.value.fields) == ["file"]


def test_an_empty_collection_is_refused():
    with pytest.raises(InvalidInput) as refused:
        read()

    assert refused.value.fields == {"file": "There is no feature in this file."}


def test_marks_that_no_database_takes_are_dropped():
    properties = {"name": "大\ud800冲\u0000"}
    content = json.dumps(files.feature(POINT, id="n\u0000" + "1", properties=properties))

    (point,) = read_features(Upload("a.json", content.encode()), Datum.WGS84).good

    assert (point.ref, text_of(point, "name")) == ("n1", "大冲")


def test_a_very_long_id_is_shortened_and_stays_different():
    given = read(*(files.feature(POINT, id="x" * 300 + end) for end in "12"))

    assert len({f.ref for f in given.good}) == 2
    assert all(len(f.ref) <= 64 for f in given.good)


def test_of_a_geopackage_one_layer_is_read_and_that_is_said(tmp_path: Path):
    content = files.geopackage(tmp_path, ("cells", files.frame()), ("more", files.frame()[:1]))

    first = read_features(Upload("a.gpkg", content), Datum.WGS84)
    second = read_features(Upload("a.gpkg", content), Datum.WGS84, "more")

    assert (len(first.good), len(second.good)) == (3, 1)
    assert "several layers" in first.remarks[0][0]
    assert [text_of(feature, "name") for feature in first.good] == ["大冲", "", "白石洲"]


def test_an_osm_file_has_tags():
    assert read_features(Upload("a.osm", files.OSM), Datum.WGS84).has_tags
