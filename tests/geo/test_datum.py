import csv
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import Datum, PolygonSpec, assign, convert, distance_m, tessellate
from geo.errors import PointError
from geo.plane import Plane
from geo.points import LonLat

# a margin of 0.05 degrees: at the very border of the box a point may leave it by conversion
IN_CHINA = st.tuples(st.floats(72.06, 137.78), st.floats(0.88, 55.77))
PAIRS = [(a, b) for a in Datum for b in Datum if a != b]


@pytest.fixture(scope="module")
def vectors(shared):
    return json.loads((shared / "coordinate_vectors/published_vectors.json").read_text())


@pytest.fixture(scope="module")
def places(shared):
    text = (shared / "coordinate_vectors/china_cities_shared.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def column(datum):
        names = (f"{datum}_lng", f"{datum}_lat")
        return tuple(np.array([float(row[name]) for row in rows]) for name in names)

    return column


def test_published_vectors_are_met(vectors):
    """Two of them were made by a one-step inverse: an exact one differs by less than 0.1 m."""
    for vector in vectors:
        source, target = vector["op"].split(" ")[0].split("->")
        found = convert(*vector["in"], Datum(source), Datum(target))
        one_step = vector["id"] in {"coordtransform-1", "coordtransform-4"}
        off = np.abs(np.array(found) - vector["out"]).max()
        assert off < (1e-6 if one_step else 1e-9), vector["id"]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_real_places_agree_with_map_services_within_a_metre(places, source, target):
    lon, lat = convert(*places(source), source, target)
    there = places(target)
    off = [
        distance_m([a], [b], LonLat(c, d))[0] for a, b, c, d in zip(lon, lat, *there, strict=True)
    ]
    limit = 0.05 if {source, target} == {Datum.GCJ02, Datum.BD09} else 1.0
    assert max(off) < limit


@given(IN_CHINA, st.sampled_from(PAIRS))
def test_there_and_back_is_the_same_place(place, pair):
    back = convert(*convert(*place, *pair), *reversed(pair))
    assert np.abs(np.array(back) - place).max() < 1e-9


@pytest.mark.parametrize("pair", PAIRS)
def test_the_way_back_settles_everywhere_in_china(pair):
    random = np.random.default_rng(4)
    lon = np.r_[random.uniform(72.06, 137.78, 50_000), 105 + random.uniform(-1e-6, 1e-6, 1000)]
    lat = random.uniform(0.88, 55.77, len(lon))
    back = convert(*convert(lon, lat, *pair), *reversed(pair))
    assert np.abs(np.array(back) - [lon, lat]).max() < 1e-10


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(PAIRS))
def test_places_outside_china_do_not_move(lon, lat, pair):
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        assert convert(lon, lat, *pair) == (lon, lat)


def test_the_shift_in_china_is_hundreds_of_metres():
    home = LonLat(113.9474738, 22.5438314)
    there = convert(home.lon, home.lat, Datum.WGS84, Datum.GCJ02)
    assert 300 < distance_m(*there, home) < 700


def test_the_same_datum_changes_nothing():
    assert convert(113.9, 22.5, Datum.BD09, Datum.BD09) == (113.9, 22.5)


def test_arrays_keep_their_shape_and_are_not_written_to():
    lon, lat = np.full((2, 3), 113.9), np.full((2, 3), 22.5)
    x, y = convert(lon, lat, Datum.WGS84, Datum.BD09)
    assert x.shape == y.shape == (2, 3)
    assert (lon == 113.9).all()
    assert (lat == 22.5).all()
    assert (x == x[0, 0]).all()
    assert x[0, 0] != 113.9


def test_numbers_give_numbers_and_lists_give_arrays():
    assert all(isinstance(v, float) for v in convert(113.9, 22.5, Datum.WGS84, Datum.GCJ02))
    assert convert([113.9], [22.5], Datum.WGS84, Datum.GCJ02)[0].shape == (1,)
    assert convert([], [], Datum.WGS84, Datum.GCJ02)[0].shape == (0,)


def test_a_missing_place_stays_missing_beside_a_known_one():
    lon, lat = convert([np.nan, 113.9], [22.5, 22.5], Datum.GCJ02, Datum.WGS84)
    assert np.isnan(lon[0])
    assert lat[0] == 22.5
    assert 113.89 < lon[1] < 113.9


def test_different_shapes_are_refused():
    with pytest.raises(PointError, match="same shape"):
        convert([1.0, 2.0], [1.0], Datum.WGS84, Datum.GCJ02)


