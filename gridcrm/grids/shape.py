"""From a stored plan back to the cells it was drawn as, without loss."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

import shapely

from geo import Cells, spec_from_dict, tessellate
from geo.area import checked_area
from gridcrm.grids.models import GridPlan

_MOST_KEPT = 6


def cells_of(plan: GridPlan) -> Cells:
    """Return the cells of a plan, in the order and with the ids they were stored with."""
    return divided(plan.area_wkb, plan.spec)


def divided(area_wkb: bytes, spec: Mapping[str, Any]) -> Cells:
    """Return the cells of an area; those asked for lately are not made again.

    A draft with hundreds of changes by hand would take a second each time.
    """
    key = _key(area_wkb, spec)
    found = _kept.get(key)
    if found is None:
        found = tessellate(checked_area(shapely.from_wkb(area_wkb)), spec_from_dict(spec))
    _kept.put(key, found)
    return found


def keep(plan: GridPlan, cells: Cells) -> None:
    """Remember cells that were just made of a plan, for whoever asks next."""
    _kept.put(_key(plan.area_wkb, plan.spec), cells)


class _Kept:
    """The cells that were asked for last, by a digest of how they are made, so never stale."""

    def __init__(self) -> None:
        self._cells: OrderedDict[bytes, Cells] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> Cells | None:
        with self._lock:
            return self._cells.get(key)

    def put(self, key: bytes, cells: Cells) -> None:
        with self._lock:
            self._cells[key] = cells
            self._cells.move_to_end(key)
            if len(self._cells) > _MOST_KEPT:
                self._cells.popitem(last=False)


_kept = _Kept()


def _key(area_wkb: bytes, spec: Mapping[str, Any]) -> bytes:
    return sha256(json.dumps(spec, sort_keys=True).encode() + b"\0" + area_wkb).digest()
