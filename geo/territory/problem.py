"""What a division must keep to, and what it costs, in whole numbers."""

from dataclasses import dataclass

import numpy as np

from geo.territory.graph import STEP, Floats, Graph, Whole

FAR = 1 << 50  # the cost of a person to whom no way leads

_FINE = 10**9
_WEIGHTS, _WEIGHT = 10_000, 32  # of all cells together, or of the mean cell
_EMPTY = 0.1  # of a mean cell: what a cell without load weighs, so that it too is kept near
_KEEP_STEPS = 3


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells by people: the way, the cost and the bounds within which each load must lie."""

    graph: Graph
    load: Whole
    low: int
    high: int
    home: Whole
    away: Floats  # whole numbers, infinite where no way leads
    cost: Whole
    today: Whole

    def loads(self, owner: Whole) -> Whole:
        """Return the load of every person."""
        return np.bincount(owner, self.load, minlength=len(self.home)).astype(np.int64)

    def beyond(self, owner: Whole) -> int:
        """Return by how much loads lie outside their bounds, added up."""
        held = self.loads(owner)
        return int((np.maximum(held - self.high, 0) + np.maximum(self.low - held, 0)).sum())

    def total_cost(self, owner: Whole) -> int:
        """Return the cost of a division."""
        return int(self.cost[np.arange(len(owner)), owner].sum())

    def is_compact(self, owner: Whole) -> bool:
        """Return whether every cell has a neighbour of its person that is nearer to the home."""
        one, other = np.concatenate([self.graph.pairs, self.graph.pairs[:, ::-1]]).T
        person = owner[one]
        leads = (owner[other] == person) & (self.away[other, person] < self.away[one, person])
        led = np.bincount(one[leads], minlength=len(owner)) > 0
        led[self.home] = True
        return bool(led.all())


def problem_of(
    graph: Graph,
    load: Floats,
    home: Whole,
    tolerance: float,
    today: Whole,
    keep_m: float | None,
) -> Problem:
    """Return the problem; whole loads stay as they are, others are counted in billionths."""
    counted = _counted(load)
    fair = counted.sum() / len(home)
    slack = 0 if (counted == load).all() else len(load)  # what rounding may have moved
    away = graph.away(home)
    return Problem(
        graph,
        counted,
        int(np.ceil(fair * (1 - tolerance) - 1e-6)) + slack,
        int(np.floor(fair * (1 + tolerance) + 1e-6)) - slack,
        home,
        away,
        _cost(load, away, today, STEP * _KEEP_STEPS if keep_m is None else _steps(keep_m, graph)),
        today,
    )


def _counted(load: Floats) -> Whole:
    if (load == np.round(load)).all() and load.sum() < _FINE:
        return load.astype(np.int64)
    return np.asarray(np.round(load / load.sum() * _FINE), np.int64)


def _steps(keep_m: float, graph: Graph) -> int:
    return round(keep_m / graph.step_m * STEP)


def _cost(load: Floats, away: Floats, today: Whole, keep: int) -> Whole:
    """Return weight times way for each cell and person, and what a change of person costs."""
    weight = load + load.mean() * _EMPTY
    fine = max(_WEIGHTS, _WEIGHT * len(load)) / weight.sum()
    weight = np.maximum(1, np.round(weight * fine)).astype(np.int64)
    known = np.isfinite(away)
    way = np.where(known, away, 0).astype(np.int64)
    change = (today[:, None] != np.arange(away.shape[1])) & (today[:, None] >= 0)
    return np.where(known, weight[:, None] * (way + keep * change), FAR)
