import numpy as np
import pytest

from geo import LonLat, distance_m


def test_a_degree_of_latitude_at_the_equator():
    assert distance_m([0.0], [1.0], LonLat(0, 0))[0] == pytest.approx(110574.39, abs=0.01)


def test_the_branch_is_nowhere_from_itself(home):
    assert distance_m(home.lon, home.lat, home) == 0


def test_a_missing_place_has_no_distance_and_others_keep_theirs(home):
    out = distance_m([[np.nan, home.lon], [np.inf, home.lon]], [[1.0, home.lat]] * 2, home)
    assert out.shape == (2, 2)
    assert np.isnan(out[:, 0]).all()
    assert (out[:, 1] == 0).all()
