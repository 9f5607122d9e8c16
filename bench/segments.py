"""One segment of a million customers: counted by the product, by hand-written SQL, by arithmetic."""

import asyncio
import sqlite3
import time
from contextlib import closing
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
        ours = asyncio.run(_ours(settings, who, asked, expected, runs))
        peer = _by_hand(path, asked, expected, runs)
    return {
        "customers": customers,
        "labels": len(labels),
        "labels_on_customers": len(invented.labels[0]),
        "registrations": len(invented.registrations[0]),
        "chosen_cells": len(asked.cells),
        "built_seconds": round(built_s, 1),
        "found": len(expected),
        **ours,
        **peer,
        "count_times_the_hand_written": round(
            ours["count"]["median_ms"] / peer["hand_written_count"]["median_ms"], 2
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


async def _ours(
    settings: Settings, who: Who, asked: _Asked, expected: list[int], runs: int
) -> dict[str, Any]:
    async with house.opened(settings) as app:
        counts = [await _count(app, who, asked, len(expected)) for _ in range(runs)]
        ids = [await _ids(app, who, asked, expected) for _ in range(runs)]
        async with app.state.database.read() as session:
            context = await queries.context(session, who, house.NOW)
    compiled, _ = timed(lambda: compile_predicate(asked.predicate, context).compile(), runs)
    return {"count": summary(counts), "ids": summary(ids), "of_which_compiling": compiled}


async def _count(app: Litestar, who: Who, asked: _Asked, expected: int) -> float:
    async with app.state.database.read() as session:
        start = time.perf_counter()
        found = await queries.count(session, who, asked.predicate, house.NOW)
        spent = time.perf_counter() - start
    assert found == expected
    return 1000 * spent


async def _ids(app: Litestar, who: Who, asked: _Asked, expected: list[int]) -> float:
    async with app.state.database.read() as session:
        start = time.perf_counter()
        found = await queries.member_ids(session, who, asked.predicate, house.NOW)
        spent = time.perf_counter() - start
    assert found == expected
    return 1000 * spent


def _by_hand(path: Path, asked: _Asked, expected: list[int], runs: int) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma cache_size=-32000")
        database.execute("create temp table chosen (cell_id integer primary key)")
        database.executemany("insert into chosen values (?)", [(cell,) for cell in asked.cells])
        values = _values([number for number, _slug in people.labels(path)])
        count_sql = _BY_HAND.format(columns="count(*)")
        ids_sql = _BY_HAND.format(columns="c.id") + " order by c.id"
        counted, count = timed(lambda: database.execute(count_sql, values).fetchone()[0], runs)
        listed, rows = timed(lambda: database.execute(ids_sql, values).fetchall(), runs)
    assert count == len(expected)
    assert [number for (number,) in rows] == expected
    return {"hand_written_count": counted, "hand_written_ids": listed}


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
