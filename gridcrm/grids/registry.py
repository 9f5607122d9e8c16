"""Who counts the people in cells: grids know the ground, a domain to the right knows the people."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, assign_codes
from gridcrm.core.who import Who


@dataclass(frozen=True, eq=False)
class PeopleCount:
    """People in each cell (in the order of `Cells.ids`), outside all cells, and of unknown place."""

    per_cell: NDArray[np.int64]
    outside: int = 0
    unknown: int = 0


PeopleCounter = Callable[[AsyncSession, Who, Cells], Awaitable[PeopleCount]]


@dataclass(frozen=True)
class PastCount:
    """Something that was counted in the cells of a plan, by their keys."""

    title: str
    by_key: dict[str, int]


PastCounter = Callable[[AsyncSession, int], Awaitable[PastCount]]

_counter: PeopleCounter | None = None
_past: tuple[PastCounter, ...] = ()


def install(counter: PeopleCounter, past: tuple[PastCounter, ...] = ()) -> None:
    """Take who counts the people of the branch at hand, and who counted what in former plans."""
    global _counter, _past
    _counter, _past = counter, past


async def past_counts(session: AsyncSession, plan_id: int) -> list[PastCount]:
    """Return all that was counted in the cells of a plan."""
    return [await count(session, plan_id) for count in _past]


async def people_in(session: AsyncSession, who: Who, cells: Cells) -> PeopleCount:
    """Return how many people of the branch at hand live in each cell; nobody without a counter."""
    if _counter is None:
        return PeopleCount(np.zeros(len(cells), dtype=np.int64))
    return await _counter(session, who, cells)


def count_points(lon: ArrayLike, lat: ArrayLike, cells: Cells) -> PeopleCount:
    """Count points (WGS 84, NaN for an unknown place) by the cell that holds them; takes a while."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    codes = assign_codes(x[known], y[known], cells)
    per_cell = np.bincount(codes[codes >= 0], minlength=len(cells)).astype(np.int64)
    return PeopleCount(per_cell, int((codes < 0).sum()), int((~known).sum()))
