import numpy as np
import pytest

from geo import LonLat, check_points
from geo.errors import PointError
from geo.points import PointFault


def test_a_place_has_lon_and_lat_as_floats():
    assert LonLat(np.float32(113.5), 22) == LonLat(113.5, 22.0)
    assert isinstance(LonLat(113, 22).lon, float)


@pytest.mark.parametrize("pair", [(float("nan"), 22.5), (113.9, float("inf"))])
def test_a_place_without_a_number_is_refused(pair):
    with pytest.raises(PointError, match="no place on the map"):
        LonLat(*pair)


@pytest.mark.parametrize("value", ["113.9", None, True])
def test_a_place_that_is_not_a_number_is_refused(value):
    with pytest.raises(PointError, match="not a number"):
        LonLat(value, 22.5)


def test_exchanged_coordinates_are_named_and_not_mended():
    with pytest.raises(PointError, match=r"look exchanged.*113\.9, 22\.5"):
        LonLat(22.5, 113.9)


def test_a_place_off_the_earth_is_refused():
    with pytest.raises(PointError, match="out of range"):
        LonLat(200.0, 95.0)


def test_the_edges_of_the_world_are_places():
    assert LonLat(180, -90).lat == -90
    assert LonLat(-180, 90).lon == -180


def test_an_error_keeps_its_template_and_values_for_translation():
    with pytest.raises(PointError) as caught:
        LonLat(200.0, 95.0)
    assert caught.value.message == "The point {lon}, {lat} is out of range."
    assert caught.value.params == {"lon": 200.0, "lat": 95.0}
    assert "200.0, 95.0" in str(caught.value)


def test_every_faulty_row_is_reported_with_its_reason():
    lon = [113.9, float("nan"), 113.9, 22.5, 300.0, 0.0, float("inf")]
    lat = [22.5, 22.5, float("-inf"), 113.9, 22.5, 0.0, float("nan")]
    report = check_points(lon, lat)
    assert report.indices.tolist() == [1, 2, 3, 4, 5, 6]
    assert report.faults == (
        PointFault.MISSING,
        PointFault.INFINITE,
        PointFault.SWAPPED,
        PointFault.OUT_OF_RANGE,
        PointFault.ZERO,
        PointFault.MISSING,
    )
    assert len(report) == 6


def test_a_swap_that_both_ways_is_on_earth_shows_against_the_expected_box():
    kashgar = (75.0, 39.0, 77.0, 40.0)
    assert len(check_points([39.5], [76.0])) == 0
    assert check_points([39.5], [76.0], expected=kashgar).faults == (PointFault.SWAPPED,)
    assert len(check_points([76.0], [39.5], expected=kashgar)) == 0


def test_a_point_that_is_merely_far_away_is_no_fault():
    assert len(check_points([121.5], [31.2], expected=(113.0, 22.0, 114.0, 23.0))) == 0


def test_columns_of_different_length_are_refused():
    with pytest.raises(PointError, match="Longitudes have the shape"):
        check_points([1.0, 2.0], [1.0])
