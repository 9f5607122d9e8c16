import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo import LonLat, circle
from geo.plane import Plane, reach

LATITUDES = (-35.0, 0.0, 22.5438314, 48.0, 61.0)


def around(origin, reach_deg, n=5000, seed=3):
    random = np.random.default_rng(seed)
    return origin.lon + random.uniform(-1, 1, n) * reach_deg, origin.lat + random.uniform(
        -1, 1, n
    ) * reach_deg


@pytest.mark.parametrize("lat", LATITUDES)
def test_the_way_back_is_exact_where_proj_is_a_millimetre_off(lat):
    origin = LonLat(113.9474738, lat)
    plane = Plane(origin)
    lon, lat = around(origin, 0.3)
    back = plane.inverse(*plane.forward(lon, lat))
    assert np.abs(np.array(back) - [lon, lat]).max() < 1e-12


def test_the_origin_is_the_middle_of_the_plane():
    plane = Plane(LonLat(113.9, 22.5))
    assert np.allclose(plane.forward(113.9, 22.5), 0, atol=1e-9)
    assert np.allclose(plane.inverse(0, 0), (113.9, 22.5), atol=1e-12)


@given(st.floats(-60, 60), st.floats(100, 20_000))
def test_areas_on_the_plane_are_areas_on_the_ground(lat, radius_m):
    disk = circle(LonLat(113.9, lat), radius_m)
    ground = abs(Geod(ellps="WGS84").geometry_area_perimeter(disk)[0])
    assert Plane(LonLat(113.95, lat + 0.05)).flatten(disk).area == pytest.approx(ground, rel=1e-7)


def test_reach_holds_an_area_whose_long_edges_bulge():
    far = shapely.box(113.0, 44.0, 117.0, 46.0)
    plane = Plane(LonLat(115.0, 45.0))
    edge = shapely.segmentize(plane.flatten(far).exterior, 2000.0)
    lon, lat = plane.inverse(*shapely.get_coordinates(edge).T)
    west, south, east, north = reach(far)
    assert lat.max() > 46.0 + 1e-3  # the northern edge does bulge
    assert north > lat.max()
    assert south < lat.min()
    assert west < lon.min()
    assert east > lon.max()


def test_reach_hardly_exceeds_a_circle():
    disk = circle(LonLat(113.9, 22.5), 1500)
    assert np.abs(np.array(reach(disk)) - disk.bounds).max() < 1e-6


def test_reach_of_an_area_at_the_pole_is_finite():
    assert np.isfinite(reach(shapely.box(10, 89, 20, 90))).all()