def test_a_datum_may_be_named_by_its_stored_string():
    assert convert(113.9, 22.5, "wgs84", "gcj02") == convert(113.9, 22.5, Datum.WGS84, Datum.GCJ02)


def test_there_are_174_published_places(vectors, places):
    assert len(vectors) + len(places("wgs84")[0]) == 174


@pytest.fixture(scope="module")
def changchun(shared):
    """Districts as AMap draws them (GCJ-02), and the streets of OpenStreetMap (WGS 84)."""
    districts = _features(shared / "changchun_admin/districts_gcj02.geojson")
    roads = _features(shared / "changchun_osm_roads/roads.geojson")
    names = np.array([f["properties"]["name"] for f in districts])
    streets = np.array([f["properties"].get("name") or "" for f in roads])
    return names, _shapes_of(districts), streets, _shapes_of(roads)


def _features(path):
    return json.loads(path.read_text(encoding="utf-8"))["features"]


def _shapes_of(features):
    return np.array([shapely.geometry.shape(f["geometry"]) for f in features])


def moved(shapes, source, target):
    return shapely.transform(
        shapes, lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1], source, target))
    )


def holders(districts, points):
    """Return which district holds each point; every one is in exactly one."""
    point, district = shapely.STRtree(districts).query(points, predicate="within")
    assert point.tolist() == list(range(len(points)))
    return district


def test_no_road_of_changchun_has_its_midpoint_in_the_wrong_district(changchun):
    """Moving the districts to the streets or the streets to the districts must not matter.

    As they stand, in two datums, 211 of 1,253 midpoints are in a wrong district.
    """
    _, districts, _, roads = changchun
    middles = shapely.line_interpolate_point(roads, 0.5, normalized=True)
    true = holders(moved(districts, Datum.GCJ02, Datum.WGS84), middles)
    assert (holders(districts, moved(middles, Datum.WGS84, Datum.GCJ02)) == true).all()
    assert (holders(districts, middles) != true).sum() == 211


def test_each_road_of_changchun_is_assigned_to_the_district_around_its_midpoint(changchun):
    """As a branch does it: districts are imported from AMap and converted, then asked as cells."""
    names, districts, _, roads = changchun
    converted = moved(districts, Datum.GCJ02, Datum.WGS84)
    frame = gpd.GeoDataFrame({"name": names}, geometry=converted, crs="EPSG:4326")
    middles = shapely.line_interpolate_point(roads, 0.5, normalized=True)
    area = shapely.box(*shapely.total_bounds(roads))
    found = assign(
        *shapely.get_coordinates(middles).T, tessellate(area, PolygonSpec(frame, "name"))
    )
    true = holders(converted, middles)
    assert found.tolist() == [f"poly:{name}" for name in names[true]]
    assert len(set(found)) == 5


@pytest.mark.parametrize(
    ("street", "district"),
    [
        ("吉林大路", "二道区"),
        ("远达大街", "二道区"),
        ("临河街", "二道区"),
        ("民康路", "南关区"),
        ("永吉街", "南关区"),
        ("长通路", "南关区"),
        ("永昌路", "朝阳区"),
        ("团山街", "宽城区"),
    ],
)
def test_a_street_is_in_the_district_whose_street_office_bears_its_name(
    changchun, street, district
):
    names, districts, streets, roads = changchun
    middles = shapely.line_interpolate_point(roads[streets == street], 0.5, normalized=True)
    found = holders(moved(districts, Datum.GCJ02, Datum.WGS84), middles)
    assert set(names[found]) == {district}


def test_district_borders_run_along_streets_once_they_are_converted(changchun):
    _, districts, _, roads = changchun
    as_drawn, converted = (
        _near_a_street(shapes, roads)
        for shapes in (districts, moved(districts, Datum.GCJ02, Datum.WGS84))
    )
    assert as_drawn < 0.16
    assert converted > 0.37


def _near_a_street(districts, roads):
    """Return the share of border points among the streets that lie within 10 m of one."""
    plane = Plane(LonLat(125.34, 43.89))
    streets = plane.flatten_all(roads)
    corners = shapely.get_coordinates(plane.flatten_all(districts))
    corners = shapely.points(corners)
    corners = corners[shapely.within(corners, shapely.box(*shapely.total_bounds(streets)))]
    away = shapely.STRtree(streets).query_nearest(corners, return_distance=True, all_matches=False)
    return (away[1] < 10).mean()
