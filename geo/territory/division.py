"""A division that changes cell by cell and always hangs together."""

from geo.territory.graph import Whole
from geo.territory.problem import Problem

_FAR_BEYOND = 10.0


class Division:
    """A connected division that changes by one cell at a time.

    A compact one keeps the rule of `exact.py`: every cell has a neighbour of the same person that
    is nearer to that person's home.
    """

    def __init__(self, problem: Problem, owner: Whole, *, compact: bool = False) -> None:
        self.owner: list[int] = owner.tolist()
        self.held: list[int] = problem.loads(owner).tolist()
        self.penalty = 1.0
        self._load: list[int] = problem.load.tolist()
        self._cost: list[list[int]] = problem.cost.tolist()
        self._away: list[list[float]] = problem.away.tolist() if compact else []
        self._around = problem.graph.around
        self._homes = set(problem.home.tolist())
        self._low, self._high = float(problem.low), float(problem.high)
        self._bounds = problem.low, problem.high
        self._steep = _FAR_BEYOND / max(1, problem.high)

    def tighten(self, share: float) -> None:
        """Ask for loads within this share of the bounds, which leaves room to pass cells on."""
        middle, half = sum(self._bounds) / 2, (self._bounds[1] - self._bounds[0]) / 2
        self._low, self._high = middle - half * share, middle + half * share

    def attempt(self, cell: int, beside: int, limit: float) -> None:
        """Give a cell to the person of a neighbour when that costs no more than the limit."""
        before, after = self.owner[cell], self.owner[beside]
        if before == after or cell in self._homes:
            return
        if self._change(cell, before, after) <= limit and self._fits(cell, before, after):
            self.give(cell, after)

    def give(self, cell: int, person: int) -> None:
        """Give a cell to somebody, whatever it costs."""
        self.held[self.owner[cell]] -= self._load[cell]
        self.held[person] += self._load[cell]
        self.owner[cell] = person

    def beyond(self) -> int:
        """Return by how much loads lie outside their bounds, added up."""
        low, high = self._bounds
        return sum(max(0, held - high, low - held) for held in self.held)

    def cheapest(self, giver: int, taker: int) -> int | None:
        """Return the cell that somebody gives to a neighbour at the least cost, if there is one."""
        found = [
            (self._change(cell, giver, taker), cell)
            for cell, owner in enumerate(self.owner)
            if owner == giver
            and cell not in self._homes
            and any(self.owner[near] == taker for near in self._around[cell])
        ]
        return next((cell for _, cell in sorted(found) if self._fits(cell, giver, taker)), None)

    def _change(self, cell: int, before: int, after: int) -> float:
        load, held = self._load[cell], self.held
        beyond = self._beyond(held[before] - load) - self._beyond(held[before])
        beyond += self._beyond(held[after] + load) - self._beyond(held[after])
        return self._cost[cell][after] - self._cost[cell][before] + self.penalty * beyond

    def _beyond(self, held: int) -> float:
        """Return how bad a load is: twice as far out is more than twice as bad."""
        out = max(0.0, held - self._high, self._low - held)
        return out * (1 + self._steep * out)

    def _fits(self, cell: int, before: int, after: int) -> bool:
        """Return whether both territories keep the rule when a cell goes from one to the other."""
        if not self._away:
            return self._spares(cell, before)
        if not self._led(cell, after, without=cell):
            return False
        return all(
            self._led(near, before, without=cell)
            for near in self._around[cell]
            if self.owner[near] == before and near not in self._homes
        )

    def _led(self, cell: int, person: int, without: int) -> bool:
        """Return whether a neighbour of this person, other than one, is nearer to the home."""
        here = self._away[cell][person]
        return any(
            self.owner[near] == person and near != without and self._away[near][person] < here
            for near in self._around[cell]
        )

    def _spares(self, cell: int, person: int) -> bool:
        """Return whether the cell's neighbours of this person still reach each other without it."""
        sought = {near for near in self._around[cell] if self.owner[near] == person}
        stack = [sought.pop()]
        seen = {cell, *stack}
        while stack and sought:
            for near in self._around[stack.pop()]:
                if self.owner[near] == person and near not in seen:
                    seen.add(near)
                    sought.discard(near)
                    stack.append(near)
        return not sought
