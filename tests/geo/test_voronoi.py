"""Ground divided among sites."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import VoronoiSpec, assign, assign_codes, circle, spec_from_dict, tessellate
from geo.errors import SpecError
from geo.plane import Plane
from geo.tessellate import voronoi
from tests.geo.properties.kinds import cloud, flat
from tests.geo.shapes import HOME

PLANE = Plane(HOME)
AREA = circle(HOME, 2000)


def sites(**places):
    return VoronoiSpec(list(places), PLANE.inverse(*np.array(list(places.values())).T), HOME)


def test_every_place_belongs_to_the_nearest_site():
    cells = tessellate(AREA, sites(west=(-500.0, 0.0), east=(700.0, 100.0), north=(0.0, 900.0)))
    assert cells.ids.tolist() == ["site:east", "site:north", "site:west"]
    lon, lat = cloud(20_000)
    x, y = PLANE.forward(lon, lat)
    off = [np.hypot(x - a, y - b) for a, b in [(700, 100), (0, 900), (-500, 0)]]
    clear = np.ptp(np.sort(off, axis=0)[:2], axis=0) > 1e-5
    inside = shapely.intersects_xy(PLANE.flatten(AREA), x, y)
    expected = np.where(inside, np.argmin(off, axis=0), -1)
    assert (assign_codes(lon, lat, cells) == expected)[clear].all()


def test_a_place_as_near_to_one_as_to_the_other_goes_to_the_lowest_key():
    cells = tessellate(
        AREA, sites(b=(-400.0, 0.0), c=(400.0, 0.0), a=(0.0, 400.0), d=(0.0, -400.0))
    )
    x, y = np.array([0.0, 0.0, 300.0, -300.0]), np.array([0.0, -300.0, -300.0, -300.0])
    assert assign(*PLANE.inverse(x, y), cells).tolist() == ["site:a", "site:d", "site:c", "site:b"]
    eastwards = PLANE.inverse(np.array([4e-7, 2e-6]), np.array([0.0, 0.0]))
    west_and_east = tessellate(AREA, sites(b=(-400.0, 0.0), c=(400.0, 0.0)))
    assert assign(*eastwards, west_and_east).tolist() == ["site:b", "site:c"]


def test_the_order_of_the_sites_changes_nothing():
    one = sites(b=(-400.0, 0.0), c=(400.0, 0.0))
    other = sites(c=(400.0, 0.0), b=(-400.0, 0.0))
    assert one == other
    assert hash(one) == hash(other)
    assert one != sites(b=(-400.0, 0.0), c=(401.0, 0.0))
    assert tessellate(AREA, one) == tessellate(AREA, other)


def test_one_site_alone_has_the_whole_area():
    cells = tessellate(AREA, sites(only=(5000.0, 0.0)))
    assert cells.ids.tolist() == ["site:only"]
    assert cells.area_m2[0] == pytest.approx(PLANE.flatten(AREA).area)
    assert assign([HOME.lon], [HOME.lat], cells).tolist() == ["site:only"]


def test_a_site_outside_takes_the_ground_it_is_nearest_to_and_one_too_far_takes_none():
    cells = tessellate(AREA, sites(a=(0.0, 0.0), b=(2500.0, 0.0), far=(9000.0, 0.0)))
    assert cells.ids.tolist() == ["site:a", "site:b"]
    lon, lat = PLANE.inverse(np.array([1300.0, 1200.0]), np.zeros(2))
    assert assign(lon, lat, cells).tolist() == ["site:b", "site:a"]


@pytest.mark.parametrize("turn", [0.0, 0.3])
@pytest.mark.parametrize("count", [4, 7, 60, 200])
def test_sites_on_a_circle_meet_in_its_middle(count, turn):
    """The case in which triangles of neighbours are as thin as rounding makes them."""
    angle = turn + np.linspace(0, 2 * np.pi, count, endpoint=False)
    lon, lat = PLANE.inverse(1000 * np.cos(angle), 1000 * np.sin(angle))
    cells = tessellate(AREA, VoronoiSpec([f"{n:03d}" for n in range(count)], (lon, lat), HOME))
    assert len(cells) == count
    assert cells.area_m2.sum() == pytest.approx(PLANE.flatten(AREA).area, rel=1e-10)
    assert np.ptp(cells.area_m2) < 0.01 * cells.area_m2.mean()
    assert assign([HOME.lon], [HOME.lat], cells).tolist() == ["site:000"]


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, unique=True))
def test_sites_on_a_grid_divide_the_area_too(places):
    cells = tessellate(
        AREA, sites(**{str(n): (300.0 * a, 300.0 * b) for n, (a, b) in enumerate(places)})
    )
    assert len(cells) == len(places)
    assert cells.area_m2.sum() == pytest.approx(PLANE.flatten(AREA).area, rel=1e-9)
    own = dict(zip(cells.ids, flat(cells), strict=True))
    for n, (a, b) in enumerate(places):
        assert shapely.intersects_xy(own[f"site:{n}"], 300.0 * a, 300.0 * b)


def test_sites_that_are_a_centimetre_apart_are_two():
    cells = tessellate(AREA, sites(a=(0.0, 0.0), b=(0.01, 0.0), c=(900.0, 20.0)))
    lon, lat = PLANE.inverse(np.array([0.004, 0.006]), np.zeros(2))
    assert assign(lon, lat, cells).tolist() == ["site:a", "site:b"]


def test_sites_at_one_place_are_refused_by_name():
    with pytest.raises(SpecError, match="sites b and c stand at the same place"):
        tessellate(AREA, sites(a=(0.0, 0.0), c=(500.0, 0.0), b=(500.0005, 0.0)))


def test_a_stored_spec_keeps_sites_and_origin():
    spec = tessellate(AREA, VoronoiSpec(["a", "b"], ([113.94, 113.95], [22.54, 22.55]))).spec
    assert spec.origin is not None
    assert spec_from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("keys", "lon", "lat", "reason"),
    [
        ([], [], [], "need names"),
        (["a", " "], [113.9, 113.8], [22.5, 22.5], "need names"),
        (["a", "b", "a "], [113.9] * 3, [22.5, 22.6, 22.7], "each its own: a"),
        (["a"], [113.9, 113.8], [22.5, 22.5], "1 names but 2 places"),
        (["a", "b"], [113.9, np.nan], [22.5, 22.5], "site b has no place on the map: missing"),
        (["a", "b"], [113.9, 22.5], [22.5, 113.9], "site b has no place on the map: swapped"),
    ],
)
def test_sites_without_names_or_places_are_refused(keys, lon, lat, reason):
    with pytest.raises(SpecError, match=reason):
        VoronoiSpec(keys, (lon, lat))


def test_a_site_at_zero_zero_is_a_place():
    assert VoronoiSpec(["null island"], ([0.0], [0.0])).keys == ("null island",)


def test_ground_that_does_not_add_up_to_the_area_is_cut_again_rounded(monkeypatch):
    spec = sites(west=(-500.0, 0.0), east=(700.0, 100.0), north=(0.0, 900.0))
    honest = tessellate(AREA, spec)
    monkeypatch.setattr(voronoi, "clipped", lambda _area, shapes: shapes)
    assert tessellate(AREA, spec).area_m2 == pytest.approx(honest.area_m2, abs=1e-6)
