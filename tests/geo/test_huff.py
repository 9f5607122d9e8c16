import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import CatchmentError
from geo.huff import huff_share

distances = arrays(float, (7, 3), elements=st.floats(0, 1e7))
attractions = arrays(float, (3,), elements=st.floats(1e-3, 1e6))


@given(distances, attractions, st.floats(0, 60))
def test_the_shares_of_a_place_sum_to_1(distance, attraction, decay):
    share = huff_share(distance, attraction, decay)
    assert ((share >= 0) & (share <= 1)).all()
    assert np.abs(share.sum(axis=1) - 1).max() < 1e-12


@given(distances, attractions, st.floats(0.1, 5))
def test_a_branch_that_moves_away_wins_nobody(distance, attraction, decay):
    farther = distance + np.array([500.0, 0, 0])
    before, after = (huff_share(d, attraction, decay)[:, 0] for d in (distance, farther))
    assert (after <= before + 1e-12).all()


def test_huffs_formula_by_hand():
    """Areas 2 and 1 at 100 m and 200 m with decay 2: 2/100² against 1/200² is 8 to 1."""
    assert huff_share([[100, 200]], [2, 1]).tolist() == [pytest.approx([8 / 9, 1 / 9])]


def test_without_decay_only_attraction_counts():
    assert huff_share([[10, 9000]], [3, 1], decay=0).tolist() == [[0.75, 0.25]]


def test_nobody_minds_the_first_metres():
    assert huff_share([[0, 50]], [1, 1]).tolist() == [[0.5, 0.5]]
    assert huff_share([[0, 50]], [1, 1], least_m=25)[0] == pytest.approx([0.8, 0.2])


def test_who_cannot_be_reached_or_attracts_nobody_has_no_share():
    share = huff_share([[np.nan, 300, 200], [np.nan, 300, np.nan]], [1, 0, 5])
    assert share[0].tolist() == [0, 0, 1]
    assert np.isnan(share[1]).all()


def test_no_places_and_no_sites_have_no_shares():
    assert huff_share(np.empty((0, 2)), [1, 1]).shape == (0, 2)
    assert huff_share(np.empty((2, 0)), []).shape == (2, 0)


@pytest.mark.parametrize(("distance", "attraction"), [([1, 2], [1, 1]), ([[1, 2]], [1])])
def test_shapes_that_do_not_fit_are_refused(distance, attraction):
    with pytest.raises(CatchmentError, match="do not fit"):
        huff_share(distance, attraction)


@pytest.mark.parametrize("attraction", [-1, np.nan, np.inf])
def test_an_attraction_below_nothing_is_refused(attraction):
    with pytest.raises(CatchmentError, match="An attraction"):
        huff_share([[1, 2]], [1, attraction])


@pytest.mark.parametrize("distance", [-1, np.inf])
def test_a_distance_below_nothing_is_refused(distance):
    with pytest.raises(CatchmentError, match="A distance"):
        huff_share([[1, distance]], [1, 1])


@pytest.mark.parametrize(("decay", "least"), [(-1, 50), (np.nan, 50), (2, 0), (2, np.inf)])
def test_a_decay_that_draws_people_away_is_refused(decay, least):
    with pytest.raises(CatchmentError, match="can't be used"):
        huff_share([[1, 2]], [1, 1], decay, least)
