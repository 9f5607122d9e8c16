import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.classify import Classes, equal_interval, quantile
from geo.errors import StatsError

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
whole = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=60)
values = st.one_of(numbers, whole)
counts = st.integers(2, 9)


@pytest.mark.parametrize("method", [quantile, equal_interval])
@given(values=values, count=counts)
def test_every_value_has_a_class_and_there_are_not_too_many(method, values, count):
    classes = method(values, count)
    codes = classes.codes(values)
    assert codes.min() >= 0
    assert codes.max() < len(classes) <= count
    assert list(classes.edges) == sorted(classes.edges)
    low, high = np.array(classes.ranges())[codes].T
    assert ((low <= values) & (values <= high)).all()


@given(numbers, counts)
def test_no_class_of_equal_size_is_empty(values, count):
    classes = quantile(values, count)
    assert set(classes.codes(values)) == set(range(len(classes)))


def test_quantiles_are_of_about_the_same_size_with_round_borders():
    values = np.random.default_rng(1).lognormal(3, 1, 1000)
    classes = quantile(values, 5)
    assert np.bincount(classes.codes(values)).tolist() == [200] * 5
    assert all(len(f"{edge:g}") <= 5 for edge in classes.edges[1:-1])


def test_equal_classes_stand_on_round_numbers():
    assert equal_interval(np.arange(0, 38), 5).edges == (0, 10, 20, 30, 40)
    assert equal_interval([0.12, 0.2, 0.31, 0.4, 0.45, 0.29], 4).edges == (0.1, 0.2, 0.3, 0.4, 0.5)


@pytest.mark.parametrize("method", [quantile, equal_interval])
def test_few_different_values_get_a_class_each(method):
    classes = method([3, 1, 1, 2, 2, 2], 5)
    assert classes.edges == (1, 2, 3, 3)
    assert classes.codes([1, 2, 3]).tolist() == [0, 1, 2]
    assert method([7, 7], 5).ranges() == ((7, 7),)


@pytest.mark.parametrize("method", [quantile, equal_interval])
def test_without_values_there_are_no_classes(method):
    classes = method([np.nan, np.inf], 5)
    assert len(classes) == 0
    assert classes.ranges() == ()
    assert classes.codes([1.0, np.nan]).tolist() == [-1, -1]


def test_missing_values_and_values_beyond_the_ends_have_no_class():
    classes = Classes((0.0, 10.0, 20.0))
    assert classes.codes([np.nan, -1, 0, 9.9, 10, 20, 20.1]).tolist() == [-1, -1, 0, 0, 1, 1, -1]


@pytest.mark.parametrize("method", [quantile, equal_interval])
@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_number_of_classes_nobody_can_read_is_refused(method, count):
    with pytest.raises(StatsError, match="can't show"):
        method([1, 2, 3], count)


def test_values_that_only_the_last_digit_tells_apart_are_still_told_apart():
    base = 1.0
    values = [base]
    for _ in range(5):
        values.append(np.nextafter(values[-1], 2))
    classes = quantile(values, 5)
    assert set(classes.codes(values)) == set(range(len(classes)))
