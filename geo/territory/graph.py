"""Cells as a graph: who is beside whom, and how long the way is from cell to cell."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import TerritoryError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_SHAKE, _FINER = 0.15, 64

STEP = 16  # a step of mean length, so that ways are whole numbers and compare exactly


@dataclass(frozen=True, eq=False)
class Graph:
    """Neighbouring cells, each pair once, and the length of the step between them."""

    size: int
    pairs: Whole
    steps: Whole
    step_m: float  # the mean length of a step, which is STEP

    @cached_property
    def around(self) -> list[list[int]]:
        """The neighbours of every cell."""
        out: list[list[int]] = [[] for _ in range(self.size)]
        for one, other in self.pairs.tolist():
            out[one].append(other)
            out[other].append(one)
        return out

    @cached_property
    def matrix(self) -> Any:
        """The steps as a sparse matrix, both ways."""
        from scipy.sparse import coo_array  # here, because it takes half a second to load

        one, other = np.concatenate([self.pairs, self.pairs[:, ::-1]]).T
        steps = np.concatenate([self.steps, self.steps]).astype(np.float64)
        return coo_array((steps, (one, other)), shape=(self.size, self.size)).tocsr()

    @cached_property
    def part(self) -> Whole:
        """The number of the connected part of the map that each cell is in."""
        from scipy.sparse.csgraph import connected_components

        return np.asarray(connected_components(self.matrix, directed=False)[1], np.int64)

    def away(self, homes: Whole) -> Floats:
        """Return the way from every cell (row) to every home (column), infinite without any."""
        from scipy.sparse.csgraph import dijkstra

        return np.asarray(dijkstra(self.matrix, directed=False, indices=homes)).T

    def shaken(self, random: np.random.Generator) -> "Graph":
        """Return the graph with steps a little longer or shorter, so that few ways are the same."""
        factor = random.uniform(1 - _SHAKE, 1 + _SHAKE, len(self.steps))
        steps = np.round(self.steps * _FINER * factor).astype(np.int64)
        return Graph(self.size, self.pairs, steps, self.step_m)

    def pieces(self, cells: Whole) -> list[Whole]:
        """Return the connected pieces of some cells, each in ascending order."""
        from scipy.sparse.csgraph import connected_components

        found = connected_components(self.matrix[cells][:, cells], directed=False)
        return [cells[found[1] == piece] for piece in range(found[0])]


def graph_of(size: int, neighbors: Whole, steps_m: Floats | None) -> Graph:
    """Return the graph of pairs of positions; a pair may stand twice or either way round."""
    if neighbors.size and not (neighbors.min() >= 0 and neighbors.max() < size):
        raise TerritoryError(
            "A neighbour stands outside the {cells} cells.",
            "Number the cells from 0 in the order of their loads.",
            cells=size,
        )
    length = np.ones(len(neighbors)) if steps_m is None else steps_m
    if length.shape != (len(neighbors),) or not (np.isfinite(length) & (length > 0)).all():
        raise TerritoryError(
            "The steps between neighbours are not {count} lengths above 0.",
            "Give the distance between the middles of each pair.",
            count=len(neighbors),
        )
    other = neighbors[:, 0] != neighbors[:, 1]
    pairs, first = np.unique(np.sort(neighbors[other], axis=1), axis=0, return_index=True)
    length = length[other][first]
    mean = float(length.mean()) if length.size else 1.0
    steps = np.maximum(1, np.round(length / mean * STEP)).astype(np.int64)
    return Graph(size, pairs, steps, mean)
