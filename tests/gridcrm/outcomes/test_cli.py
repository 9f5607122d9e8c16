import json
from pathlib import Path

import pytest
from sqlmodel import select

from gridcrm.cli import main
from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.outcomes.models import Outcome
from tests.cast import Cast
from tests.conftest import in_thread
from tests.gridcrm.outcomes.conftest import Salon

LEDGER = (
    "日期,客户,产品,金额,经办\n2026-11-20,C-GUEST,定期,1.2万,Zhou\n2026-11-20,C-9,定期,5,Zhou\n"
)


@pytest.fixture
def installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal works on the test's database."""
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", settings.secret)


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = tmp_path / "成交.csv"
    path.write_text(LEDGER, encoding="utf-8")
    return str(path)


async def test_a_ledger_is_checked_and_then_imported_once_at_the_terminal(
    installed: None,
    database: Database,
    cast: Cast,
    salon: Salon,
    ledger: str,
    capsys: pytest.CaptureFixture[str],
):
    arguments = ["outcomes", "import", ledger, "--branch", "A001", "--json"]
    counts = []
    for more in (["--dry-run"], [], []):
        assert await in_thread(main, [*arguments, *more]) == 0
        done = json.loads(capsys.readouterr().out)
        counts.append((done["dry_run"], done["ready"], done["known"], done["bad"]))
    assert counts == [(True, 1, 0, 1), (False, 1, 0, 1), (False, 0, 1, 1)]
    async with database.read() as session:
        assert (await session.exec(select(Outcome))).one().claimed_by == cast.zhou.user_id

    assert await in_thread(main, arguments[:-1]) == 0
    said = capsys.readouterr().out
    assert "0 of 2 outcomes" in said
    assert "3, 客户: No customer of this branch" in said


async def test_zhou_cannot_import_a_ledger_at_the_terminal_either(
    installed: None, database: Database, cast: Cast, ledger: str
):
    arguments = ["outcomes", "import", ledger, "--branch", "A001", "--as", "zhou"]
    assert await in_thread(main, arguments) == 2


async def test_a_funnel_is_read_at_the_terminal_and_not_by_lin(
    installed: None,
    database: Database,
    cast: Cast,
    salon: Salon,
    capsys: pytest.CaptureFixture[str],
):
    assert await in_thread(main, ["funnel", str(salon.event.id), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["invited"], found["attended"], found["converted"]) == (1, 1, 0)
    assert await in_thread(main, ["funnel", str(salon.event.id)]) == 0
    assert "1 invited, 1 registered, 1 attended, 0 converted." in capsys.readouterr().out
    assert await in_thread(main, ["funnel", str(salon.event.id), "--as", "lin"]) == 2
    assert await in_thread(main, ["funnel", "999"]) == 2
