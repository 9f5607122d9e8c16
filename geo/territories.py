"""Cells to staff: connected territories of about the same load, near everybody's base.

Small maps are solved by OR-Tools with a proof (`territory/exact.py`), after and beside a search that
also serves large ones (`territory/search.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import fitting, position_pairs, whole_numbers
from geo.errors import Reason, TerritoryError
from geo.territory.asked import (
    checked_loads,
    checked_people,
    checked_rest,
    held_today,
    lengths,
    positions,
)
from geo.territory.exact import MOST_CHOICES, solved
from geo.territory.graph import Floats, Whole, graph_of
from geo.territory.homes import homes_of
from geo.territory.problem import Problem, problem_of
from geo.territory.search import searched

NOBODY = -1

_TURNS_PER_CELL = 400
_LEAST_TURNS = 20_000
_TURNS_A_SECOND = 200_000
_SEARCH_SHARE = 0.4  # of the time, where a proof is tried as well


class Status(StrEnum):
    """How sure it is that a proposal is the best."""

    BEST = "best"
    GOOD = "good"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, eq=False)
class Proposal:
    """Who looks after each cell, what everybody then has, what changes, and why it is so.

    When it is impossible, every cell is NOBODY's and nothing changes.
    """

    staff: Whole  # of every cell, as numbered by the caller
    load: Floats  # of everybody, in the order given
    changed: NDArray[np.bool_]
    status: Status
    why: Reason

    @property
    def spread(self) -> float:
        """The largest load's or the smallest one's distance from the mean, as a share of it."""
        mean = float(self.load.mean())
        return float(np.abs(self.load - mean).max()) / mean if mean else 0.0


def propose(
    load: ArrayLike,
    neighbors: ArrayLike,
    bases: Sequence[int],
    staff: Sequence[int],
    tolerance: float,
    *,
    steps_m: ArrayLike | None = None,
    today: ArrayLike | None = None,
    keep_m: float | None = None,
    seed: int = 0,
    seconds: float = 10.0,
) -> Proposal:
    """Return the division with the shortest ways whose loads all lie within the tolerance.

    Cells are numbered from 0: `neighbors` are pairs of them (walkable ones: a river without a
    bridge makes no pair), `steps_m` the distance of each pair, `bases` a cell for each of `staff`,
    `today` who has each cell now. A cell counts by its load (an empty one a little), its way is
    the shortest along neighbours to its person's home: the base, or where several share one, a
    middle of their own. Everybody's territory is connected. A cell changes hands only when that
    saves more than `keep_m` of way (default: three steps). The same question always gets the same
    answer; `seconds` is about how long the search may take.
    """
    weight = checked_loads(load)
    people = checked_people(staff, bases, len(weight))
    checked_rest(tolerance, seconds, keep_m)
    graph = graph_of(len(weight), position_pairs(neighbors, TerritoryError), lengths(steps_m))
    before = held_today(today, len(weight))
    if len(people) > len(weight):
        return _impossible(weight, people, _too_few(weight, people))
    now = positions(before, people, len(weight))
    home = homes_of(graph, weight, whole_numbers(bases, TerritoryError), now)
    problem = problem_of(graph, weight, home, tolerance, now, keep_m)
    obstacle = _too_large(problem, tolerance) or _uneven_parts(problem, tolerance)
    found = _divided(problem, tolerance, seed, seconds) if obstacle is None else obstacle
    if isinstance(found, Reason):
        return _impossible(weight, people, found)
    return _said(found, weight, people, before)


def bridged(neighbors: ArrayLike, x_m: ArrayLike, y_m: ArrayLike) -> Whole:
    """Return the pairs with the shortest links added that make all cells hang together.

    For maps with islands that are reached after all; x and y are the middles of the cells.
    """
    xy = np.column_stack(fitting(TerritoryError, x_m, y_m))
    if not np.isfinite(xy).all():
        raise TerritoryError("A cell has no place.", "Give the middle of every cell in metres.")
    pairs = position_pairs(neighbors, TerritoryError)
    while True:
        part = graph_of(len(xy), pairs, None).part
        if not part.size or not part.any():
            return pairs
        pairs = np.concatenate([pairs, [_shortest_link(xy, part == part.max())]])


def _shortest_link(xy: Floats, island: NDArray[np.bool_]) -> tuple[int, int]:
    from scipy.spatial import KDTree

    there, here = np.flatnonzero(island), np.flatnonzero(~island)
    found = KDTree(xy[here]).query(xy[there])
    away, nearest = np.asarray(found[0]), np.asarray(found[1])
    at = int(np.argmin(away))
    return int(here[nearest[at]]), int(there[at])


@dataclass(frozen=True, eq=False)
class _Found:
    owner: Whole
    status: Status
    why: Reason


def _divided(problem: Problem, tolerance: float, seed: int, seconds: float) -> _Found | Reason:
    small = problem.away.size <= MOST_CHOICES
    turns = max(_LEAST_TURNS, _TURNS_PER_CELL * problem.graph.size)
    share = seconds * (_SEARCH_SHARE if small else 1.0)
    tried = searched(problem, seed, min(turns, round(share * _TURNS_A_SECOND)))
    least_cost = 0.0
    if small:
        hint = next(filter(problem.is_compact, tried), tried[0])
        exact = solved(problem, hint, seed, seconds - share)
        least_cost = exact.least_cost
        tried += [] if exact.owner is None else [exact.owner]
    kept = [owner for owner in tried if not problem.beyond(owner)]
    if not kept:
        return _not_found(problem, tried, tolerance)
    owner = min(kept, key=problem.total_cost)
    return _Found(owner, *_praise(problem.total_cost(owner), least_cost))


def _said(found: _Found, load: Floats, people: Whole, before: Whole | None) -> Proposal:
    chosen = people[found.owner]
    held = np.bincount(found.owner, load, minlength=len(people)).astype(np.float64)
    changed = np.zeros(len(load), bool) if before is None else chosen != before
    return Proposal(chosen, held, changed, found.status, found.why)


def _praise(cost: int, least_cost: float) -> tuple[Status, Reason]:
    if cost <= least_cost + 1e-6:
        return Status.BEST, Reason("No compact division has shorter ways.")
    if least_cost:
        return Status.GOOD, Reason(
            "In the time given, ways up to {percent:g} % shorter could not be ruled out.",
            percent=_percent(1 - least_cost / cost),
        )
    return Status.GOOD, Reason(
        "Too many choices for a proof: this is the best of several divisions."
    )


def _impossible(load: Floats, people: Whole, why: Reason) -> Proposal:
    nobody = np.full(len(load), NOBODY, dtype=np.int64)
    unchanged = np.zeros(len(load), dtype=bool)
    return Proposal(nobody, np.zeros(len(people)), unchanged, Status.IMPOSSIBLE, why)


def _too_few(load: Floats, people: Whole) -> Reason:
    return Reason(
        "Impossible: there are {people} people but only {cells} cells.",
        "Divide the area into more cells.",
        people=len(people),
        cells=len(load),
    )


def _too_large(problem: Problem, tolerance: float) -> Reason | None:
    fair, largest = problem.load.sum() / len(problem.home), int(problem.load.max())
    if problem.low > problem.high:
        return Reason(
            "Impossible: a fair share is {fair:g}, and no whole number lies within {percent:g} % "
            "of it.",
            "Allow a larger difference.",
            fair=round(float(fair), 2),
            percent=_percent(tolerance),
        )
    if largest <= problem.high:
        return None
    return Reason(
        "Impossible: the largest cell holds {share:g} % of one person's fair share.",
        "Split that cell, or allow a difference of {needed:g} %.",
        share=_percent(largest / fair),
        needed=_percent(largest / fair - 1),
    )


def _uneven_parts(problem: Problem, tolerance: float) -> Reason | None:
    """Say which part of a map that does not hang together can't be shared out."""
    part, fair = problem.graph.part, problem.load.sum() / len(problem.home)
    people = np.bincount(part[problem.home], minlength=part.max() + 1)
    held = np.bincount(part, problem.load)
    for at in np.flatnonzero((held < people * problem.low) | (held > people * problem.high)):
        return Reason(
            "Impossible: a part that is cut off, {cells} of {all} cells, holds {share:g} fair "
            "shares; with {people} people based in it, that is not within {percent:g} %.",
            "Join it by a bridge, move a base, or allow a larger difference.",
            cells=int((part == at).sum()),
            all=len(part),
            share=round(float(held[at] / fair), 2),
            people=int(people[at]),
            percent=_percent(tolerance),
        )
    lost = int((people[part] == 0).sum())
    return _cut_off(lost, len(part)) if lost else None


def _cut_off(cells: int, of: int) -> Reason:
    return Reason(
        "Impossible: no way leads from any base to {cells} of {all} cells.",
        "Join them by a bridge, or leave them out.",
        cells=cells,
        all=of,
    )


def _not_found(problem: Problem, tried: list[Whole], tolerance: float) -> Reason:
    fair = problem.load.sum() / len(problem.home)
    reached = min(float(np.abs(problem.loads(owner) / fair - 1).max()) for owner in tried)
    return Reason(
        "Impossible, as far as could be found: no connected division lies within {percent:g} %; "
        "the nearest reaches {reached:g} %.",
        "Allow {reached:g} %, split large cells, or move a base.",
        percent=_percent(tolerance),
        reached=_percent(reached),
    )


def _percent(share: float) -> float:
    """Return a share in percent, rounded up to a tenth, so that allowing it is enough."""
    return float(np.ceil(round(share * 1000, 6)) / 10)
