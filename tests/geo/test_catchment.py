import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import circle
from geo.catchment import bands, ring_of, rings
from geo.errors import CatchmentError
from geo.plane import Plane
from tests.geo.shapes import HOME, areas

radii = st.lists(st.floats(30, 3000), min_size=1, max_size=5, unique=True).map(sorted)


def ground(shapes):
    return shapely.area(Plane(HOME).flatten_all(np.array(shapes, dtype=object)))


@given(radii)
def test_rings_are_disjoint_and_together_the_largest_circle(radii):
    found = rings(HOME, radii)
    assert len(found) == len(radii)
    assert ground(found).sum() == pytest.approx(ground([circle(HOME, radii[-1])])[0], rel=1e-12)
    for ring, smaller in zip(found[1:], found[:-1], strict=True):
        assert ring.intersection(smaller).area == 0


@settings(max_examples=15)
@given(radii, st.integers(0, 1000))
def test_a_place_is_in_the_ring_of_its_distance(radii, seed):
    lon, lat = HOME.lon, HOME.lat
    east, north = np.random.default_rng(seed).uniform(-0.04, 0.04, (2, 60))
    ring = ring_of(lon + east, lat + north, HOME, radii)
    shapes, points = np.array(rings(HOME, radii)), shapely.points(lon + east, lat + north)
    at_an_edge = shapely.union_all(shapely.boundary(shapes)).buffer(1e-6).contains(points)
    inside = shapely.contains(shapes[:, None], points)
    assert (inside.sum(axis=0) == (ring >= 0))[~at_an_edge].all()
    assert (inside.argmax(axis=0) == np.maximum(ring, 0))[~at_an_edge].all()


def test_the_branch_is_in_the_first_ring_and_a_missing_place_in_none():
    lon, lat = [HOME.lon, np.nan, HOME.lon + 1], [HOME.lat, 22.5, HOME.lat]
    assert ring_of(lon, lat, HOME, [300, 500]).tolist() == [0, -1, -1]


@pytest.mark.parametrize("radii", [[], [500, 300], [300, 300], [0, 300], [-1], [float("nan")]])
def test_radii_that_do_not_grow_are_refused(radii):
    with pytest.raises(CatchmentError, match="make no rings"):
        rings(HOME, radii)
    with pytest.raises(CatchmentError, match="make no rings"):
        ring_of([1], [1], HOME, radii)


@given(st.lists(areas(), min_size=1, max_size=4))
def test_bands_are_disjoint_and_cover_what_the_areas_cover(areas):
    found = bands(areas)
    whole = shapely.union_all(areas).area
    assert sum(band.area for band in found) == pytest.approx(whole, rel=1e-9)
    for k, band in enumerate(found):
        assert band.is_valid
        assert band.intersection(shapely.union_all(found[:k])).area < whole * 1e-9


def test_an_area_within_the_one_before_leaves_no_band():
    large, small = circle(HOME, 500), circle(HOME, 300)
    first, second = bands([large, small])
    assert first.equals(large)
    assert second.is_empty
