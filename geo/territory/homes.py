"""The home cell of each person: the base, or a middle of their own where several share a base."""

import numpy as np

from geo.territory.balance import balanced
from geo.territory.graph import Floats, Graph, Whole

_ROUNDS = 6
_MOST_TRIED = 300


def homes_of(graph: Graph, load: Floats, bases: Whole, today: Whole) -> Whole:
    """Return a cell of their own for each person.

    Who has a base alone lives there. People who share one (all of them work in the branch) get the
    middle of the territory they have today, or else middles spread over the map.
    """
    home = np.where(np.bincount(bases, minlength=graph.size)[bases] == 1, bases, -1)
    for person in np.flatnonzero(home < 0).tolist():
        cells = np.setdiff1d(np.flatnonzero(today == person), home)
        if cells.size:
            home[person] = _middle(graph, load, _heaviest(graph, load, cells))
    spread = np.flatnonzero(home < 0)
    for person in spread.tolist():
        home[person] = _far_from(graph, load, home)
    return _settled(graph, load, home, spread)


def _heaviest(graph: Graph, load: Floats, cells: Whole) -> Whole:
    pieces = graph.pieces(cells)
    return max(pieces, key=lambda piece: (float(load[piece].sum()), len(piece)))


def _middle(graph: Graph, load: Floats, cells: Whole) -> int:
    """Return the cell of a connected piece from which the others are nearest, by load."""
    from scipy.sparse.csgraph import dijkstra

    tried = np.linspace(0, len(cells) - 1, min(len(cells), _MOST_TRIED)).astype(int)
    ways = dijkstra(graph.matrix[cells][:, cells], directed=False, indices=tried)
    weight = load[cells] + load.sum() / len(load) / 10
    return int(cells[tried[np.argmin(ways @ weight)]])


def _far_from(graph: Graph, load: Floats, home: Whole) -> int:
    """Return the cell farthest from all homes in the part of the map that lacks people most."""
    taken = home[home >= 0]
    share = load.sum() / len(home)
    lack = np.bincount(graph.part, load) / share
    lack -= np.bincount(graph.part[taken], minlength=len(lack))
    free = np.bincount(graph.part) > np.bincount(graph.part[taken], minlength=len(lack))
    cells = np.flatnonzero(graph.part == np.argmax(np.where(free, lack, -np.inf)))
    near = taken[graph.part[taken] == graph.part[cells[0]]]
    if not near.size:
        return _middle(graph, load, cells)
    return int(cells[np.argmax(graph.away(near)[cells].min(axis=1))])


def _settled(graph: Graph, load: Floats, home: Whole, movable: Whole) -> Whole:
    """Move homes to the middle of what lies nearest to them, until they stay."""
    for _ in range(_ROUNDS if movable.size else 0):
        owner = balanced(load, graph.away(home), home, rounds=40)
        moved = home.copy()
        for person in movable.tolist():
            moved[person] = _middle(graph, load, np.flatnonzero(owner == person))
        if (moved == home).all():
            break
        home = moved
    return home
