import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import StatsError
from geo.hotspots import HOT_SPOT_CAUTION, hot_spots


def queen(rows, cols):
    """The pairs of squares that share an edge or a corner."""
    at = np.arange(rows * cols).reshape(rows, cols)
    halves = [
        (at[:, :-1], at[:, 1:]),
        (at[:-1], at[1:]),
        (at[:-1, :-1], at[1:, 1:]),
        (at[:-1, 1:], at[1:, :-1]),
    ]
    return np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in halves])


def planted(seed, side=20, more=25):
    """Poisson counts with nine squares in a block that have more."""
    values = np.random.default_rng(seed).poisson(20, (side, side)).astype(float)
    values[4:7, 8:11] += more
    return values


@pytest.mark.filterwarnings("ignore:The alternative hypothesis")
@pytest.mark.parametrize("seed", range(3))
def test_z_and_p_agree_with_esda(seed):
    import esda
    from libpysal.weights import W

    values = np.random.default_rng(seed).lognormal(1, 1, 48)
    pairs = queen(6, 8)
    around = {i: [int(b if a == i else a) for a, b in pairs if i in (a, b)] for i in range(48)}
    theirs = esda.G_Local(
        values, W(around), transform="B", star=True, permutations=9_999, n_jobs=1, seed=1
    )
    ours = hot_spots(values, pairs)
    assert ours.z == pytest.approx(theirs.Zs, abs=1e-9)
    assert np.abs(ours.p - np.minimum(1, 2 * theirs.p_sim)).max() < 0.05  # both are drawn
    assert np.corrcoef(ours.p, theirs.p_sim)[0, 1] > 0.999


def test_a_planted_hot_spot_is_found_and_little_else():
    found = hot_spots(planted(1, more=30).ravel(), queen(20, 20))
    kind = found.kind.reshape(20, 20).copy()
    assert kind[4:7, 8:11].sum() >= 8
    kind[3:8, 7:12] = 0
    assert np.abs(kind).sum() <= 2
    assert found.p.min() < 0.001  # drawn more often than the first thousand times


def test_a_planted_cold_spot_is_cold():
    found = hot_spots(-planted(1).ravel(), queen(20, 20))
    assert found.kind.reshape(20, 20)[5, 9] == -1
    assert (found.kind == 1).sum() <= 2


def test_the_stricter_the_fewer_cells_are_named():
    found = hot_spots(planted(1).ravel(), queen(20, 20), 0.01)
    named = [found.named(share) for share in (0.01, 0.05, 0.1)]
    assert (named[0] == found.kind).all()
    assert 0 < np.abs(named[0]).sum() < np.abs(named[2]).sum()
    for strict, loose in itertools.pairwise(named):
        assert (loose[strict != 0] == strict[strict != 0]).all()


def test_another_run_of_chance_names_nearly_the_same_cells():
    named = [
        hot_spots(planted(4).ravel(), queen(20, 20), seed=seed).kind.sum() for seed in range(4)
    ]
    assert max(named) - min(named) <= 1


@pytest.mark.parametrize("cells", [300, 600, 30_000])
def test_a_great_cell_among_many_small_ones_takes_no_longer_and_is_judged_as_by_hand(cells: int):
    """As in a balanced grid: 150 neighbours, which draws with repeats would hardly ever miss."""
    random = np.random.default_rng(5)
    values, around = random.random(cells), np.arange(1, 151)
    values[around] += 0.02
    found = hot_spots(values, np.column_stack([np.zeros_like(around), around]))
    sums = np.array(
        [random.choice(values[1:], len(around), replace=False).sum() for _ in range(5000)]
    )
    more = (sums >= values[around].sum()).mean()

    assert found.p[0] == pytest.approx(2 * min(more, 1 - more), abs=0.05)


def test_values_without_a_pattern_name_few_cells_in_few_maps():
    named = [
        (hot_spots(np.random.default_rng(seed).poisson(9, 144), queen(12, 12)).kind != 0).any()
        for seed in range(30)
    ]
    assert sum(named) <= 4


def test_the_same_map_gives_the_same_answer_and_the_order_of_pairs_does_not_matter():
    values, pairs = planted(2).ravel(), queen(20, 20)
    one = hot_spots(values, pairs)
    other = hot_spots(values, np.r_[pairs[::-1, ::-1], pairs, [[3, 3]]])
    assert (one.p == other.p).all()
    assert (one.kind == other.kind).all()
    assert hot_spots(values, pairs, seed=5).p.tolist() != one.p.tolist()


def test_a_cell_without_a_value_is_left_out_as_if_it_were_not_there():
    values, pairs = planted(3).ravel(), queen(20, 20)
    values[0] = np.nan
    found = hot_spots(values, pairs)
    assert np.isnan(found.z[0])
    assert np.isnan(found.p[0])
    assert found.kind[0] == 0
    without = hot_spots(values[1:], pairs[(pairs > 0).all(axis=1)] - 1)
    assert (found.z[1:] == without.z).all()


def test_where_all_are_equal_nothing_is_hot():
    found = hot_spots([0.1] * 25, queen(5, 5))
    assert found.z.tolist() == [0] * 25
    assert found.p.tolist() == [1] * 25
    assert not found.kind.any()


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [4.0], [1.0, 5.0, 2.0]])
def test_cells_without_neighbours_are_never_hot(values):
    found = hot_spots(values, [])
    assert not found.kind.any()
    assert found.p[~np.isnan(np.array(values))].tolist() == [1.0] * np.isfinite(values).sum()


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4), st.floats(0.01, 100))
def test_the_unit_of_the_values_does_not_matter(values, unit):
    pairs = [[0, 1], [1, 2], [2, 3]]
    one, other = (hot_spots(np.array(values) * by, pairs).z for by in (1, unit))
    assert one == pytest.approx(other, abs=1e-3)


def test_the_caution_says_that_a_hot_spot_is_no_cause():
    assert "not why" in str(HOT_SPOT_CAUTION)


@pytest.mark.parametrize(
    ("values", "neighbors", "options", "message"),
    [
        ([1, np.inf], [[0, 1]], {}, "infinite"),
        ([1, 2], [[0, 2]], {}, "outside the 2 cells"),
        ([1, 2], [[-1, 1]], {}, "outside the 2 cells"),
        ([1, 2], [[0, 1]], {"false_share": 0}, "not between 0 and 1"),
        ([1, 2], [[0, 1]], {"permutations": 99}, "too few"),
    ],
)
def test_what_gives_no_hot_spots_is_refused(values, neighbors, options, message):
    with pytest.raises(StatsError, match=message):
        hot_spots(values, neighbors, **options)
