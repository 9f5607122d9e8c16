"""The polynomial that stands in for the projection, and the error that it admits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo import LonLat
from geo.fit import Steps, fitted
from geo.plane import Plane

LATITUDES = (-35.0, 0.0, 22.5438314, 48.0, 61.0)
METRES = Steps(1.0, 1.0)


def box(origin, reach_deg):
    west, south = origin.lon - reach_deg, origin.lat - reach_deg
    return west, south, west + 2 * reach_deg, south + 2 * reach_deg


def around(origin, reach_deg, n=20_000, seed=3):
    east, north = np.random.default_rng(seed).uniform(-reach_deg, reach_deg, (2, n))
    return origin.lon + east, origin.lat + north


@given(
    st.sampled_from(LATITUDES),
    st.sampled_from([0.01, 0.12, 0.5, 3.0]),
    st.sampled_from([1.0, 30.0, 250.0, 3000.0]),
)
def test_no_place_is_off_by_more_than_the_fit_admits(lat, reach_deg, step_m):
    origin, steps = LonLat(113.9474738, lat), Steps(step_m, step_m / 2, 0.5, -7.25)
    fit = fitted(Plane(origin).forward, origin, box(origin, reach_deg), steps)
    there = around(origin, reach_deg)
    crs = f"+proj=laea +lat_0={origin.lat} +lon_0={origin.lon} +ellps=WGS84 +units=m"
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*there)
    rough = fit.forward(*there)
    off = [np.abs(a - b).max() for a, b in zip(rough, steps.count(x, y), strict=True)]
    assert max(off) <= fit.error < 0.006


@pytest.mark.parametrize(("step_m", "kind"), [(100.0, np.float32), (1.0, np.float64)])
def test_steps_too_many_for_single_precision_are_counted_in_double(step_m, kind):
    origin = LonLat(113.9, 22.5)
    steps = Steps(step_m, step_m)
    fit = fitted(Plane(origin).forward, origin, box(origin, 0.2), steps)
    assert fit.kind is kind
    assert fit.forward(*around(origin, 0.2))[0].dtype == kind


def test_an_origin_off_centre_costs_no_precision():
    origin, steps = LonLat(113.0, 22.0), Steps(100.0, 100.0)
    fit = fitted(Plane(origin).forward, origin, (113.4, 22.3, 113.8, 22.9), steps)
    lon, lat = np.linspace(113.4, 113.8, 100), np.linspace(22.3, 22.9, 100)
    true = steps.count(*Plane(origin).forward(lon, lat))
    assert np.abs(np.subtract(fit.forward(lon, lat), true)).max() <= fit.error


def test_a_point_outside_the_box_counts_as_if_on_its_border():
    origin = LonLat(113.9, 22.5)
    fit = fitted(Plane(origin).forward, origin, box(origin, 0.1), METRES)
    far = fit.forward(np.array([-180.0, 114.0, np.inf]), np.array([22.5, 90.0, -np.inf]))
    near = fit.forward(np.array([113.8, 114.0, 114.0]), np.array([22.5, 22.6, 22.4]))
    assert np.allclose(far, near, atol=fit.error)


def test_a_box_too_large_for_a_polynomial_is_left_to_proj():
    origin = LonLat(100.0, 35.0)
    assert fitted(Plane(origin).forward, origin, box(origin, 25.0), METRES) is None


@pytest.mark.parametrize(
    "bounds",
    [(113.9, 22.5, 113.9, 22.6), (113.9, 22.5, 114.0, 22.5), (113.9, 89.0, 114.0, 90.5)],
    ids=["no width", "no height", "over the pole"],
)
def test_a_box_without_width_or_height_or_over_a_pole_has_no_polynomial(bounds):
    origin = LonLat(113.9, 22.5)
    assert fitted(Plane(origin).forward, origin, bounds, METRES) is None
