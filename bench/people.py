"""A million invented customers with labels, cells and registrations, written in bulk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIKES = 6
EVENTS = 300
_HISTORY_DAYS = 730
_CAME = 0.7
_SURE = 0.9
_STORED_TIME = "%Y-%m-%d %H:%M:%S.%f"

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Columns by customer (number = place + 1), and pairs of customers with labels and events."""

    birth_year: Ints
    cell_id: Ints
    labels: tuple[Ints, Ints]
    registrations: tuple[Ints, Ints, NDArray[np.bool_]]
    days_ago: Ints


def invent(count: int, cell_ids: Sequence[int], labels: int, year: int) -> People:
    """Return customers whose labels and events are as uneven as in life (Zipf)."""
    random = np.random.default_rng(11)
    liked = 1 / np.arange(1, labels + 1)
    of_whom = np.repeat(np.arange(count), np.clip(random.poisson(LIKES, count), 1, 30))
    likes = random.choice(labels, of_whom.size, p=liked / liked.sum())
    visitors = random.permutation(count)[
        (count * random.random(int(1.5 * count)) ** 1.6).astype(np.int64)
    ]
    who, event = _pairs(visitors, random.integers(0, EVENTS, visitors.size), EVENTS)
    return People(
        birth_year=year - np.clip(random.normal(45, 16, count), 18, 95).astype(np.int64),
        cell_id=np.array(cell_ids)[random.integers(0, len(cell_ids), count)],
        labels=_pairs(of_whom, likes, labels),
        registrations=(who, event, random.random(who.size) < _CAME),
        days_ago=1 + random.integers(0, _HISTORY_DAYS, EVENTS),
    )


def store(path: Path, people: People, now: datetime) -> None:
    """Write people into branch 1 of a migrated database, and its indexes afterwards."""
    label_ids = np.array([number for number, _slug in labels(path)])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript("pragma synchronous=off; pragma cache_size=-400000")
        database.execute("begin")
        with _indexes_afterwards(database):
            _store_customers(database, people, now)
            _store_labels(database, people, label_ids, now.date())
            _store_registrations(database, people, now)
        database.execute("commit")
        database.execute("pragma wal_checkpoint(truncate)")


def labels(path: Path) -> list[tuple[int, str]]:
    """Return number and slug of the labels of a database that people can carry."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("select id, slug from label where depth = 3 order by id").fetchall()


def stored_time(moment: datetime) -> str:
    """Return a UTC time as SQLite keeps it for us."""
    return moment.strftime(_STORED_TIME)


def _pairs(left: Ints, right: Ints, count: int) -> tuple[Ints, Ints]:
    keys = np.sort(left * count + right)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return keys // count, keys % count


def _store_customers(database: sqlite3.Connection, people: People, now: datetime) -> None:
    time = stored_time(now)
    fixed = {
        "branch_id": 1, "name": "人", "gender": "", "occupation": "", "organisation": "",
        "community": "", "building": "", "lifecycle": "mature", "source": "", "do_not_contact": 0,
        "is_staff": 0, "deceased": 0, "open_complaint": 0, "created_at": time, "updated_at": time,
    }  # fmt: skip
    numbers = range(1, len(people.birth_year) + 1)
    rows = zip(numbers, people.birth_year.tolist(), people.cell_id.tolist(), strict=True)
    _insert(database, "customer", ("id", "birth_year", "cell_id"), fixed, rows)


def _store_labels(database: sqlite3.Connection, people: People, ids: Ints, today: date) -> None:
    who, label = people.labels
    fixed = {
        "source": "interview", "confidence": _SURE, "attendances": 0,
        "given_on": today.isoformat(), "expires_on": (today + timedelta(days=500)).isoformat(),
        "updated_at": today.isoformat() + " 00:00:00.000000",
    }  # fmt: skip
    rows = zip((who + 1).tolist(), ids[label].tolist(), strict=True)
    _insert(database, "customer_label", ("customer_id", "label_id"), fixed, rows)


def _store_registrations(database: sqlite3.Connection, people: People, now: datetime) -> None:
    time = stored_time(now)
    times = [stored_time(now - timedelta(days=days)) for days in people.days_ago.tolist()]
    held = {
        "branch_id": 1, "template": "tea_salon", "theme": "", "title": "茶艺", "host_id": 1,
        "partner": "", "cost_fen": 0, "capacity": 20_000, "taken": 0, "state": "reviewed",
        "outcome_window_days": 30, "anonymous_count": 0, "description": "", "names_product": 0,
        "note": "", "review": "", "revision": 0, "created_by": 1, "created_at": time,
        "updated_at": time,
    }  # fmt: skip
    rows = ((number, at, at) for number, at in enumerate(times, start=1))
    _insert(database, "event", ("id", "starts_at", "ends_at"), held, rows)
    who, event, came = people.registrations
    states = np.where(came, "checked_in", "no_show").tolist()
    fixed = {
        "branch_id": 1, "guest_name": "", "guest_phone": "", "party_size": 1, "source": "staff",
        "created_at": time,
    }  # fmt: skip
    registered = zip((who + 1).tolist(), (event + 1).tolist(), states, strict=True)
    _insert(database, "registration", ("customer_id", "event_id", "state"), fixed, registered)


def _insert(
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    fixed: dict[str, Any],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    names = ", ".join([*columns, *fixed])
    values = ", ".join(["?"] * len(columns) + [_literal(value) for value in fixed.values()])
    database.executemany(f"insert into {table} ({names}) values ({values})", rows)  # noqa: S608 - our own words


def _literal(value: str | float) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


@contextmanager
def _indexes_afterwards(database: sqlite3.Connection) -> Iterator[None]:
    tables = "('customer', 'customer_label', 'event', 'registration')"
    found = database.execute(
        "select name, sql from sqlite_master"  # noqa: S608 - our own words
        f" where type = 'index' and sql is not null and tbl_name in {tables}"
    ).fetchall()
    for name, _sql in found:
        database.execute(f"drop index {name}")
    yield
    for _name, sql in found:
        database.execute(sql)
