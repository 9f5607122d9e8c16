"""Divisions made better cell by cell, for maps of any size; without proof, but always connected.

Cells at a border change sides at random, worse ones less and less often (S. Kirkpatrick, Optimization
by simulated annealing, 1983). A cell only leaves when what remains hangs together.
"""

import heapq
import math
from collections.abc import Iterator

import numpy as np

from geo.territory.balance import balanced
from geo.territory.division import Division
from geo.territory.graph import Whole
from geo.territory.problem import Problem
from geo.territory.repair import mended

_CHUNK = 1 << 14
_STARTS = 4
_WARM = 0.5


def searched(problem: Problem, seed: int, turns: int) -> list[Whole]:
    """Return connected divisions, the best first: those within bounds by cost, then the others."""
    known = (problem.today >= 0).any()
    found: list[Whole] = []
    for at in range(_STARTS):
        random = np.random.default_rng([seed, at])
        compact = not at % 2
        start = _fresh(problem, random, compact) if compact or not known else _repaired(problem)
        division = Division(problem, start, compact=compact)
        found += [start, _annealed(problem, division, random, turns // _STARTS)]
    return sorted(found, key=lambda owner: (problem.beyond(owner), problem.total_cost(owner)))


def _fresh(problem: Problem, random: np.random.Generator, compact: bool) -> Whole:  # noqa: FBT001
    """Return a balanced division; ways that are all the same balance better when shaken."""
    away = problem.away if compact else problem.graph.shaken(random).away(problem.home)
    return balanced(problem.load.astype(float), away, problem.home)


def _repaired(problem: Problem) -> Whole:
    """Return today's division, made whole: what is cut off from a home goes to a neighbour."""
    owner = np.full(problem.graph.size, -1, dtype=np.int64)
    for person, home in enumerate(problem.home.tolist()):
        held = np.union1d(np.flatnonzero(problem.today == person), [home])
        held = held[~np.isin(held, np.delete(problem.home, person))]
        owner[next(p for p in problem.graph.pieces(held) if home in p)] = person
    waiting = [
        (int(problem.cost[cell, owner[beside]]), cell, int(owner[beside]))
        for one, other in problem.graph.pairs.tolist()
        for cell, beside in ((one, other), (other, one))
        if owner[cell] < 0 <= owner[beside]
    ]
    heapq.heapify(waiting)
    while waiting:
        _, cell, person = heapq.heappop(waiting)
        if owner[cell] < 0:
            owner[cell] = person
            for beside in problem.graph.around[cell]:
                heapq.heappush(waiting, (int(problem.cost[beside, person]), beside, person))
    return owner


def _annealed(
    problem: Problem, division: Division, random: np.random.Generator, turns: int
) -> Whole:
    typical = max(1.0, float(np.median(np.ptp(problem.cost, axis=1))) / len(problem.home))
    per_load = typical / max(1.0, float(problem.load.mean()))
    for at, (one, other, luck) in enumerate(_draws(problem.graph.pairs, random, turns)):
        done = at / turns
        division.penalty = per_load * 2 * 50**done
        if not at % _CHUNK:
            division.tighten(min(1.0, 0.6 + done / 2))
        limit = -_WARM * typical * (1 - done) ** 2 * math.log(luck)
        division.attempt(one, other, limit)
    return mended(problem, division)


def _draws(
    pairs: Whole, random: np.random.Generator, turns: int
) -> Iterator[tuple[int, int, float]]:
    """Yield cells that may go over to the person of a neighbour, and a chance above 0."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    for start in range(0, turns if len(both) else 0, _CHUNK):
        count = min(_CHUNK, turns - start)
        drawn = both[random.integers(0, len(both), count)]
        luck = 1.0 - random.random(count)
        yield from zip(*drawn.T.tolist(), luck.tolist(), strict=True)
