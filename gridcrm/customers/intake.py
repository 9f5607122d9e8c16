"""Taking checked rows in: all of them in one transaction, in bulk."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from pydantic_core import PydanticUndefined
from sqlalchemy import bindparam, func, insert, update
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, convert
from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.datum_doubt import Points
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import distances_m
from gridcrm.core.days import local_day
from gridcrm.core.tables import table
from gridcrm.core.who import Who
from gridcrm.customers import placing, registry
from gridcrm.customers.differences import Differences, Known, Values, compare
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import Customer, Holding
from gridcrm.customers.placement import Grid, cell_ids
from gridcrm.customers.publishing import lock_branch
from gridcrm.customers.reach import Reach, derived
from gridcrm.customers.reaching import columns_of, reach_of
from gridcrm.customers.rules import lifecycle_of

_BLANK: Values = {
    name: None if field.default is PydanticUndefined else field.default
    for name, field in Customer.model_fields.items()
    if name != "id"
}

_IDENTITY = ("number", "phone", "name", "community", "building")


@dataclass(frozen=True)
class Taken:
    """What an import did; `extras` are counts of other domains, such as consents."""

    differences: Differences
    unplaced: int
    extras: dict[str, int]


async def import_rows(
    session: AsyncSession, who: Who, rows: Sequence[CustomerRow], now: datetime
) -> Taken:
    """Store checked rows: new people are added, known ones changed, and everybody is placed."""
    await lock_branch(session, who.here)
    found = await differences(session, who, rows, now)
    writing = await _Writing.begin(session, who, now)
    new_ids = await writing.add([values for _row, values in found.new])
    await writing.change([(row_id, values) for row_id, _row, values in found.changed])
    added = zip(new_ids, [row for row, _values in found.new], strict=True)
    known = [(row_id, row) for row_id, row, _values in found.changed] + found.same
    pairs = [*added, *known]
    extras = await registry.store_extras(session, who, pairs, now)
    return Taken(found, writing.unplaced, extras)


async def differences(
    session: AsyncSession, who: Who, rows: Sequence[CustomerRow], now: datetime
) -> Differences:
    """Return what rows would do, without doing it."""
    branch = await branches.here(session, who)
    staff = await accounts.staff(session, who.here)
    owners = {user.display_name: user.id for user in staff} | {u.username: u.id for u in staff}
    gazetteer = await placing.gazetteer_of(session, who.here)
    known = Known(owners.get, gazetteer.find, local_day(now, branch.time_zone))
    stored = list((await _stored(session, who.here)).values())
    return await asyncio.to_thread(lambda: compare(rows, stored, points_of(rows), known))


def points_of(rows: Iterable[CustomerRow]) -> dict[int, tuple[float, float]]:
    """Return the positions that rows give, in WGS 84, by their line."""
    found: dict[int, tuple[float, float]] = {}
    for datum, some in _by_datum(rows).items():
        entered = _entered(some)
        lon, lat = convert(entered[:, 0], entered[:, 1], datum, Datum.WGS84)
        lines = [row.line for row in some]
        found |= dict(zip(lines, zip(lon.tolist(), lat.tolist(), strict=True), strict=True))
    return found


def entered_points(rows: Iterable[CustomerRow]) -> dict[Datum, Points]:
    """Return the positions that rows give, as they were entered, by their datum."""
    return {datum: _entered(some) for datum, some in _by_datum(rows).items()}


def _by_datum(rows: Iterable[CustomerRow]) -> dict[Datum, list[CustomerRow]]:
    found: dict[Datum, list[CustomerRow]] = defaultdict(list)
    for row in rows:
        if row.lon is not None and row.datum is not None:
            found[row.datum].append(row)
    return found


def _entered(rows: list[CustomerRow]) -> Points:
    return np.array([(row.lon, row.lat) for row in rows], dtype=np.float64)


async def _stored(session: AsyncSession, branch_id: int) -> dict[int, Values]:
    """Return the customers of a branch as plain values with their products, by id."""
    customers = table("customer")
    names = customers.columns.keys()
    connection = await session.connection()
    rows = await connection.execute(customers.select().where(customers.c.branch_id == branch_id))
    people: dict[int, Values] = {}
    for row in rows:
        person = dict(zip(names, row, strict=True))
        people[person["id"]] = person | {"products": set()}
    held = select(Holding.customer_id, Holding.product).join(Customer)
    for customer_id, product in await session.exec(held.where(Customer.branch_id == branch_id)):
        people[customer_id]["products"].add(product)
    return people


class _Writing:
    """One import's way into the tables of customers and holdings."""

    def __init__(
        self,
        session: AsyncSession,
        branch: Branch,
        grid: Grid | None,
        reach: Reach | None,
        now: datetime,
    ) -> None:
        self.unplaced = 0
        self._session = session
        self._branch = branch
        self._grid = grid
        self._reach = reach
        self._now = now
        self._today = local_day(now, branch.time_zone)

    @classmethod
    async def begin(cls, session: AsyncSession, who: Who, now: datetime) -> "_Writing":
        branch = await branches.here(session, who)
        grid = await placing.grid_of(session, who.here)
        return cls(session, branch, grid, await reach_of(session, branch), now)

    async def add(self, people: list[Values]) -> list[int]:
        """Insert people and return their ids in the order given."""
        if not people:
            return []
        first = {"branch_id": self._branch.id, "created_at": self._now, "updated_at": self._now}
        rows = [_BLANK | first | values for values in people]
        products = [row.pop("products", set()) for row in rows]
        await asyncio.to_thread(self._derive, rows, products)
        customers = table("customer")
        connection = await self._session.connection()
        last = (await connection.execute(select(func.max(Customer.id)))).scalar() or 0
        await connection.execute(insert(customers), rows)
        ids = await self._ids_of(rows, last)
        await self._hold(zip(ids, products, strict=True))
        return ids

    async def _ids_of(self, rows: list[Values], after: int) -> list[int]:
        """Return the ids that inserted rows got; faster than asking for each one on its own."""
        customers = table("customer")
        columns = [customers.c[name] for name in ("id", *_IDENTITY)]
        query = select(*columns).where(
            customers.c.branch_id == self._branch.id, customers.c.id > after
        )
        ids: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        connection = await self._session.connection()
        for row_id, *identity in await connection.execute(query.order_by(customers.c.id.desc())):
            ids[tuple(identity)].append(row_id)
        return [ids[tuple(row[name] for name in _IDENTITY)].pop() for row in rows]

    async def change(self, people: list[tuple[int, Values]]) -> None:
        """Write changed values; what a file does not say stays."""
        if not people:
            return
        stored = await _stored(self._session, int(self._branch.id or 0))
        rows = [stored[row_id] | values | {"updated_at": self._now} for row_id, values in people]
        held = [
            stored[row_id]["products"] | row.pop("products")
            for (row_id, _), row in zip(people, rows, strict=True)
        ]
        await asyncio.to_thread(self._derive, rows, held)
        customers = table("customer")
        columns: Values = {name: bindparam(f"new_{name}") for name in _BLANK}
        changing = update(customers).where(customers.c.id == bindparam("row_id")).values(columns)
        connection = await self._session.connection()
        given = [
            {f"new_{name}": row[name] for name in _BLANK} | {"row_id": row["id"]} for row in rows
        ]
        await connection.execute(changing, given)
        await self._hold((row_id, values.get("products", set())) for row_id, values in people)

    def _derive(self, rows: list[Values], products: Sequence[set[str]]) -> None:
        """Fill in what follows from the rest: lifecycle, distance, walk and cell."""
        for row, held in zip(rows, products, strict=True):
            row["lifecycle"] = lifecycle_of(
                row["opened_on"],
                row["last_active_on"],
                row["lifecycle"],
                self._today,
                holds_product=bool(held or row["aum_fen"]),
            ).lifecycle
        self._place(rows)

    def _place(self, rows: list[Values]) -> None:
        lon = np.array([row["lon"] for row in rows], dtype=np.float64)
        lat = np.array([row["lat"] for row in rows], dtype=np.float64)
        cells = cell_ids(lon, lat, self._grid)
        away = distances_m(self._branch, lon, lat)
        walks = derived(self._reach, lon, lat)
        for row, cell_id, metres, walk in zip(rows, cells, away.tolist(), walks, strict=True):
            row["cell_id"] = cell_id
            row["distance_m"] = None if np.isnan(metres) else metres
            row.update(columns_of(walk))
        self.unplaced += sum(cell_id is None for cell_id in cells)

    async def _hold(self, pairs: Iterable[tuple[int, set[str]]]) -> None:
        rows = [
            {"customer_id": customer_id, "product": product}
            for customer_id, products in pairs
            for product in sorted(products)
        ]
        if rows:
            await (await self._session.connection()).execute(insert(table("holding")), rows)
