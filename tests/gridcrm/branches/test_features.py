import json

import pytest

from geo import Datum, convert
from gridcrm.branches.features import MOST_FEATURES, read_features, text_of
from gridcrm.core.errors import InvalidInput

POINT = {"type": "Point", "coordinates": [125.47, 43.78]}


def file(*features: object, **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def feature(geometry: object, **members: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {}, "geometry": geometry, **members}


def reasons(*features: object) -> list[str]:
    _, bad = read_features(file(*features), Datum.WGS84)
    return [item.reason.format(**item.params) for item in bad]


def test_a_feature_keeps_its_id_and_its_properties():
    (point,), bad = read_features(
        file(feature(POINT, id="n1", properties={"name": " 大冲 "})), Datum.WGS84
    )

    assert bad == []
    assert (point.number, point.ref, text_of(point, "name")) == (1, "n1", "大冲")
    assert (point.shape.x, point.shape.y) == (125.47, 43.78)


def test_coordinates_of_amap_are_turned_into_wgs84():
    lon, lat = convert(125.47, 43.78, Datum.WGS84, Datum.GCJ02)
    there = {"type": "LineString", "coordinates": [[lon, lat], [lon + 0.001, lat]]}

    (line,), _ = read_features(file(feature(there)), Datum.GCJ02)

    assert line.shape.coords[0] == pytest.approx((125.47, 43.78), abs=1e-9)


def test_heights_are_dropped_and_a_bow_tie_is_mended():
    bow_tie = [[0, 0, 7], [2, 2, 7], [2, 0, 7], [0, 2, 7], [0, 0, 7]]

    (area,), bad = read_features(
        file(feature({"type": "Polygon", "coordinates": [bow_tie]})), Datum.WGS84
    )

    assert bad == []
    assert area.shape.is_valid
    assert not area.shape.has_z
    assert area.shape.area == pytest.approx(2)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "It has no geometry."),
        ({"type": "Point", "coordinates": []}, "It has no geometry."),
        ({"type": "Point", "coordinates": ["east", "north"]}, "Its coordinates can't be read."),
        (
            {"type": "Point", "coordinates": [43.78, 125.47]},
            "Longitude and latitude look exchanged.",
        ),
        ({"type": "Point", "coordinates": [425, 43.78]}, "A coordinate is out of range."),
        ({"type": "Point", "coordinates": [1e400, 43.78]}, "A coordinate is not a number."),
        ({"type": "Point", "coordinates": [10**400, 43.78]}, "Its coordinates can't be read."),
        ({"type": "Point", "coordinates": [10**300, 43.78]}, "A coordinate is out of range."),
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
    good, bad = read_features(file(feature(geometry), feature(POINT)), Datum.WGS84)

    assert [item.reason.format(**item.params) for item in bad] == [reason]
    assert [(item.number, item.ref) for item in bad] == [(1, "")]
    assert [item.number for item in good] == [2]


def test_what_is_no_feature_at_all_is_reported():
    assert reasons("a text", 7, feature(POINT)) == ["This is not a feature."] * 2


@pytest.mark.parametrize(
    "content",
    [b"", b"name,lon,lat", b"[]", b"{}", b"\xff\xfe\x00", b"[" * 100_000, b'{"type": "Topology"'],
)
def test_what_is_not_geojson_is_refused(content: bytes):
    with pytest.raises(InvalidInput) as refused:
        read_features(content, Datum.WGS84)

    assert "GeoJSON" in refused.value.fields["file"]


def test_an_empty_and_an_overlong_collection_are_refused():
    for features in ([], [feature(POINT)] * (MOST_FEATURES + 1)):
        with pytest.raises(InvalidInput):
            read_features(file(*features), Datum.WGS84)


def test_metres_instead_of_degrees_are_refused():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}

    with pytest.raises(InvalidInput, match="correction") as refused:
        read_features(file(feature(POINT), crs=crs), Datum.WGS84)

    assert "EPSG:4326" in refused.value.fields["file"]


def test_a_stated_wgs84_is_fine():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}

    good, _ = read_features(file(feature(POINT), crs=crs), Datum.WGS84)

    assert len(good) == 1


def test_marks_that_no_database_takes_are_dropped():
    (point,), _ = read_features(
        file(feature(POINT, id="n\u0000" + "1", properties={"name": "大\ud800冲\u0000"})),
        Datum.WGS84,
    )

    assert (point.ref, text_of(point, "name")) == ("n1", "大冲")


def test_a_very_long_id_is_shortened_and_stays_different():
    features, _ = read_features(
        file(feature(POINT, id="x" * 300 + "1"), feature(POINT, id="x" * 300 + "2")), Datum.WGS84
    )

    assert len({f.ref for f in features}) == 2
    assert all(len(f.ref) <= 64 for f in features)
