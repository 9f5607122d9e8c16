"""The division that costs least, with proof, by OR-Tools' CP-SAT.

Each cell that is no home needs a neighbour of the same person that is strictly nearer to that
person's home. Following such neighbours leads home, so territories hang together without any flow
in the model, and they are compact.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.territory.graph import Whole
from geo.territory.problem import Problem

MOST_CHOICES = 15_000
"""Cells times people, above which the model takes longer to build than to be of use."""

_PATIENCE = 6  # wall clock seconds for each second of work that was asked for


@dataclass(frozen=True, eq=False)
class Solved:
    """The best division found, None if none was, and the least that any compact one can cost."""

    owner: Whole | None
    least_cost: float


def solved(problem: Problem, hint: Whole, seed: int, seconds: float) -> Solved:
    """Return the cheapest compact division; the same work always gives the same answer.

    `seconds` are of OR-Tools' deterministic time, about as long as those of the clock.
    """
    from ortools.sat.python import cp_model  # here, because it takes a second to load

    model = cp_model.CpModel()
    takes = _choices(model, problem, hint)
    _bind(model, problem, takes)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = seconds
    solver.parameters.max_time_in_seconds = seconds * _PATIENCE
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved(None, solver.best_objective_bound)
    owner = np.zeros(problem.graph.size, dtype=np.int64)
    for (cell, person), taken in takes.items():
        if solver.boolean_value(taken):
            owner[cell] = person
    return Solved(owner, solver.best_objective_bound)


def _choices(model: Any, problem: Problem, hint: Whole) -> dict[tuple[int, int], Any]:
    """Return a yes or no for every person to whom a way leads from a cell."""
    takes: dict[tuple[int, int], Any] = {}
    for cell, person in np.argwhere(np.isfinite(problem.away)).tolist():
        takes[cell, person] = model.new_bool_var("")
        model.add_hint(takes[cell, person], bool(hint[cell] == person))
    return takes


def _bind(model: Any, problem: Problem, takes: dict[tuple[int, int], Any]) -> None:
    size, people = problem.away.shape
    for cell in range(size):
        model.add_exactly_one(takes[cell, p] for p in range(people) if (cell, p) in takes)
    for person, home in enumerate(problem.home.tolist()):
        model.add(takes[home, person] == 1)
        cells = [cell for cell in range(size) if (cell, person) in takes]
        held = sum(int(problem.load[cell]) * takes[cell, person] for cell in cells)
        model.add_linear_constraint(held, problem.low, problem.high)
        for cell in cells:
            if cell != home:
                nearer = _nearer(problem, cell, person)
                model.add_bool_or(
                    takes[cell, person].negated(), *(takes[near, person] for near in nearer)
                )
    model.minimize(sum(int(problem.cost[key]) * taken for key, taken in takes.items()))


def _nearer(problem: Problem, cell: int, person: int) -> list[int]:
    away = problem.away[:, person]
    return [near for near in problem.graph.around[cell] if away[near] < away[cell]]
