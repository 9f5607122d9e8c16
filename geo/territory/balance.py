"""Territories of about the same load, each cell with the home that is nearest after a handicap.

The way to a home counts longer where too many would come, and shorter where too few do; that is
how the shortest ways at equal loads look (the dual of optimal transport). Each territory hangs
together, because on the way home a cell only comes nearer to its home.
"""

import numpy as np

from geo.territory.graph import Floats, Whole

_MOST_ROUNDS, _LEAST_ROUNDS, _WORK = 240, 40, 30_000_000
_CLOSE = 1e-3
_SETTLED = 20


def balanced(load: Floats, away: Floats, home: Whole, rounds: int = _MOST_ROUNDS) -> Whole:
    """Return the person of every cell; loads are as equal as handicaps can make them."""
    between = away[home].T  # [one, other]: from the home of the other
    fair = _fair(load, away, home)
    typical = _typical(between)
    handicap = np.zeros(len(home))
    best, least = np.zeros(len(load), np.int64), np.inf
    for turn in range(min(rounds, max(_LEAST_ROUNDS, _WORK // away.size))):
        owner = np.argmin(away + handicap, axis=1)
        gap = np.bincount(owner, load, minlength=len(home)) / fair - 1
        if (worst := float(np.abs(gap).max())) < least:
            best, least = owner.astype(np.int64), worst
        if least < _CLOSE:
            break
        pace = typical / (2 + 2 * turn / _SETTLED)
        handicap = _keeping_homes(np.round(handicap + pace * np.clip(gap, -1, 1)), between)
    return best


def _fair(load: Floats, away: Floats, home: Whole) -> Floats:
    """Return the fair load of each person: what their part of the map holds, by its people."""
    together = np.isfinite(away[home])  # of each person with each
    within = np.isfinite(away).T @ load
    return np.asarray(np.maximum(within / together.sum(axis=1), 1e-9))


def _typical(between: Floats) -> float:
    """Return the mean way from a home to the nearest other one."""
    others = np.where(np.eye(len(between), dtype=bool), np.inf, between)
    nearest = others.min(axis=1)
    known = nearest[np.isfinite(nearest)]
    return float(known.mean()) if known.size else 1.0


def _keeping_homes(handicap: Floats, between: Floats) -> Floats:
    """Lower handicaps until every home is nearer to itself than to any other home."""
    room = np.where(np.eye(len(between), dtype=bool), 0.0, between - 1)
    while (lowered := (room + handicap).min(axis=1)).tolist() != handicap.tolist():
        handicap = lowered
    return handicap
