"""Where high or low values lie together more than chance would put them (Getis-Ord Gi*).

Written with numpy alone, because loading esda takes seconds; esda is the judge in the tests.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import numbers, position_pairs
from geo.errors import Reason, StatsError

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

HOT_SPOT_CAUTION: Final = Reason(
    "A hot spot says that high values lie together here, not why, and not that a cell on its own "
    "is high.",
    "The border of the map and the size of the cells change the answer; look at the numbers before "
    "you act.",
)

PERMUTATIONS = 99_999
SEED = 20_260_101  # the same answer every time
FALSE_SHARE = 0.05

_LEAST = 999  # permutations; fewer can not tell chance from a pattern
_HITS = 10  # so often chance has to reach a cell until its p is known well enough
_BLOCK, _MOST_HELD = 100_000, 10_000_000  # draws at a time, so that memory stays bounded
_SLACK = 1e-12  # sums in another order differ by as much


@dataclass(frozen=True, eq=False)
class HotSpots:
    """Gi* of every cell: its z, how often chance does as much, and what is left of it.

    `kind` is 1 for a hot spot, -1 for a cold one, 0 for neither, after the false discovery rate
    over all cells has been kept below what was asked. All is NaN (kind 0) where a value is missing.
    """

    z: Floats
    p: Floats
    kind: NDArray[np.int8]

    def named(self, false_share: float) -> NDArray[np.int8]:
        """Return `kind` for another false share; p is fine enough for those above the asked one."""
        return _named(self.z, self.p, false_share)


@dataclass(frozen=True, eq=False)
class _Near:
    """The known values, how many neighbours each cell has, and what these add up to."""

    y: Floats
    count: Whole
    total: Floats


def hot_spots(
    values: ArrayLike,
    neighbors: ArrayLike,
    false_share: float = FALSE_SHARE,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> HotSpots:
    """Return where values lie high or low together; rows of `neighbors` are pairs of positions.

    z is Gi* of Ord and Getis (1995) with weight 1 for the cell and each of its neighbours. p is
    two-sided, from a conditional permutation: the cell keeps its value, its neighbours draw theirs
    from all others, `permutations` times, and more often where chance hardly reaches it.
    Of the cells named hot or cold, at most `false_share` are so by chance (Benjamini and Hochberg,
    1995).
    """
    v = numbers(values, StatsError).ravel()
    _check(v, false_share, permutations)
    known = np.flatnonzero(np.isfinite(v))
    z, p = np.full(v.shape, np.nan), np.full(v.shape, np.nan)
    if known.size:
        near = _near(v[known], _pairs(neighbors, v), known, v.size)
        z[known] = _z(near)
        p[known] = _chances(near, permutations, false_share, seed)
    return HotSpots(z, p, _named(z, p, false_share))


def _pairs(neighbors: ArrayLike, v: Floats) -> Whole:
    pairs = position_pairs(neighbors, StatsError)
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < v.size):
        raise StatsError(
            "A neighbour stands outside the {cells} cells.",
            "Number the cells from 0 in the order of their values.",
            cells=v.size,
        )
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    packed = np.unique((one * v.size + other)[one != other])
    return np.column_stack(np.divmod(packed, max(v.size, 1)))


def _near(y: Floats, pairs: Whole, known: Whole, size: int) -> _Near:
    """Return what lies around every known cell; missing values are as if they were not there."""
    place = np.full(size, -1, dtype=np.intp)
    place[known] = np.arange(known.size)
    one, other = place[pairs].T
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    total = np.bincount(one, y[other], len(y)).astype(np.float64)
    return _Near(y, np.bincount(one, minlength=len(y)), total)


def _z(near: _Near) -> Floats:
    y, n = near.y, len(near.y)
    count = near.count + 1  # the cell itself is in its Gi*
    spread = np.sqrt(np.maximum(np.mean(y * y) - np.mean(y) ** 2, 0.0))
    by_chance = spread * np.sqrt(np.maximum(n * count - count**2, 0) / max(n - 1, 1))
    out = np.zeros(n)
    np.divide(near.total + y - np.mean(y) * count, by_chance, out=out, where=by_chance > 0)
    return out


def _chances(near: _Near, permutations: int, false_share: float, seed: int) -> Floats:
    """Return two-sided p, drawn more often only for cells that could be named with a smaller one.

    Source: J. Besag and P. Clifford, Sequential Monte Carlo p-values, Biometrika 78 (1991).
    """
    n = len(near.y)
    random = np.random.default_rng(seed)
    enough = int(2 * n / false_share) + 1  # with so many, one cell alone can be named
    p, hits, drawn = np.ones(n), np.zeros((2, n)), np.zeros(n)
    cells, more = np.flatnonzero(near.count), permutations
    while cells.size:
        hits[:, cells] += _hits(near, cells, random, more)
        drawn[cells] += more
        fewer = hits.min(axis=0)
        p[cells] = np.minimum(1.0, 2 * (fewer[cells] + 1) / (drawn[cells] + 1))
        open_ = (fewer < _HITS) & (drawn < enough) & (p > _threshold(p, false_share))
        cells = np.flatnonzero(open_ & (near.count > 0))
        more = int(min(drawn.max(), max(enough - drawn.max(), 1)))
    return p


def _hits(near: _Near, cells: Whole, random: np.random.Generator, times: int) -> Floats:
    """Return how often chance reaches at least, and at most, what lies around cells."""
    out = np.zeros((2, len(cells)))
    most, others = int(near.count[cells].max()), len(near.y) - 1
    block = min(_BLOCK, max(1, _MOST_HELD // (most if _is_roomy(others, most) else others)))
    for start in range(0, times, block):
        rows = min(block, times - start)
        draws = _draws(random, others, most, rows)
        sums = np.zeros(rows)
        for taken in range(1, most + 1):
            sums += near.y[draws[taken - 1]]
            at = np.flatnonzero(near.count[cells] == taken)
            if at.size:
                out[:, at] += _reaching(near, cells[at], draws[:taken], sums)
    return out


def _draws(random: np.random.Generator, others: int, most: int, times: int) -> NDArray[np.int32]:
    """Return columns of `most` different numbers below `others`."""
    if not _is_roomy(others, most):
        return _dealt(random, others, most, times)
    draws = random.integers(0, others, (most, times), dtype=np.int32)
    again = np.flatnonzero(_with_repeats(draws))
    while again.size:
        draws[:, again] = random.integers(0, others, (most, again.size), dtype=np.int32)
        again = again[_with_repeats(draws[:, again])]
    return draws


def _is_roomy(others: int, most: int) -> bool:
    """Return whether few draws of so many numbers take one of them twice."""
    return most * most <= others


def _dealt(random: np.random.Generator, others: int, most: int, times: int) -> NDArray[np.int32]:
    """Deal `most` cards of `others` so many times: a shuffle that stops when they are on the table."""
    cards = np.tile(np.arange(others, dtype=np.int32), (times, 1))
    each = np.arange(times)
    for at in range(most):
        taken = random.integers(at, others, times)
        top = cards[:, at].copy()
        cards[:, at] = cards[each, taken]
        cards[each, taken] = top
    return np.ascontiguousarray(cards[:, :most].T)


def _with_repeats(draws: NDArray[np.int32]) -> NDArray[np.bool_]:
    again = np.zeros(draws.shape[1], dtype=bool)
    for row in range(1, len(draws)):
        again |= (draws[:row] == draws[row]).any(axis=0)
    return again


def _reaching(near: _Near, cells: Whole, draws: NDArray[np.int32], sums: Floats) -> Floats:
    """Return how many draws reach at least, and at most, what lies around cells.

    Draws are of all cells but the last one. A cell that was drawn for itself gives its place to the
    last one, so that every cell draws from all others, and all share the same sums.
    """
    y = near.y
    slack = _SLACK * max(1.0, float(np.abs(sums).max()))
    low, high = near.total[cells] - slack, near.total[cells] + slack
    ordered = np.sort(sums)
    at_least = len(sums) - np.searchsorted(ordered, low)
    at_most = np.searchsorted(ordered, high, side="right")
    place = np.full(len(y), -1, dtype=np.int32)
    place[cells] = np.arange(len(cells))
    whose = place[draws].ravel()
    itself = np.flatnonzero(whose >= 0)
    who, before = whose[itself], sums[itself % len(sums)]
    after = before + y[-1] - y[cells[who]]
    more = (after >= low[who]).astype(float) - (before >= low[who])
    less = (after <= high[who]).astype(float) - (before <= high[who])
    changed = [np.bincount(who, change, len(cells)) for change in (more, less)]
    return np.stack([at_least, at_most]).astype(np.float64) + np.stack(changed)


def _named(z: Floats, p: Floats, false_share: float) -> NDArray[np.int8]:
    hot = p <= _threshold(p[np.isfinite(p)], false_share)
    return np.where(hot, np.sign(np.nan_to_num(z)), 0).astype(np.int8)


def _threshold(p: Floats, false_share: float) -> float:
    """Return the largest p that may be named, -1 for none (Benjamini and Hochberg)."""
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= false_share * np.arange(1, p.size + 1) / max(p.size, 1))
    return float(ordered[passing[-1]]) if passing.size else -1.0


def _check(v: Floats, false_share: float, permutations: int) -> None:
    if np.isinf(v).any():
        raise StatsError("A value is infinite.", "Leave out cells without a rate.")
    if not 0 < false_share < 1:
        raise StatsError(
            "A false share of {share} is not between 0 and 1.",
            "Give 0.05 for one wrong name in twenty.",
            share=false_share,
        )
    if permutations < _LEAST:
        raise StatsError(
            "{count} permutations are too few to tell chance from a pattern.",
            "Draw {least} or more.",
            count=permutations,
            least=_LEAST,
        )
