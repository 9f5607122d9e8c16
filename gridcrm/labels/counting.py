"""How many people carry each label, from one pass over what they carry.

Different people per label, per group and per theme are three sorts of everything in SQL. Here the
database gives one row of bits a person, a bit for each label, and columns of numbers do the rest.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.labels.clauses import live
from gridcrm.labels.models import CustomerLabel, Label

_BITS = 62
"""So many labels fit into a number that both databases can add up."""

_Line = tuple[int, int, int]
"""A label that people can carry, its group and its theme."""


async def people_counts(session: AsyncSession, who: Who, now: datetime) -> dict[int, int]:
    """Return how many people of the branch carry each label, or any label below it; no zeros."""
    lines: list[_Line] = [tuple(row) for row in await session.exec(_lines())]  # type: ignore[call-overload]
    firsts = _firsts(leaf for leaf, _group, _theme in lines)
    if not firsts:
        return {}
    people = _people(who, firsts).where(live(local_day(now)))
    rows = (await session.exec(people)).all()  # type: ignore[call-overload]
    return await asyncio.to_thread(_counted, rows, firsts, lines)


def _lines() -> Select[*tuple[Any, ...]]:
    leaf, group = aliased(Label), aliased(Label)
    columns = (col(leaf.id), col(group.id), col(group.parent_id))
    return select(*columns).join(group, col(group.id) == leaf.parent_id).where(col(leaf.active))


def _firsts(labels: Iterable[int]) -> list[int]:
    """Return the labels with which a new number of bits begins."""
    found: list[int] = []
    for label_id in sorted(labels):
        if not found or label_id >= found[-1] + _BITS:
            found.append(label_id)
    return found


def _people(who: Who, firsts: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Select what each person of the branch carries, as bits; the key lets nobody carry it twice."""
    here = select(col(Customer.id)).where(col(Customer.branch_id) == who.here)
    return (
        select(*(_bits(first) for first in firsts))
        .where(col(CustomerLabel.customer_id).in_(here))
        .group_by(col(CustomerLabel.customer_id))
    )


def _bits(first: int) -> ColumnElement[int]:
    label_id = col(CustomerLabel.label_id)
    bit = literal(1, BigInteger).bitwise_lshift(label_id - first)
    inside = label_id.between(first, first + _BITS - 1)
    return cast(func.sum(case((inside, bit), else_=0)), BigInteger)


def _counted(
    rows: Sequence[tuple[int, ...]], firsts: Sequence[int], lines: Iterable[_Line]
) -> dict[int, int]:
    bits = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * len(firsts))
    carried = bits.reshape(-1, len(firsts)).T.copy()
    masks: dict[int, NDArray[np.int64]] = {}
    for line in lines:
        at = bisect_right(firsts, line[0]) - 1
        for label_id in line:
            masks.setdefault(label_id, np.zeros(len(firsts), np.int64))[at] |= (
                1 << line[0] - firsts[at]
            )
    counts = {label_id: _holders(carried, mask) for label_id, mask in masks.items()}
    return {label_id: n for label_id, n in counts.items() if n}


def _holders(carried: NDArray[np.int64], mask: NDArray[np.int64]) -> int:
    """Return how many carry any label of a mask."""
    found = np.zeros(carried.shape[1], dtype=bool)
    for column, bits in zip(carried, mask, strict=True):
        if bits:
            found |= (column & bits) != 0
    return int(np.count_nonzero(found))
