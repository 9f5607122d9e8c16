"""Customers at the terminal."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from gridcrm import cli
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer, Lifecycle
from gridcrm.grids.models import GridPlan, PlanState
from tests import make
from tests.cast import Cast
from tests.conftest import SECRET
from tests.corpus.files import csv_bytes
from tests.gridcrm.customers.conftest import Town, stored
from tests.ground import squares


@pytest.fixture
def here(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", SECRET)
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(tmp_path))
    file = tmp_path / "ledger.csv"
    file.write_bytes(csv_bytes([["客户编号", "姓名"], ["A-1", "李月光"], ["A-8", "新人"]]))
    return file


async def run(*arguments: str) -> int:
    """Run a command, which has an event loop of its own."""
    return await asyncio.to_thread(cli.main, arguments)


async def test_a_dry_run_reports_and_the_import_stores(
    here: Path, database: Database, town: Town, capsys: pytest.CaptureFixture[str]
):
    told = ("customers", "import", str(here), "--branch", "A001", "--json")
    assert await run(*told, "--dry-run") == 0
    dry = json.loads(capsys.readouterr().out)
    assert (await stored(database, town.li)).name == "李阳光"
    assert await run(*told) == 0
    done = json.loads(capsys.readouterr().out)

    assert (dry["dry_run"], dry["new"], dry["changed"]) == (True, 1, 1)
    assert (done["dry_run"], done["new"], done["changed"]) == (False, 1, 1)
    assert (await stored(database, town.li)).name == "李月光"


@pytest.mark.usefixtures("town")
async def test_what_is_worth_a_look_is_told_with_line_and_column(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    rows = csv_bytes([["姓名", "产品"], ["张三", "代发"], ["李四", "彩票"]])
    await asyncio.to_thread(here.write_bytes, rows)
    assert await run("customers", "import", str(here), "--branch", "A001", "--dry-run") == 0
    told = capsys.readouterr().out
    assert "  3, 产品: The product 彩票 is not in the catalogue" in told
    assert "代发 " not in told


@pytest.mark.usefixtures("town")
async def test_an_unknown_branch_is_refused(here: Path, capsys: pytest.CaptureFixture[str]):
    assert await run("customers", "import", str(here), "--branch", "X") == 2
    assert capsys.readouterr().err.startswith("gridcrm customers import:")


@pytest.mark.usefixtures("here", "town")
async def test_a_draft_is_published_by_the_manager_and_not_by_an_officer(
    database: Database, cast: Cast, capsys: pytest.CaptureFixture[str]
):
    async with database.transaction() as session:
        draft = await squares(session, cast.a, cast.hang, side_m=250, version=2)

    assert await run("grid", "publish", str(draft.id), "--as", "zhou") == 2
    assert await run("grid", "publish", str(draft.id), "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["version"], done["customers"], done["unplaced"]) == (2, 2, 0)
    async with database.read() as session:
        plan = (await session.exec(select(GridPlan).where(GridPlan.id == draft.id))).one()
    assert plan.state is PlanState.PUBLISHED


@pytest.mark.usefixtures("here")
async def test_lifecycles_move_on_with_the_days(database: Database, cast: Cast):
    long_ago = date(2020, 1, 1)
    async with database.transaction() as session:
        session.add(
            make.customer(
                cast.a, name="久", opened_on=long_ago, last_active_on=long_ago, lifecycle="mature"
            )
        )
        session.add(make.customer(cast.a, name="未"))

    assert await run("customers", "refresh") == 0
    async with database.read() as session:
        found = dict((await session.exec(select(Customer.name, Customer.lifecycle))).all())
    assert found == {"久": Lifecycle.LAPSED, "未": Lifecycle.PROSPECT}
