"""Where high or low values lie together more than chance would put them (Getis-Ord Gi*).

Written with numpy alone, because loading esda takes seconds; esda is the judge in the tests.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import Reason, StatsError

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

HOT_SPOT_CAUTION: Final = Reason(
    "A hot spot says that high values lie together here, not why, and not that a cell on its own "
    "is high.",
    "The border of the map and the size of the cells change the answer; look at the numbers before "
    "you act.",
)

PERMUTATIONS = 999
SEED = 20_260_101  # the same answer every time
FALSE_SHARE = 0.05

_ROUND = 10  # times as many draws, for the cells that fewer than ten draws reached
_ROOMY = 40  # draws from so many times as many cells seldom take one twice
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
    from all others, `permutations` times, and ten times as often where chance hardly reaches it.
    Of the cells named hot or cold, at most `false_share` are so by chance (Benjamini and Hochberg,
    1995).
    """
    v = np.asarray(values, np.float64).ravel()
    _check(v, false_share, permutations)
    known = np.flatnonzero(np.isfinite(v))
    z, p = np.full(v.shape, np.nan), np.full(v.shape, np.nan)
    if known.size:
        around = _around(_pairs(neighbors, v), known, v.size)
        y = v[known]
        z[known] = _z(y, around)
        p[known] = _chances(y, around, permutations, false_share, seed)
    hot = p <= _threshold(p[known], false_share)
    return HotSpots(z, p, np.where(hot, np.sign(np.nan_to_num(z)), 0).astype(np.int8))


def _pairs(neighbors: ArrayLike, v: Floats) -> Whole:
    pairs = np.asarray(neighbors, dtype=np.intp).reshape(-1, 2)
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < v.size):
        raise StatsError(
            "A neighbour stands outside the {cells} cells.",
            "Number the cells from 0 in the order of their values.",
            cells=v.size,
        )
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _around(pairs: Whole, known: Whole, size: int) -> list[Whole]:
    """Return the neighbours of every known cell, as positions among the known ones."""
    place = np.full(size, -1, dtype=np.intp)
    place[known] = np.arange(known.size)
    one, other = place[pairs].T
    both = (one >= 0) & (other >= 0)
    one, other = one[both], other[both]
    return np.split(other, np.searchsorted(one, np.arange(1, known.size)))


def _z(y: Floats, around: list[Whole]) -> Floats:
    n = len(y)
    count = np.array([len(near) + 1 for near in around])  # the cell itself is in its Gi*
    total = np.array([y[i] + y[near].sum() for i, near in enumerate(around)])
    spread = np.sqrt(np.maximum(np.mean(y * y) - np.mean(y) ** 2, 0.0))
    by_chance = spread * np.sqrt(np.maximum(n * count - count**2, 0) / max(n - 1, 1))
    out = np.zeros(n)
    np.divide(total - np.mean(y) * count, by_chance, out=out, where=by_chance > 0)
    return out


def _chances(
    y: Floats, around: list[Whole], permutations: int, false_share: float, seed: int
) -> Floats:
    """Return two-sided p, drawn more often only for cells that could be named with a smaller one."""
    most = max(len(near) for near in around)
    random = np.random.default_rng(seed)
    enough = 2 * len(y) / false_share  # with so many, one cell alone can be named
    p, cells, times = np.ones(len(y)), np.arange(len(y)), permutations
    while most and cells.size:
        p[cells] = _drawn(y, around, cells, _draws(random, len(y) - 1, most, times))
        rare = (p <= 2 * _ROUND / times) & (p > _threshold(p, false_share))
        cells = np.flatnonzero(rare) if times < enough else cells[:0]
        times = min(times * _ROUND, int(enough) + 1)
    return p


def _draws(random: np.random.Generator, others: int, most: int, times: int) -> NDArray[np.int32]:
    """Return rows of `most` different numbers below `others`."""
    if others < _ROOMY * most:
        rows = np.tile(np.arange(others, dtype=np.int32), (times, 1))
        return random.permuted(rows, axis=1)[:, :most]
    rows = random.integers(0, others, (times, most), dtype=np.int32)
    while (again := _with_repeats(rows)).any():
        rows[again] = random.integers(0, others, (int(again.sum()), most), dtype=np.int32)
    return rows


def _with_repeats(rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    ordered = np.sort(rows, axis=1)
    return np.asarray((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))


def _drawn(y: Floats, around: list[Whole], cells: Whole, draws: NDArray[np.int32]) -> Floats:
    out = np.ones(len(cells))
    for at, cell in enumerate(cells.tolist()):
        near = around[cell]
        sums = np.delete(y, cell)[draws[:, : near.size]].sum(axis=1)
        found = y[near].sum()
        slack = _SLACK * max(1.0, float(np.abs(sums).max()))
        fewer = min((sums >= found - slack).sum(), (sums <= found + slack).sum())
        out[at] = min(1.0, 2 * (fewer + 1) / (len(draws) + 1))
    return out


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
    if permutations < PERMUTATIONS:
        raise StatsError(
            "{count} permutations are too few to tell chance from a pattern.",
            "Draw {least} or more.",
            count=permutations,
            least=PERMUTATIONS,
        )
