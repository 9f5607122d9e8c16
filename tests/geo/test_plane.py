import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from geo import LonLat, circle
from geo.fit import TOLERANCE_M, fitted
from geo.plane import Plane, reach

LATITUDES = (-35.0, 0.0, 22.5438314, 48.0, 61.0)


def truth(origin, lon, lat):
    crs = f"+proj=laea +lat_0={origin.lat} +lon_0={origin.lon} +ellps=WGS84 +units=m"
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)


def around(origin, reach_deg, n=5000, seed=3):
    random = np.random.default_rng(seed)
    return origin.lon + random.uniform(-1, 1, n) * reach_deg, origin.lat + random.uniform(
        -1, 1, n
    ) * reach_deg


def box(origin, reach_deg):
    return (
        origin.lon - reach_deg,
        origin.lat - reach_deg,
        origin.lon + reach_deg,
        origin.lat + reach_deg,
    )


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("reach_deg", [0.01, 0.12, 0.5, 3.0])
def test_the_quick_projection_agrees_with_proj(lat, reach_deg):
    origin = LonLat(113.9474738, lat)
    plane = Plane(origin, quick=box(origin, reach_deg))
    lon, lat = around(origin, reach_deg)
    x, y = plane.forward(lon, lat)
    true_x, true_y = truth(origin, lon, lat)
    assert np.hypot(x - true_x, y - true_y).max() < 1e-5


def test_a_point_outside_the_quick_box_is_projected_by_proj():
    origin = LonLat(113.9, 22.5)
    plane = Plane(origin, quick=box(origin, 0.1))
    lon, lat = np.array([113.9, 118.0]), np.array([22.5, 30.0])
    assert np.allclose(plane.forward(lon, lat), truth(origin, lon, lat), atol=1e-6)


def test_no_points_are_projected_to_no_points():
    origin = LonLat(113.9, 22.5)
    assert Plane(origin, quick=box(origin, 0.1)).forward([], [])[0].shape == (0,)


def test_a_box_too_large_for_a_polynomial_is_left_to_proj():
    origin = LonLat(100.0, 35.0)
    plane = Plane(origin)
    assert fitted(plane.forward, origin, box(origin, 25.0)) is None
    wide = Plane(origin, quick=box(origin, 25.0))
    lon, lat = around(origin, 20.0)
    assert np.allclose(wide.forward(lon, lat), truth(origin, lon, lat), atol=1e-6)


@pytest.mark.parametrize("bounds", [(113.9, 22.5, 113.9, 22.6), (113.9, 22.5, 114.0, 22.5)])
def test_a_box_without_width_or_height_has_no_polynomial(bounds):
    origin = LonLat(113.9, 22.5)
    assert fitted(Plane(origin).forward, origin, bounds) is None


def test_the_fit_keeps_its_tolerance_when_the_origin_lies_off_centre():
    origin = LonLat(113.0, 22.0)
    fit = fitted(Plane(origin).forward, origin, (113.4, 22.3, 113.8, 22.9))
    lon, lat = np.linspace(113.4, 113.8, 100), np.linspace(22.3, 22.9, 100)
    x, y = fit.forward(lon, lat)
    true_x, true_y = truth(origin, lon, lat)
    assert np.hypot(x - true_x, y - true_y).max() < 2 * TOLERANCE_M


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
