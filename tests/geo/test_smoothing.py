import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import StatsError
from geo.smoothing import Chance, empirical_bayes

cells = st.lists(
    st.tuples(st.integers(1, 400), st.floats(0, 1)).map(lambda c: (round(c[0] * c[1]), c[0])),
    min_size=1,
    max_size=40,
).map(lambda rows: tuple(np.array(rows, dtype=float).T))


@pytest.mark.parametrize("seed", range(5))
def test_rates_agree_with_esda(seed):
    from esda.smoothing import Empirical_Bayes

    random = np.random.default_rng(seed)
    people = random.integers(1, 300, 80)
    holders = random.binomial(people, random.beta(4, 30, 80))
    assert empirical_bayes(holders, people).rate == pytest.approx(
        Empirical_Bayes(holders, people).r.ravel(), abs=1e-12
    )


@given(cells)
def test_a_smoothed_rate_lies_between_the_cells_own_and_that_of_all(cells):
    holders, people = cells
    found = empirical_bayes(holders, people)
    own = holders / people
    low, high = np.minimum(own, found.overall), np.maximum(own, found.overall)
    assert ((low - 1e-12 <= found.rate) & (found.rate <= high + 1e-12)).all()
    assert ((found.own_weight >= 0) & (found.own_weight <= 1)).all()


@given(cells)
def test_of_two_cells_the_larger_one_keeps_more_of_its_own(cells):
    holders, people = cells
    weight = empirical_bayes(holders, people).own_weight
    assert (np.diff(weight[np.argsort(people, kind="stable")]) >= -1e-12).all()


def test_one_holder_among_two_people_makes_no_top_cell():
    holders, people = [1, 30, 10, 12, 9, 35], [2, 100, 100, 100, 100, 100]
    found = empirical_bayes(holders, people)
    assert np.argmax(np.array(holders) / people) == 0
    assert np.argmax(found.rate) == 5
    assert found.own_weight[0] < 0.3
    assert found.own_weight[5] > 0.8


def test_common_shares_are_not_smoothed_away_as_if_they_were_rare_events():
    random = np.random.default_rng(3)
    people, truth = random.integers(20, 300, 200), random.beta(60, 40, 200)
    holders = random.binomial(people, truth)
    off = {
        chance: np.abs(empirical_bayes(holders, people, chance).rate - truth).mean()
        for chance in Chance
    }
    assert off[Chance.PEOPLE] < np.abs(holders / people - truth).mean()
    assert off[Chance.PEOPLE] < off[Chance.EVENTS]


def test_rare_shares_are_smoothed_alike_either_way():
    found = [empirical_bayes([0, 5, 2, 9], [900, 800, 950, 700], chance).rate for chance in Chance]
    assert found[0] == pytest.approx(found[1], rel=0.02)


def test_where_everybody_counts_that_stays_so():
    assert empirical_bayes([9, 4], [9, 4], Chance.PEOPLE).rate.tolist() == [1, 1]


def test_rates_that_chance_alone_explains_are_all_the_same():
    found = empirical_bayes([1, 0, 2, 1], [10, 10, 10, 10])
    assert found.own_weight.tolist() == [0, 0, 0, 0]
    assert found.rate == pytest.approx([0.1] * 4)


def test_where_nobody_lives_or_nothing_is_known_there_is_no_rate():
    found = empirical_bayes([0, np.nan, 5, 1], [0, 10, 20, np.nan])
    assert np.isnan(found.rate[[0, 1, 3]]).all()
    assert found.rate[2] == 0.25
    assert found.overall == 0.25
    assert np.isnan(empirical_bayes([0], [0]).overall)


def test_another_kind_of_chance_is_refused():
    with pytest.raises(StatsError, match="luck"):
        empirical_bayes([1], [2], "luck")


@pytest.mark.parametrize(("holders", "people"), [(-1, 5), (1, -5), (np.inf, 5), (1, np.inf)])
def test_counts_below_nothing_are_refused(holders, people):
    with pytest.raises(StatsError, match="no rates to smooth"):
        empirical_bayes([1, holders], [2, people])
