"""One segment of a million customers: counted by the product, by hand-written SQL, by arithmetic."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from litestar import Litestar
from sqlmodel import select

from bench import house, people
from bench.people import Ints, People
from bench.timing import summary, timed
from geo import LonLat
from gridcrm.core.settings import Settings
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids.models import GridCell
from gridcrm.segments import queries
from gridcrm.segments.predicate import compile_predicate

HOME = LonLat(113.9474738, 22.5438314)
RADIUS_M = 13_900
SIDE_M = 250
CUSTOMERS = 1_000_000
CHOSEN_CELLS = 0.1
MIN_AGE, MAX_AGE = 30, 55
DAYS = 180
LIKED, ALSO, NOT = 5, 12, 1
RUNS = 5

_BY_HAND = """
select {columns} from customer c
where c.branch_id = 1 and c.birth_year between :first_year and :last_year
and c.cell_id in (select cell_id from chosen)
and exists (select 1 from customer_label l where l.customer_id = c.id
            and l.label_id in (:liked, :also) and l.expires_on >= :today and l.confidence >= 0.5)
and not exists (select 1 from customer_label l where l.customer_id = c.id
                and l.label_id = :not and l.expires_on >= :today and l.confidence >= 0.5)
and exists (select 1 from registration r join event e on e.id = r.event_id
            where r.customer_id = c.id and r.state = 'checked_in' and e.state <> 'cancelled'
            and e.starts_at > :since and e.starts_at <= :now)
