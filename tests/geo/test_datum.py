import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import Datum, convert, distance_m
from geo.errors import PointError
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
