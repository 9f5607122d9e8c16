"""Lists of cells to choose from: the same cells as on the map, without their shapes."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event as sql_event

from gridcrm.core.db import Database
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries
from gridcrm.grids.models import GridCell, GridPlan
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.ground import squares


@pytest.fixture
async def plan(database: Database, cast: Cast) -> GridPlan:
    async with database.transaction() as session:
        drawn = await squares(session, cast.a, cast.hang)
        await publish_plan(session, cast.hang, drawn.id or 0, NOON)
        return drawn


async def test_the_rows_of_a_branch_are_the_cells_of_its_published_plan(
    database: Database, cast: Cast, plan: GridPlan
):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, side_m=1000, version=2)
    async with database.read() as session:
        cells = await queries.cells(session, plan.id or 0)
        rows = await queries.published_rows(session, cast.a.id or 0)
        drafted = await queries.cell_rows(session, draft.id or 0)
        elsewhere = await queries.published_rows(session, cast.b.id or 0)
    assert rows
    assert [(row.id, row.key, row.name, row.lead_id) for row in rows] == [
        (cell.id, cell.key, cell.name, cell.lead_id) for cell in cells
    ]
    assert {row.id for row in drafted}.isdisjoint(row.id for row in rows)
    assert (len(drafted) > 0, elsewhere) == (True, [])


@pytest.mark.parametrize(
    "path", ["/customers", "/desk/visits", "/events/new?template=tea_salon", "/segments/new"]
)
async def test_a_page_that_only_names_cells_loads_no_shape(
    browser: Browser, database: Database, cast: Cast, clock: Clock, plan: GridPlan, path: str
):
    await seat(database, browser, cast.hang, clock.now)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    async with database.read() as session:
        engine = (await session.connection()).sync_engine
    sql_event.listen(engine, "before_cursor_execute", note)
    answer = await browser.get(path)
    sql_event.remove(engine, "before_cursor_execute", note)

    assert answer.status_code == 200
    assert asked
    assert not [statement for statement in asked if "grid_cell.wkb" in statement]


async def test_others_have_their_turn_while_thousands_of_cells_are_loaded(
    database: Database, cast: Cast
):
    async with database.transaction() as session:
        many = await squares(session, cast.a, cast.hang, side_m=50)
    turns: list[int] = [0]

    def loaded(*_given: object) -> None:
        turns[-1] += 1

    async def others() -> None:
        while True:
            turns.append(0)
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(others())
    sql_event.listen(GridCell, "load", loaded)
    async with database.read() as session:
        cells = await queries.cells(session, many.id or 0)
    sql_event.remove(GridCell, "load", loaded)
    beside.cancel()

    assert sum(turns) == len(cells) > 2000
    assert max(turns) <= 500
