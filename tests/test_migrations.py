"""Forward, back and forward again, with something in the tables, on both databases."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from gridcrm.branches.models import PlaceImport
from gridcrm.core import audit, tables
from gridcrm.core.db import Database
from gridcrm.core.migrate import check, config, downgrade, upgrade
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer, PlacedBy
from gridcrm.grids import queries as grids
from gridcrm.grids import workbench
from gridcrm.grids.forms import MergeIn, RenameIn, SplitIn, SplitWay, StepIn
from tests.cast import hire
from tests.ground import squares
from tests.world import build

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def empty_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    tables.load_all()
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        shutil.rmtree(tmp_path, ignore_errors=True)
        return
    server = request.getfixturevalue("postgres_server")
    with server.copy_of("template0") as url:
        yield url


def with_database(url: str, work: Any) -> Any:
    async def run() -> Any:
        database = Database(url, "k" * 40)
        await database.open()
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())


async def fill(session: Any) -> None:
    cast = await hire(session, NOW)
    await build(session, cast, NOW)
    audit.record(session, cast.hang, "test", ("thing", 1))


def test_tables_go_up_match_the_models_come_down_with_data_and_go_up_again(empty_url: str):
    upgrade(empty_url)
    check(empty_url)
    with_database(empty_url, fill)

    downgrade(empty_url)
    assert with_database(empty_url, _names) <= {"alembic_version"}

    upgrade(empty_url)
    check(empty_url)
    with_database(empty_url, fill)


def test_there_is_one_newest_migration(tmp_path: Path):
    script = ScriptDirectory.from_config(config(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"))
    assert len(script.get_heads()) == 1


def test_nobody_rewrites_the_audit_not_even_in_sql(empty_url: str):
    upgrade(empty_url)
    with_database(empty_url, fill)
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"):
            with_database(empty_url, lambda s, sql=statement: s.exec(text(sql)))


def test_the_audit_can_be_rewritten_once_the_guard_is_off_and_the_chain_shows_it(empty_url: str):
    upgrade(empty_url)
    with_database(empty_url, fill)
    off = (
        "DROP TRIGGER audit_entry_no_update"
        if "sqlite" in empty_url
        else "DROP TRIGGER audit_entry_no_change ON audit_entry"
    )
    with_database(empty_url, lambda s: s.exec(text(off)))
    with_database(empty_url, lambda s: s.exec(text("UPDATE audit_entry SET action = 'x'")))

    broken = with_database(empty_url, lambda s: audit.first_broken(s, b"k" * 40))
    assert broken == 1


async def _names(session: Any) -> set[str]:
    sql = (
        "select name from sqlite_master where type = 'table'"
        if session.bind.dialect.name == "sqlite"
        else "select tablename from pg_tables where schemaname = 'public'"
    )
    return set((await session.exec(text(sql))).scalars().all())


def test_names_that_placed_people_before_are_remembered_unless_they_are_places(empty_url: str):
    upgrade(empty_url)
    with_database(empty_url, fill)
    downgrade(empty_url, "0004")
    with_database(empty_url, _put_people_by_name)
    upgrade(empty_url)

    sql = text("select name, name_key, place, lon, decided_by from community_alias")
    rows = with_database(empty_url, lambda session: _rows(session, sql))
    assert rows == [("大冲 新城", "大冲新城", "", 125.5, None)]


async def _put_people_by_name(session: Any) -> None:
    """Two at one place, two of one name at two places, and one at a listed place."""
    listed = (await session.exec(text("select name from place limit 1"))).scalar_one()
    branch_id = (await session.exec(text("select min(id) from branch"))).scalar_one()
    names = ("大冲 新城", "大冲 新城", "两处", "两处", listed)
    columns = set((await session.exec(text("select * from customer limit 0"))).keys())
    for number, (name, lon) in enumerate(
        zip(names, (125.5, 125.5, 125.5, 125.6, 125.5), strict=True)
    ):
        person = Customer(
            branch_id=branch_id, name=f"人{number}", phone=f"1980000000{number}", created_at=NOW,
            updated_at=NOW, lon=lon, lat=43.8, placed_by=PlacedBy.COMMUNITY, community=name,
        )  # fmt: skip
        values = person.model_dump(include=columns - {"id"})
        await session.exec(insert(tables.table("customer")).values(values))


async def _rows(session: Any, sql: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await session.exec(sql)]


def test_without_the_catchment_people_and_cells_stay_and_it_can_be_worked_out_again(
    empty_url: str,
):
    upgrade(empty_url)
    with_database(empty_url, fill)
    with_database(empty_url, _work_out)
    people = text("select count(*), count(walk_min), count(branch_share) from customer")
    cells = text("select count(*), count(walk_min), count(branch_share) from grid_cell")
    ((customers, *_),) = with_database(empty_url, lambda session: _rows(session, people))
    downgrade(empty_url, "0005")
    upgrade(empty_url)

    check(empty_url)
    assert with_database(empty_url, lambda s: _rows(s, people)) == [(customers, 0, 0)]
    assert with_database(empty_url, lambda s: _rows(s, cells))[0][1:] == (0, 0)
    assert with_database(empty_url, lambda s: _rows(s, text("select 1 from catchment"))) == []


async def _work_out(session: Any) -> None:
    for name in ("customer", "grid_cell"):
        await session.exec(text(f"update {name} set walk_min = 1, branch_share = 1"))


def test_before_there_were_motorways_they_were_roads(empty_url: str):
    upgrade(empty_url)
    with_database(empty_url, fill)

    async def widen(session: Any) -> None:
        await session.exec(text("update place set kind = 'motorway'"))
        file = (await session.exec(select(PlaceImport))).scalars().first()
        file.report = {"kinds": {"motorway": 2, "road": 3}, "new": 5}

    with_database(empty_url, widen)
    downgrade(empty_url, "0008")
    upgrade(empty_url)

    kinds = text("select distinct kind from place")
    reports = text("select report from place_import")
    assert with_database(empty_url, lambda session: _rows(session, kinds)) == [("road",)]
    told = [_plain(row[0]) for row in with_database(empty_url, lambda s: _rows(s, reports))]
    assert {"kinds": {"road": 5}, "new": 5} in told


def test_a_draft_that_was_shaped_by_hand_can_be_taken_back_after_its_steps_got_their_names(
    empty_url: str,
):
    upgrade(empty_url)
    who, plan_id = with_database(empty_url, _shape)
    downgrade(empty_url, "0006")
    sql = text("select done, undone from grid_plan")
    ((done, undone),) = with_database(empty_url, lambda session: _rows(session, sql))
    assert len(_plain(done)) == 1, "a name could not be taken back before"
    assert [set(step) for step in _plain(undone)] == [{"edit", "facts"}]
    upgrade(empty_url)

    check(empty_url)

    async def again(session: Any) -> tuple[int, int, int]:
        sizes = [len(await grids.cells(session, plan_id))]
        await workbench.redo(session, who, plan_id, StepIn(seen=2))
        sizes.append(len(await grids.cells(session, plan_id)))
        for seen in (3, 4):
            await workbench.undo(session, who, plan_id, StepIn(seen=seen))
        return *sizes, len(await grids.cells(session, plan_id))

    merged, cut, whole = with_database(empty_url, again)
    assert (merged, cut) == (whole - 1, whole)


def _plain(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored


async def _shape(session: Any) -> tuple[Who, int]:
    """Two cells merged, the new one called otherwise, and cut, and that taken back."""
    cast = await hire(session, NOW)
    plan = await squares(session, cast.a, cast.hang)
    plan_id = stored(plan.id)
    cells = {cell.key: stored(cell.id) for cell in await grids.cells(session, plan_id)}
    pair = [cells["sq:500:0:0"], cells["sq:500:1:0"]]
    await workbench.merge(session, cast.hang, plan_id, MergeIn(cell_id=pair, seen=0))
    middle = {cell.key: stored(cell.id) for cell in await grids.cells(session, plan_id)}
    kept = next(iter(set(pair) & set(middle.values())))
    await workbench.rename(session, cast.hang, plan_id, RenameIn(cell_id=kept, name="春城", seen=1))
    way = SplitIn(cell_id=kept, way=SplitWay.NORTH_SOUTH, seen=2)
    await workbench.split(session, cast.hang, plan_id, way)
    await workbench.undo(session, cast.hang, plan_id, StepIn(seen=3))
    return cast.hang, plan_id
