"""How well the cells of a plan cover its area: what lies in none, in two, or is too narrow. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo import Cells, coverage
from gridcrm.core.i18n import gettext

_NARROW = 0.1
"""A sliver is narrower than this share of the side of a square as large as a usual cell."""
_VISIBLE_M = 0.5
"""Gaps and overlaps that are narrower come from how a border was drawn; nobody finds them outside."""
_M2_PER_HA = 10_000
_LEAST_HA = 0.1
_FINE = 1e-6
_MOST_NAMES = 4


class FaultKind(StrEnum):
    """What can be wrong with how cells cover their area."""

    GAP = "gap"
    OVERLAP = "overlap"
    SLIVER = "sliver"


@dataclass(frozen=True)
class Fault:
    """Ground that is wrongly divided, and the keys of the cells that it concerns."""

    kind: FaultKind
    keys: tuple[str, ...]
    area_m2: float
    width_m: float
    shape: BaseGeometry

    def words(self, names: Mapping[str, str]) -> str:
        """Return what is wrong, with the cells by their names."""
        told = [names.get(key, key) for key in self.keys]
        about = ", ".join(told[:_MOST_NAMES]) + (" …" if len(told) > _MOST_NAMES else "")
        if not about:
            return gettext("{size} of the area lie in no cell, away from all cells.").format(
                size=_size(self.area_m2)
            )
        text = {
            FaultKind.GAP: gettext("{size} of the area lie in no cell, beside {cells}."),
            FaultKind.OVERLAP: gettext("{size} lie in two cells at once: {cells}."),
            FaultKind.SLIVER: gettext("{cells} is only about {width} m wide, {size} in all."),
        }[self.kind]
        return text.format(size=_size(self.area_m2), cells=about, width=f"{self.width_m:,.0f}")

    @property
    def geojson(self) -> str:
        """Return where it is, for the map."""
        text: str = shapely.to_geojson(shapely.set_precision(self.shape, _FINE, "pointwise"))
        return text


@dataclass(frozen=True)
class Covering:
    """What share of the area is in a cell, and all that is wrong, the largest first."""

    share: float
    sliver_m: float
    faults: dict[FaultKind, list[Fault]]

    @property
    def gaps(self) -> list[Fault]:
        """Return the ground that lies in no cell."""
        return self.faults[FaultKind.GAP]

    @property
    def overlaps(self) -> list[Fault]:
        """Return the ground that lies in two cells."""
        return self.faults[FaultKind.OVERLAP]

    @property
    def slivers(self) -> list[Fault]:
        """Return the cells, or their parts, that are too narrow to be looked after."""
        return self.faults[FaultKind.SLIVER]

    @property
    def gap_size(self) -> str:
        """Return in words how much ground lies in no cell."""
        return _size(sum(fault.area_m2 for fault in self.gaps))

    @property
    def twice_size(self) -> str:
        """Return in words how much ground lies in two cells."""
        return _size(self.twice_ha * _M2_PER_HA)

    @property
    def twice_ha(self) -> float:
        """Return how many hectares lie in two cells."""
        return sum(fault.area_m2 for fault in self.overlaps) / _M2_PER_HA

    @property
    def sliver_keys(self) -> frozenset[str]:
        """Return the keys of the cells that are slivers, or have one."""
        return frozenset(fault.keys[0] for fault in self.slivers)


def covering(cells: Cells) -> Covering:
    """Return how well cells cover the area that they divide."""
    sliver_m = _NARROW * float(np.sqrt(np.median(cells.area_m2))) if len(cells) else 0.0
    found = coverage(cells, cells.area, sliver_m)
    ground_m2 = cells.tiling.plane.flatten(cells.area).area
    gaps = _faults(FaultKind.GAP, found.gaps, _VISIBLE_M)
    return Covering(
        max(0.0, 1 - sum(gap.area_m2 for gap in gaps) / ground_m2),
        sliver_m,
        {
            FaultKind.GAP: gaps,
            FaultKind.OVERLAP: _faults(FaultKind.OVERLAP, found.overlaps, _VISIBLE_M),
            FaultKind.SLIVER: _faults(FaultKind.SLIVER, found.slivers, 0),
        },
    )


def _faults(kind: FaultKind, frame: Any, least_m: float) -> list[Fault]:
    rows = zip(
        frame["cell_ids"], frame["area_m2"], frame["width_m"], frame["geometry"], strict=True
    )
    found = [Fault(kind, tuple(ids), *rest) for ids, *rest in rows]
    seen = [fault for fault in found if fault.width_m >= least_m]
    return sorted(seen, key=lambda fault: -fault.area_m2)


def _size(area_m2: float) -> str:
    hectares = area_m2 / _M2_PER_HA
    if area_m2 == 0 or hectares >= _LEAST_HA:
        return gettext("{n} ha").format(n=f"{hectares:,.1f}")
    return gettext("{n} m²").format(n=f"{max(1, round(area_m2)):,}")
