"""People and tokens at the terminal."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlmodel import select

from gridcrm import cli
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from tests.cast import Cast
from tests.conftest import SECRET, Browser


@pytest.fixture(autouse=True)
def here(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", SECRET)
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(tmp_path))


async def run(*arguments: str) -> int:
    """Run a command, which has an event loop of its own."""
    return await asyncio.to_thread(cli.main, arguments)


async def test_an_account_opened_at_the_terminal_signs_in_and_the_audit_says_where_it_was_opened(
    browser: Browser, cast: Cast, database: Database, capsys: pytest.CaptureFixture[str]
):
    command = ("user", "add", "li.na", "--role", "branch_manager", "--branch", "B001", "--json")
    assert await run(*command) == 0
    password = json.loads(capsys.readouterr().out)["password"]
    answer = await browser.post_form("/sign-in", username="li.na", password=password)

    async with database.read() as session:
        roles = dict((await session.exec(select(AuditEntry.action, AuditEntry.role))).all())
    assert answer.status_code == 303
    assert roles == {"user_add": "terminal", "sign_in": "branch_manager"}


async def test_a_branch_nobody_knows_is_named_and_nobody_is_added(
    cast: Cast, capsys: pytest.CaptureFixture[str]
):
    assert await run("user", "add", "li.na", "--role", "grid_lead", "--branch", "X9") == 2
    assert "There is no branch with this code." in capsys.readouterr().err