"""


Spent = dict[str, list[float]]


@dataclass(frozen=True)
class _Asked:
    """The segment as our data, and what it is about."""

    cells: list[int]
    predicate: dict[str, Any]


def run(customers: int = CUSTOMERS, side_m: float = SIDE_M, runs: int = RUNS) -> dict[str, Any]:
    """Return how long the product, hand-written SQL and a pass over columns take."""
    with house.installation() as settings:
        who, cells = asyncio.run(_branch(settings, side_m))
        path = house.database_file(settings)
        labels = people.labels(path)
        start = time.perf_counter()
        invented = people.invent(customers, cells, len(labels), house.NOW.year)
        people.store(path, invented, house.NOW)
        built_s = time.perf_counter() - start
        asked = _ask(cells, [slug for _number, slug in labels])
        expected = _expected(invented, asked)
        times = asyncio.run(_compare(settings, who, asked, expected, runs))
    return {
        "customers": customers,
        "labels": len(labels),
        "labels_on_customers": len(invented.labels[0]),
        "registrations": len(invented.registrations[0]),
        "chosen_cells": len(asked.cells),
        "built_seconds": round(built_s, 1),
        "found": len(expected),
        **times,
        "count_times_the_hand_written": round(
            times["count"]["median_ms"] / times["hand_written_count"]["median_ms"], 2
        ),
    }


async def _branch(settings: Settings, side_m: float) -> tuple[Who, list[int]]:
    async with house.opened(settings) as app, app.state.database.transaction() as session:
        _branch, who = await house.hire(session, "SZ", HOME, RADIUS_M)
        plan_id = await house.publish_squares(session, who, side_m)
        found = await session.exec(select(GridCell.id).where(GridCell.plan_id == plan_id))
        return who, [stored(number) for number in found]


def _ask(cells: list[int], slugs: list[str]) -> _Asked:
    random = np.random.default_rng(5)
    chosen = random.choice(cells, max(1, round(CHOSEN_CELLS * len(cells))), replace=False)
    predicate = {
        "all": [
            {"any": [{"kind": "label", "slug": slugs[label]} for label in (LIKED, ALSO)]},
            {"not": {"kind": "label", "slug": slugs[NOT]}},
            {"kind": "age_band", "min_age": MIN_AGE, "max_age": MAX_AGE},
            {"kind": "cell", "in": sorted(chosen.tolist())},
            {"kind": "attended", "times": 1, "days": DAYS},
        ]
    }
    return _Asked(sorted(chosen.tolist()), predicate)


def _expected(invented: People, asked: _Asked) -> list[int]:
    """Return the numbers of those who are asked for, found by arithmetic on the columns."""
    age = house.NOW.year - invented.birth_year
    who, event, came = invented.registrations
    recent = who[came & (invented.days_ago < DAYS)[event]]
    likes = _holders(invented, LIKED, ALSO)
    held = (age >= MIN_AGE) & (age <= MAX_AGE) & np.isin(invented.cell_id, asked.cells)
    found = np.intersect1d(np.flatnonzero(held), np.intersect1d(likes, recent))
    return [int(place) + 1 for place in np.setdiff1d(found, _holders(invented, NOT))]


def _holders(invented: People, *labels: int) -> Ints:
    who, label = invented.labels
    return who[np.isin(label, labels)]


async def _compare(
    settings: Settings, who: Who, asked: _Asked, expected: list[int], runs: int
) -> dict[str, Any]:
    """Time the product and hand-written SQL in turn, so that both meet the same machine."""
    path = house.database_file(settings)
    spent: Spent = {}
    async with house.opened(settings) as app:
        async with app.state.database.read() as session:
            context = await queries.context(session, who, house.NOW)
        with closing(_database(path, asked)) as database:
            values = _values([number for number, _slug in people.labels(path)])
            for _ in range(runs):
                assert await _count(app, who, asked, spent) == len(expected)
                assert _count_by_hand(database, values, spent) == len(expected)
                assert await _ids(app, who, asked, spent) == expected
                assert _ids_by_hand(database, values, spent) == expected
    compiling, _ = timed(lambda: compile_predicate(asked.predicate, context).compile(), runs)
    return {name: summary(each) for name, each in spent.items()} | {"compiling": compiling}


async def _count(app: Litestar, who: Who, asked: _Asked, spent: Spent) -> int:
    async with app.state.database.read() as session:
        with _noted(spent, "count"):
            return await queries.count(session, who, asked.predicate, house.NOW)


async def _ids(app: Litestar, who: Who, asked: _Asked, spent: Spent) -> list[int]:
    async with app.state.database.read() as session:
        with _noted(spent, "ids"):
            return await queries.member_ids(session, who, asked.predicate, house.NOW)


def _count_by_hand(database: sqlite3.Connection, values: dict[str, Any], spent: Spent) -> int:
    with _noted(spent, "hand_written_count"):
        (found,) = database.execute(_BY_HAND.format(columns="count(*)"), values).fetchone()
    return int(found)


def _ids_by_hand(database: sqlite3.Connection, values: dict[str, Any], spent: Spent) -> list[int]:
    with _noted(spent, "hand_written_ids"):
        rows = database.execute(_BY_HAND.format(columns="c.id") + " order by c.id", values)
        return [number for (number,) in rows]


@contextmanager
def _noted(spent: Spent, name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent.setdefault(name, []).append(1000 * (time.perf_counter() - start))


def _database(path: Path, asked: _Asked) -> sqlite3.Connection:
    """Return a connection like the product's readers, with the chosen cells at hand."""
    database = sqlite3.connect(path)
    database.execute("pragma cache_size=-32000")
    database.execute("create temp table chosen (cell_id integer primary key)")
    database.executemany("insert into chosen values (?)", [(cell,) for cell in asked.cells])
    return database


def _values(numbers: list[int]) -> dict[str, Any]:
    return {
        "liked": numbers[LIKED],
        "also": numbers[ALSO],
        "not": numbers[NOT],
        "first_year": house.NOW.year - MAX_AGE,
        "last_year": house.NOW.year - MIN_AGE,
        "today": house.NOW.date().isoformat(),
        "since": people.stored_time(house.NOW - timedelta(days=DAYS)),
        "now": people.stored_time(house.NOW),
    }
