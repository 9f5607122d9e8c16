import json
import math

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo import LonLat, area_from_geojson, circle
from geo.area import checked_area
from geo.errors import AreaError

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[113, 22], [114, 22], [114, 23], [113, 23], [113, 22]]],
}
FAR = {"type": "Polygon", "coordinates": [[[120, 22], [121, 22], [121, 23], [120, 23], [120, 22]]]}
POINT = {"type": "Point", "coordinates": [113, 22]}
LINE = {"type": "LineString", "coordinates": [[113, 22], [114, 23]]}


def feature(geometry):
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def collection(*geometries):
    return {"type": "FeatureCollection", "features": [feature(g) for g in geometries]}


@pytest.mark.parametrize("radius_m", [20, 1500, 50_000])
def test_every_corner_of_a_circle_has_the_distance_and_no_edge_cuts_in(home, radius_m):
    ring = shapely.get_coordinates(circle(home, radius_m).exterior)
    geod = Geod(ellps="WGS84")
    n = len(ring)
    out = geod.inv(np.full(n, home.lon), np.full(n, home.lat), *ring.T)[2]
    assert np.abs(out - radius_m).max() < 1e-6
    middle = (ring[1:] + ring[:-1]) / 2
    out = geod.inv(np.full(n - 1, home.lon), np.full(n - 1, home.lat), *middle.T)[2]
    assert out.min() > radius_m - 0.05


def test_a_circle_runs_against_the_clock_and_has_nearly_its_area(home):
    disk = circle(home, 1500)
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(disk)
    assert area == pytest.approx(math.pi * 1500**2, rel=5e-5)


@pytest.mark.parametrize("radius_m", [0, -1, float("nan"), float("inf"), 600_000])
def test_a_circle_without_a_sensible_radius_is_refused(home, radius_m):
    with pytest.raises(AreaError, match="not an area a branch can look after"):
        circle(home, radius_m)


@pytest.mark.parametrize("centre", [LonLat(179.99, 0), LonLat(10, 89.9)])
def test_a_circle_over_the_date_line_or_a_pole_is_refused(centre):
    with pytest.raises(AreaError, match="180th meridian or a pole"):
        circle(centre, 50_000)


@pytest.mark.parametrize(
    "value",
    [
        SQUARE,
        feature(SQUARE),
        collection(SQUARE),
        json.dumps(SQUARE),
        json.dumps(collection(SQUARE)).encode(),
        {"type": "GeometryCollection", "geometries": [POINT, SQUARE]},
        collection(POINT, SQUARE, LINE),
        {"type": "FeatureCollection", "features": [feature(None), feature(SQUARE)]},
    ],
)
def test_a_drawn_shape_in_any_wrapping_is_an_area(value):
    assert area_from_geojson(value).equals(shapely.box(113, 22, 114, 23))


def test_several_shapes_become_one_area():
    assert area_from_geojson(collection(SQUARE, FAR)).geom_type == "MultiPolygon"
    assert area_from_geojson(collection(SQUARE, SQUARE)).area == pytest.approx(1.0)


def test_a_shape_that_crosses_itself_is_mended():
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    area = area_from_geojson(bow)
    assert area.is_valid
    assert area.area == pytest.approx(2.0)


def test_height_is_left_out():
    ring = [[*pair, 12.5] for pair in SQUARE["coordinates"][0]]
    assert not area_from_geojson({"type": "Polygon", "coordinates": [ring]}).has_z


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (POINT, "holds no area, only: Point"),
        (collection(POINT, LINE), "only: LineString, Point"),
        (collection(), "only: nothing"),
        ({"type": "FeatureCollection"}, "only: nothing"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "holds no area"),
        ("{", "not GeoJSON"),
        ("[" * 100_000, "not GeoJSON"),
        ("[1, 2]", "an object, not a list"),
        ({"type": "Polygon"}, "type Polygon can't be read"),
        ({"type": "Polygon", "coordinates": None}, "holds no area, only: Polygon"),
        ({"type": "Polygon", "coordinates": [["a", "b"]]}, "can't be read"),
        ({"type": "Circle", "coordinates": [1, 2]}, "type Circle can't be read"),
        ({"type": "FeatureCollection", "features": [7]}, "an object, not a int"),
    ],
)
def test_what_is_not_an_area_is_refused_with_the_reason(value, reason):
    with pytest.raises(AreaError, match=reason):
        area_from_geojson(value)


def test_exchanged_coordinates_of_an_area_are_named():
    swapped = {"type": "Polygon", "coordinates": [[p[::-1] for p in SQUARE["coordinates"][0]]]}
    with pytest.raises(AreaError, match="look exchanged"):
        area_from_geojson(swapped)


def test_metres_instead_of_degrees_are_named():
    metres = [[x * 111_000, y * 111_000] for x, y in SQUARE["coordinates"][0]]
    with pytest.raises(AreaError, match="Give degrees of WGS 84"):
        area_from_geojson({"type": "Polygon", "coordinates": [metres]})


def test_a_corner_without_a_number_is_refused():
    text = '{"type":"Polygon","coordinates":[[[0,0],[NaN,1],[1,1],[0,0]]]}'
    with pytest.raises(AreaError, match="corner without coordinates"):
        area_from_geojson(text)


def crs(name):
    return {**SQUARE, "crs": {"type": "name", "properties": {"name": name}}}


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "EPSG:4490"])
def test_a_reference_system_like_wgs84_is_taken(name):
    assert area_from_geojson(crs(name)).area == pytest.approx(1.0)


def test_another_reference_system_is_refused():
    with pytest.raises(AreaError, match="EPSG:3857, not in degrees"):
        area_from_geojson(crs("EPSG:3857"))


def test_a_valid_area_is_taken_as_it_is():
    area = shapely.box(113, 22, 114, 23)
    assert checked_area(area) is area


def test_an_area_with_a_line_beside_it_keeps_only_the_ground():
    mixed = shapely.GeometryCollection(
        [shapely.box(0, 0, 1, 1), shapely.LineString([(2, 2), (3, 3)])]
    )
    assert checked_area(mixed).equals(shapely.box(0, 0, 1, 1))


def test_two_crossing_parts_become_a_valid_multipolygon():
    parts = shapely.MultiPolygon(
        [shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3), shapely.box(5, 5, 6, 6)]
    )
    area = checked_area(parts)
    assert area.is_valid
    assert area.geom_type == "MultiPolygon"
    assert area.area == pytest.approx(8.0)


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.Point(1, 1), shapely.MultiPolygon()])
def test_a_shape_without_ground_is_refused(shape):
    with pytest.raises(AreaError, match="covers no ground"):
        checked_area(shape)
