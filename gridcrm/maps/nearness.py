"""Which cells of a plan share a border, kept for the next map: a published plan never changes."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from threading import Lock

import numpy as np

from geo import neighbors
from gridcrm.grids.models import GridPlan
from gridcrm.grids.shape import cells_of
from gridcrm.maps.patterns import Pairs

MOST_KEPT = 64
"""Plans whose neighbours are kept; those of 10,000 cells take a third of a megabyte."""
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
    position = {key: at for at, key in enumerate(keys)}
    frame = neighbors(cells_of(plan))
    pairs: Pairs = np.array(
        [
            (position.get(cell, -1), position.get(neighbor, -1))
            for cell, neighbor in zip(frame["cell_id"], frame["neighbor_id"], strict=True)
        ],
        dtype=np.intp,
    ).reshape(-1, 2)
    return pairs[(pairs[:, 0] >= 0) & (pairs[:, 0] < pairs[:, 1])]
