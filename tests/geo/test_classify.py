from itertools import combinations

import mapclassify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.classify import FEW, MISSING, Classes, Method, classify, equal_interval, jenks, quantile
from geo.errors import StatsError

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
whole = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=60)
values = st.one_of(numbers, whole)
counts = st.integers(2, 9)
EVERY = [quantile, equal_interval, jenks]


@pytest.mark.parametrize("method", EVERY)
@given(values=values, count=counts)
def test_every_value_has_a_class_and_there_are_not_too_many(method, values, count):
    classes = method(values, count)
    codes = classes.codes(values)
    assert codes.min() >= 0
    assert codes.max() < len(classes) <= count
    assert list(classes.edges) == sorted(classes.edges)
    low, high = np.array(classes.ranges())[codes].T
    assert ((low <= values) & (values <= high)).all()


@pytest.mark.parametrize("method", [quantile, jenks])
@given(values=numbers, count=counts)
def test_no_class_is_empty(method, values, count):
    classes = method(values, count)
    assert set(classes.codes(values)) == set(range(len(classes)))


def test_quantiles_are_of_about_the_same_size_with_round_borders():
    values = np.random.default_rng(1).lognormal(3, 1, 1000)
    classes = quantile(values, 5)
    assert np.bincount(classes.codes(values)).tolist() == [200] * 5
    assert all(len(f"{edge:g}") <= 5 for edge in classes.edges[1:-1])


def test_equal_classes_stand_on_round_numbers():
    assert equal_interval(np.arange(0, 38), 5).edges == (0, 10, 20, 30, 40)
    assert equal_interval([0.12, 0.2, 0.31, 0.4, 0.45, 0.29], 4).edges == (0.1, 0.2, 0.3, 0.4, 0.5)


@pytest.mark.parametrize("method", EVERY)
def test_few_different_values_get_a_class_each(method):
    classes = method([3, 1, 1, 2, 2, 2], 5)
    assert classes.edges == (1, 2, 3, 3)
    assert classes.codes([1, 2, 3]).tolist() == [0, 1, 2]
    assert method([7, 7], 5).ranges() == ((7, 7),)


@pytest.mark.parametrize("method", EVERY)
def test_without_values_there_are_no_classes(method):
    classes = method([np.nan, np.inf], 5)
    assert len(classes) == 0
    assert classes.ranges() == ()
    assert classes.codes([1.0, np.nan]).tolist() == [-1, -1]


def test_missing_values_and_values_beyond_the_ends_have_no_class():
    classes = Classes((0.0, 10.0, 20.0))
    assert classes.codes([np.nan, -1, 0, 9.9, 10, 20, 20.1]).tolist() == [-1, -1, 0, 0, 1, 1, -1]


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_number_of_classes_nobody_can_read_is_refused(method, count):
    with pytest.raises(StatsError, match="can't show"):
        method([1, 2, 3], count)


@pytest.mark.parametrize("method", [quantile, jenks])
def test_values_that_only_the_last_digit_tells_apart_are_still_told_apart(method):
    base = 1.0
    values = [base]
    for _ in range(5):
        values.append(np.nextafter(values[-1], 2))
    classes = method(values, 5)
    assert set(classes.codes(values)) == set(range(len(classes)))


def spread(values, codes):
    """Return the squares of values about the mean of their class."""
    parts = [values[codes == code] for code in np.unique(codes)]
    return sum(((part - part.mean()) ** 2).sum() for part in parts)


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=9), st.integers(2, 5))
def test_no_other_division_is_better_than_that_of_jenks(values, count):
    known = np.array(sorted(values), dtype=float)
    found = spread(known, jenks(known, count).codes(known))
    every = combinations(range(1, len(known)), min(count, len(known)) - 1)
    best = min(
        spread(known, np.searchsorted(cuts, np.arange(len(known)), "right")) for cuts in every
    )
    assert found <= best + 1e-9


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.filterwarnings("ignore:Numba not installed")
def test_jenks_and_quantiles_agree_with_mapclassify(seed):
    random = np.random.default_rng(seed)
    values, count = random.lognormal(2, 1, 90), int(random.integers(3, 8))
    theirs = mapclassify.FisherJenks(values, count)
    assert jenks(values, count).codes(values).tolist() == theirs.yb.tolist()
    theirs = mapclassify.Quantiles(values, count)
    sizes = np.bincount(quantile(values, count).codes(values))
    assert np.abs(sizes - theirs.counts).max() <= 1


def test_equal_classes_are_those_of_mapclassify_with_round_borders():
    values = np.random.default_rng(1).uniform(0, 100, 300)
    ours, theirs = equal_interval(values, 5), mapclassify.EqualInterval(values, 5)
    assert np.abs(np.array(ours.edges[1:]) - theirs.bins).max() < 1


def test_jenks_finds_the_gaps_that_quantiles_cut_through():
    values = [1, 1, 2, 2, 2, 3, 3, 3, 2, 40, 41, 43, 300]
    assert jenks(values, 3).codes(values).tolist() == [0] * 9 + [1] * 3 + [2]
    assert quantile(values, 3).codes(values).tolist() != [0] * 9 + [1] * 3 + [2]


def test_cells_of_few_people_are_not_shown_and_move_no_border():
    rates, people = [0.1, 0.9, 0.2, np.nan, 0.3], [50, 3, 20, 80, np.nan]
    found = classify(rates, Method.EQUAL, 2, people=people, least=20)
    assert found.codes.tolist() == [0, FEW, 1, MISSING, FEW]
    assert found.classes == equal_interval([0.1, 0.2], 2)


@pytest.mark.parametrize("method", list(Method))
def test_without_a_floor_every_value_is_classed(method):
    found = classify([5, 1, 9, np.nan], method, 3)
    assert found.codes.tolist() == [1, 0, 2, MISSING]


def test_where_only_few_people_live_there_are_no_classes():
    found = classify([0.5, 0.7], Method.JENKS, people=[1, 2], least=5)
    assert len(found.classes) == 0
    assert found.codes.tolist() == [FEW, FEW]


def test_small_counts_have_whole_borders():
    counts = [0] * 30 + [1] * 12 + [2] * 6 + [3] * 3 + [4, 5, 9]
    assert all(
        edge == int(edge) for method in Method for edge in classify(counts, method).classes.edges
    )
