"""What the workbench shows of a draft: its cells with their people, and what is wrong with them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from msgspec import Raw
from numpy.typing import NDArray
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.grids import preview, queries
from gridcrm.grids.covering import Covering, covering
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.queries import CellRow
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of
from gridcrm.grids.steps import last_step

_DECIMALS = 7


@dataclass(frozen=True)
class Bench:
    """A draft on the workbench; people only for those who may list them."""

    plan: GridPlan
    rows: list[CellRow]
    people: dict[str, int] | None
    cover: Covering

    @cached_property
    def slivers(self) -> frozenset[str]:
        """Return the keys of the cells that are too narrow."""
        return self.cover.sliver_keys

    @property
    def undo(self) -> str:
        """Return what taking the last change back is called."""
        last = last_step(self.plan.done)
        return gettext("Undo: {what}").format(what=last.words) if last else gettext("Undo")

    @property
    def redo(self) -> str:
        """Return what making the change again that was taken back is called."""
        last = last_step(self.plan.undone)
        return gettext("Redo: {what}").format(what=last.words) if last else gettext("Redo")

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the names of the cells by their keys."""
        return {row.key: row.name for row in self.rows}

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
        """Return the least people of each colour of the map, the colours and what they are called.

        Nobody and few come first.
        """
        found = preview.steps((self.people or {}).values())
        shown = found.legend()
        return {
            "least": [0, 1, *found.least],
            "colours": [item.colour for item in shown],
            "labels": [item.label for item in shown],
        }

    def warnings(self, row: GridCell | CellRow) -> list[str]:
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
    rows = await queries.cell_rows(session, plan.id or 0)
    cells = await asyncio.to_thread(cells_of, plan)
    people = None
    if who.may(Right.CUSTOMERS_LIST):
        people = preview.by_key(cells, (await people_in(session, who, cells)).per_cell)
    return Bench(plan, rows, people, await asyncio.to_thread(covering, cells))


def features(
    shown: Bench, shapes: Mapping[str, bytes], leads: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return the cells whose shapes are given as GeoJSON features for the map of the workbench."""
    rows = [row for row in shown.rows if row.key in shapes]
    wkb = np.array([shapes[row.key] for row in rows], dtype=object)
    texts = shapely.to_geojson(shapely.transform(shapely.from_wkb(wkb), _rounded))
    return [_feature(shown, row, text, leads) for row, text in zip(rows, texts, strict=True)]


def _feature(shown: Bench, row: CellRow, text: str, leads: Mapping[int, str]) -> dict[str, Any]:
    about = {
        "name": row.name,
        "people": None if shown.people is None else shown.people.get(row.key, 0),
        "lead": leads.get(row.lead_id or 0, ""),
        "hectares": round(row.area_m2 / 10_000, 1),
        "warnings": shown.warnings(row),
    }
    geometry = Raw(text.encode())
    return {"type": "Feature", "id": row.id, "geometry": geometry, "properties": about}


def _rounded(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(lonlat, _DECIMALS)
