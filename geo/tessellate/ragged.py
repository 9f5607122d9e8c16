"""Rows of different lengths in flat arrays."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def counting(starts: Ints, counts: Ints) -> Ints:
    """Return start, start + 1, … for every row, `counts` numbers each, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum())


def owners(counts: Ints) -> Ints:
    """Return for every entry of the flat array the row it belongs to."""
    return np.repeat(np.arange(len(counts)), counts)


def firsts(groups: Ints) -> Ints:
    """Return where every group of equal neighbours starts; groups are not negative."""
    return np.flatnonzero(np.diff(groups, prepend=-1))


def following(groups: Ints) -> Ints:
    """Return for every entry the next one of its group, for the last one the first."""
    starts = firsts(groups)
    out = np.arange(1, len(groups) + 1)
    out[np.append(starts[1:], len(groups))[: len(starts)] - 1] = starts
    return out
