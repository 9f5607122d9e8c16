"""The last cells: what one person has too much goes, from neighbour to neighbour, to who has room."""

from collections import deque
from itertools import pairwise

import numpy as np

from geo.territory.division import Division
from geo.territory.graph import Whole
from geo.territory.problem import Problem

_SEVERE = 1e6  # any load beyond its bound costs more than any way
_ENDS = 12


def mended(problem: Problem, division: Division) -> Whole:
    """Return the division with as much as possible of what lies beyond the bounds passed on."""
    division.penalty = _SEVERE
    division.tighten(1.0)
    hopeless: set[int] = set()
    while (person := _worst(problem, division, hopeless)) is not None:
        if not _relieved(problem, division, person):
            hopeless.add(person)
    return np.array(division.owner, dtype=np.int64)


def _worst(problem: Problem, division: Division, hopeless: set[int]) -> int | None:
    """Return who is farthest beyond a bound, of those for whom there is hope."""
    low, high = problem.low, problem.high
    out = {
        person: max(held - high, low - held)
        for person, held in enumerate(division.held)
        if person not in hopeless and not low <= held <= high
    }
    return max(out, key=lambda person: (out[person], -person)) if out else None


def _relieved(problem: Problem, division: Division, person: int) -> bool:
    """Pass cells along the shortest chain of neighbours that makes things better, if one does."""
    too_much = division.held[person] > problem.high
    before = division.beyond()
    for chain in _chains(problem, division, person)[:_ENDS]:
        given = _passed(division, chain if too_much else chain[::-1])
        if division.beyond() < before:
            return True
        for cell, giver in reversed(given):
            division.give(cell, giver)
    return False


def _chains(problem: Problem, division: Division, person: int) -> list[list[int]]:
    """Return the way from one person to every other over neighbouring territories."""
    owner = np.array(division.owner)
    pairs = owner[problem.graph.pairs]
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    beside: dict[int, list[int]] = {}
    for one, other in np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0).tolist():
        beside.setdefault(one, []).append(other)
    chains, queue = {person: [person]}, deque([person])
    while queue:
        here = queue.popleft()
        for there in beside.get(here, ()):
            if there not in chains:
                chains[there] = [*chains[here], there]
                queue.append(there)
    return [chain for chain in chains.values() if len(chain) > 1]


def _passed(division: Division, chain: list[int]) -> list[tuple[int, int]]:
    """Give a cell on along the chain, and return the cells with who gave them."""
    given: list[tuple[int, int]] = []
    for giver, taker in pairwise(chain):
        cell = division.cheapest(giver, taker)
        if cell is None:
            break
        division.give(cell, taker)
        given.append((cell, giver))
    return given
