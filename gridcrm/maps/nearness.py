"""Which cells of a plan touch each other, kept for the next map: a published plan never changes."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from threading import Lock

import numpy as np
import shapely

from geo import Cells, neighbors
from gridcrm.grids.models import GridPlan
from gridcrm.grids.shape import cells_of
from gridcrm.maps.patterns import Pairs

MOST_KEPT = 64
"""Plans whose neighbours are kept; those of 10,000 cells take half a megabyte."""
_CORNER_DEG = 1e-8  # a millimetre
_kept: dict[bytes, Pairs] = {}
_lock = Lock()


async def near(plan: GridPlan, keys: Sequence[str]) -> Pairs:
    """Return the pairs of neighbours as positions among the keys of the plan's cells."""
    return await asyncio.to_thread(_near, plan, keys)


def _near(plan: GridPlan, keys: Sequence[str]) -> Pairs:
    """Look up by what the plan was drawn from; what was used last is kept longest."""
    name = hashlib.sha256(plan.area_wkb)
    name.update(json.dumps([plan.spec, *keys]).encode())
    digest = name.digest()
    with _lock:
        found = _kept.pop(digest, None)
    if found is None:
        found = _pairs(plan, keys)
    with _lock:
        _kept[digest] = found
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return found


def _pairs(plan: GridPlan, keys: Sequence[str]) -> Pairs:
    """Return cells that share a border or, as fields of a chessboard do, a corner."""
    cells = cells_of(plan)
    position = {key: at for at, key in enumerate(keys)}
    border = neighbors(cells)
    ids = np.concatenate([cells.ids[_touching(cells)], border[["cell_id", "neighbor_id"]]])
    found = [(position.get(one, -1), position.get(other, -1)) for one, other in ids]
    pairs: Pairs = np.unique(np.sort(np.array(found, np.intp).reshape(-1, 2)), axis=0)
    return pairs[pairs[:, 0] >= 0]


def _touching(cells: Cells) -> Pairs:
    shapes = np.asarray(cells.frame.geometry)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_CORNER_DEG).T
    return pairs[pairs[:, 0] < pairs[:, 1]]
