import json
from pathlib import Path

import pytest

from gridcrm.cli import main
from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.sheets import read_table
from tests.cast import Cast
from tests.conftest import in_thread
from tests.gridcrm.exports.conftest import Town


@pytest.fixture
def installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal works on the test's database."""
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", settings.secret)


async def test_a_segment_leaves_as_a_file_with_an_entry_in_the_register(
    installed: None,
    database: Database,
    cast: Cast,
    town: Town,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    out = tmp_path / "elders.csv"
    arguments = ["segment", "export", str(town.segment.id), "--out", str(out)]
    said = ["--purpose", "autumn walk in the estate", "--columns", "name,phone", "--json"]
    assert await in_thread(main, [*arguments, *said]) == 0

    done = json.loads(capsys.readouterr().out)
    assert (done["rows"], done["masked"]) == (7, True)
    assert done["dropped"] == {"deceased": 1, "do_not_contact": 1}
    table = read_table(out.read_bytes(), out.name)
    assert ("欧阳**", "138****8001") in [row.cells for row in table.rows]


async def test_mei_cannot_unmask_and_lin_cannot_take_at_the_terminal_either(
    installed: None,
    database: Database,
    cast: Cast,
    town: Town,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    out = tmp_path / "elders.csv"
    arguments = [
        "segment",
        "export",
        str(town.segment.id),
        "--out",
        str(out),
        "--purpose",
        "a walk",
    ]
    assert await in_thread(main, [*arguments, "--as", "mei", "--unmasked", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["masked"] is True
    out.unlink()
    assert await in_thread(main, [*arguments, "--as", "lin"]) == 2
    assert not out.exists()
