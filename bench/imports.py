"""A file of 21,613 households taken into a branch with a published grid, and once more."""

import asyncio
import csv
import io
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from litestar import Litestar
from sqlmodel.ext.asyncio.session import AsyncSession

from bench import house
from bench.timing import summary, timed
from geo import Datum, LonLat
from gridcrm.core.settings import Settings
from gridcrm.core.tables import stored
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers import imports, service
from gridcrm.customers.imports import Choice
from gridcrm.grids import service as grids
from gridcrm.grids.forms import DraftIn, DraftKind

SEATTLE = LonLat(-122.3321, 47.6062)
RADIUS_M = 20_000
SIDE_M = 400
ROWS = 21_613
RUNS = 3
_CHOICE = Choice(Datum.WGS84)
_NEARLY = 1e-9
"""Degrees (a tenth of a millimetre) by which a point may seem to lie outside its stored cell."""

Spent = dict[str, list[float]]


def run(rows: int = ROWS, side_m: float = SIDE_M, runs: int = RUNS) -> dict[str, Any]:
    """Return how long each step takes; the median of imports into new branches."""
    content, source = _file(rows)
    with house.installation() as settings:
        spent, facts = asyncio.run(_measure(settings, content, side_m, runs))
        bare = _insert_bare(house.database_file(settings), runs)
        facts |= _placed_right(house.database_file(settings))
    times = {step: summary(each) for step, each in spent.items()}
    whole = times["read_and_check"]["median_ms"] + times["commit"]["median_ms"]
    return facts | {
        "source": source,
        "rows": rows,
        **times,
        "rows_per_second": round(1000 * rows / whole),
        "bare_sqlite_insert_of_the_same_rows": bare,
        "times_the_bare_insert": round(whole / bare["median_ms"], 1),
    }


async def _measure(
    settings: Settings, content: bytes, side_m: float, runs: int
) -> tuple[Spent, dict[str, Any]]:
    upload = Upload("households.csv", content)
    spent: Spent = {}
    facts: dict[str, Any] = {}
    async with house.opened(settings) as app:
        for number in range(runs):
            who = await _branch(app, f"SEA{number}", side_m)
            facts = await _import_twice(app, who, upload, spent)
            await _draw_anew(app, who, 1.25 * side_m, spent)
    return spent, facts


async def _branch(app: Litestar, code: str, side_m: float) -> Who:
    async with app.state.database.transaction() as session:
        _branch, who = await house.hire(session, code, SEATTLE, RADIUS_M)
        await house.publish_squares(session, who, side_m)
    return who


async def _import_twice(app: Litestar, who: Who, upload: Upload, spent: Spent) -> dict[str, Any]:
    """Take the file in as `gridcrm customers import` does, and then the same file again."""
    first = await _import(app, who, upload, spent, "")
    again = await _import(app, who, upload, spent, "again_")
    assert first["new"] > 0
    assert (again["new"], again["changed"]) == (0, 0)
    assert again["same"] == first["new"]
    names = ("new", "duplicates", "merged", "bad_rows", "unplaced")
    return {name: first[name] for name in names} | {
        "again": {name: again[name] for name in ("new", "changed", "same")}
    }


async def _import(
    app: Litestar, who: Who, upload: Upload, spent: Spent, prefix: str
) -> dict[str, Any]:
    async with app.state.database.transaction() as session:
        start = time.perf_counter()
        examined = await imports.examine(session, who, upload, _CHOICE, house.NOW)
        _note(spent, f"{prefix}read_and_check", start)
        start = time.perf_counter()
        report = await imports.take_in(session, who, upload, _CHOICE, examined, house.NOW)
    _note(spent, f"{prefix}commit", start)
    return report


async def _draw_anew(app: Litestar, who: Who, side_m: float, spent: Spent) -> None:
    """Publish another grid, so that everybody is placed again."""
    form = DraftIn(kind=DraftKind.SQUARE, side_m=side_m)

    async def draft(session: AsyncSession) -> int:
        return stored((await grids.draft(session, who, form, None, house.NOW)).id)

    plan_id = await _in_transaction(app, draft, spent, "draw_grid")

    async def publish(session: AsyncSession) -> int:
        return (await service.publish_plan(session, who, plan_id, house.NOW)).moved

    moved = await _in_transaction(app, publish, spent, "publish_and_place_all")
    assert moved > 0


async def _in_transaction(
    app: Litestar, work: Callable[[AsyncSession], Awaitable[int]], spent: Spent, name: str
) -> int:
    start = time.perf_counter()
    async with app.state.database.transaction() as session:
        done = await work(session)
    _note(spent, name, start)
    return done


def _note(spent: Spent, name: str, start: float) -> None:
    spent.setdefault(name, []).append(1000 * (time.perf_counter() - start))


def _placed_right(path: Path) -> dict[str, Any]:
    """Compare every stored cell with the stored position, by shapes rather than arithmetic."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "select customer.lon, customer.lat, grid_cell.wkb from customer"
            " join grid_cell on grid_cell.id = customer.cell_id"
        ).fetchall()
    lon, lat, wkb = zip(*found, strict=True)
    away = shapely.distance(shapely.from_wkb(wkb), shapely.points(lon, lat))
    outside = int((away > _NEARLY).sum())
    assert outside == 0
    return {"cells_checked_by_shape": len(found), "outside_their_cell": outside}


def _insert_bare(path: Path, runs: int) -> dict[str, float]:
    """Insert the customers of one branch as fast as SQLite can: rows that are at hand already."""
    with closing(sqlite3.connect(path)) as database:
        (table,) = database.execute(
            "select sql from sqlite_master where name = 'customer'"
        ).fetchone()
        indexes = database.execute(
            "select sql from sqlite_master"
            " where tbl_name = 'customer' and type = 'index' and sql is not null"
        ).fetchall()
        rows = database.execute("select * from customer where branch_id = 1").fetchall()
    copy = path.with_name("bare.db")
    spent, _ = timed(lambda: _fill(copy, [table, *(sql for (sql,) in indexes)], rows), runs)
    return spent


def _fill(path: Path, tables: list[str], rows: list[tuple[Any, ...]]) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as bare:
        for sql in ["pragma synchronous=full", *tables]:
            bare.execute(sql)
        marks = ",".join("?" * len(rows[0]))
        bare.executemany(f"insert into customer values ({marks})", rows)  # noqa: S608 - only marks
        bare.commit()


def _file(rows: int) -> tuple[bytes, str]:
    """Return the first rows of the public sales of King County, or invented ones like them."""
    path = house.shared_data("king_county_sales", "kc_house.csv")
    if path is None:
        return _invented(rows), "invented (the public file is not here)"
    with path.open("rb") as file:
        return b"".join(islice(file, rows + 1)), "king_county_sales/kc_house.csv"


def _invented(rows: int) -> bytes:
    random = np.random.default_rng(7)
    lon = np.round(SEATTLE.lon + random.normal(0, 0.14, rows), 3)
    lat = np.round(SEATTLE.lat + random.normal(0, 0.12, rows), 4)
    price = random.integers(75_000, 2_000_000, rows)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "price", "bedrooms", "yr_built", "lat", "long"])
    columns = (price.tolist(), lat.tolist(), lon.tolist())
    for number, (cost, north, east) in enumerate(zip(*columns, strict=True), start=1_000_000):
        writer.writerow([number, cost, 3, 1970, north, east])
    return out.getvalue().encode()
