"""What the workbench shows of a draft: its cells with their people, and what is wrong with them."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import LonLat
from geo.plane import Plane
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.grids import preview, queries
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of

_TINY = 0.05
_THIN = 0.12
"""A sliver has less than this share of a usual cell's ground, or of the ground of a circle as long around."""


@dataclass(frozen=True)
class Bench:
    """A draft on the workbench; people only for those who may list them."""

    plan: GridPlan
    rows: list[GridCell]
    people: dict[str, int] | None
    slivers: frozenset[str]

    @property
    def step(self) -> int:
        """Return how many changes by hand there are."""
        return len(self.plan.done)

    @property
    def totals(self) -> dict[str, int]:
        """Return how many cells there are, and how many need a look."""
        people = self.people or {}
        counts = [people.get(row.key, 0) for row in self.rows] if self.people is not None else []
        return {
            "cells": len(self.rows),
            "empty": sum(n == 0 for n in counts),
            "few": sum(0 < n < preview.FEW for n in counts),
            "slivers": len(self.slivers),
            "without_lead": sum(row.lead_id is None for row in self.rows),
        }

    @property
    def shades(self) -> dict[str, list[Any]]:
        """Return the least people of each colour of the map, and the colours; nobody and few first."""
        found = preview.steps((self.people or {}).values())
        colours = [found.colour(0), found.colour(1), *found.colours]
        return {"least": [0, 1, *found.least], "colours": colours}

    def warnings(self, row: GridCell) -> list[str]:
        """Return what is wrong with a cell, in words."""
        n = None if self.people is None else self.people.get(row.key, 0)
        found = {
            gettext("nobody lives here"): n == 0,
            gettext("fewer than 5 people"): n is not None and 0 < n < preview.FEW,
            gettext("a sliver"): row.key in self.slivers,
            gettext("no lead"): row.lead_id is None,
        }
        return [words for words, holds in found.items() if holds]


async def bench(session: AsyncSession, who: Who, plan: GridPlan) -> Bench:
    """Return a plan as it lies on the workbench."""
    rows = await queries.cells(session, plan.id or 0)
    people = None
    if who.may(Right.CUSTOMERS_LIST):
        cells = await asyncio.to_thread(cells_of, plan)
        people = preview.by_key(cells, (await people_in(session, who, cells)).per_cell)
    return Bench(plan, rows, people, await asyncio.to_thread(slivers, rows))


def slivers(rows: Sequence[GridCell]) -> frozenset[str]:
    """Return the keys of cells that are too small or too thin to be looked after."""
    if not rows:
        return frozenset()
    area_m2 = np.array([row.area_m2 for row in rows])
    flat = Plane(LonLat(rows[0].lon, rows[0].lat)).flatten_all(shapely.from_wkb(_wkb(rows)))
    around_m = shapely.length(flat)
    thin = 4 * np.pi * area_m2 < _THIN * around_m**2
    tiny = area_m2 < _TINY * np.median(area_m2)
    return frozenset(row.key for row, bad in zip(rows, thin | tiny, strict=True) if bad)


def features(
    shown: Bench, leads: Mapping[int, str], only: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Return cells as GeoJSON features for the map of the workbench."""
    rows = [row for row in shown.rows if only is None or row.key in only]
    texts = shapely.to_geojson(shapely.set_precision(shapely.from_wkb(_wkb(rows)), 1e-7))
    return [_feature(shown, row, text, leads) for row, text in zip(rows, texts, strict=True)]


def _feature(shown: Bench, row: GridCell, text: str, leads: Mapping[int, str]) -> dict[str, Any]:
    about = {
        "name": row.name,
        "people": None if shown.people is None else shown.people.get(row.key, 0),
        "lead": leads.get(row.lead_id or 0, ""),
        "hectares": round(row.area_m2 / 10_000, 1),
        "warnings": shown.warnings(row),
    }
    return {"type": "Feature", "id": row.id, "geometry": json.loads(text), "properties": about}


def _wkb(rows: Sequence[GridCell]) -> Any:
    return np.array([row.wkb for row in rows], dtype=object)
