import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import HexSpec, assign_codes, tessellate
from geo.errors import StatsError
from geo.stats import counts, density_per_km2, rate, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "confidence", "low", "high"),
    [
        (81, 263, 0.95, 0.2553, 0.3662),
        (15, 148, 0.95, 0.0624, 0.1605),
        (0, 20, 0.95, 0.0, 0.1611),
        (1, 29, 0.95, 0.0061, 0.1718),
        (20, 20, 0.95, 0.8389, 1.0),
        (12, 28, 0.90, 0.2878, 0.5819),
    ],
)
def test_wilson_intervals_agree_with_published_ones(successes, trials, confidence, low, high):
    got = wilson(successes, trials, confidence)
    assert (round(float(got[0]), 4), round(float(got[1]), 4)) == (low, high)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_an_interval_holds_its_share_and_stays_within_0_and_1(successes, failures, confidence):
    low, high = wilson(successes, successes + failures, confidence)
    if successes + failures == 0:
        assert np.isnan(low)
        assert np.isnan(high)
    else:
        assert 0 <= low <= successes / (successes + failures) <= high <= 1


def test_intervals_of_many_cells_come_at_once_and_empty_cells_have_none():
    low, high = wilson([0, 5, 0], [0, 10, 10])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] < 0.5 < high[1]
    assert low[2] == 0
    assert 0 < high[2] < 1


@pytest.mark.parametrize(("successes", "trials"), [(3, 2), (-1, 5)])
def test_a_share_above_one_or_below_nothing_is_refused(successes, trials):
    with pytest.raises(StatsError, match="is not a proportion"):
        wilson([1, successes], [2, trials])


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_a_confidence_that_is_no_probability_is_refused(confidence):
    with pytest.raises(StatsError, match="not between 0 and 1"):
        wilson(1, 2, confidence)


def test_a_rate_is_hidden_below_its_smallest_denominator():
    out = rate([1, 1, 1, 1], [0, 4, 5, np.nan], min_whole=5)
    assert np.isnan(out[[0, 1, 3]]).all()
    assert out[2] == 0.2


def test_density_counts_per_square_kilometre():
    assert density_per_km2([250, 3], [62_500, 0]).tolist()[0] == 4000
    assert np.isnan(density_per_km2(3, 0))


def test_everybody_is_counted_in_one_cell_or_in_none(area, home):
    lon, lat = np.random.default_rng(3).uniform(-0.02, 0.02, (2, 4000))
    cells = tessellate(area, HexSpec(side_m=150, origin=home))
    codes = assign_codes(home.lon + lon, home.lat + lat, cells)
    found = counts(codes, len(cells))
    assert found.shape == (len(cells),)
    assert found.sum() == (codes >= 0).sum()
    assert found[7] == (codes == 7).sum()


def test_money_is_summed_where_its_owners_live():
    assert counts([0, 2, -1, 2], 4, weight=[5, 1, 100, 2.5]).tolist() == [5, 0, 3.5, 0]
    assert counts([], 2).tolist() == [0, 0]


@pytest.mark.parametrize("code", [-2, 3])
def test_a_cell_of_another_map_is_refused(code):
    with pytest.raises(StatsError, match="none of the 3 cells"):
        counts([0, code], 3)
