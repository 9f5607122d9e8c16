"""A map as one file, from the terminal."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm import cli
from tests.conftest import SECRET
from tests.gridcrm.maps.conftest import Town, keep


@pytest.fixture
def out(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", SECRET)
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(tmp_path))
    return tmp_path / "map.html"


def written(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def said(page: str) -> list[str]:
    """What a map in one file says of its cells."""
    block = re.search(r'id="gm-values">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return list(json.loads(block[1])["said"])


async def draw(*arguments: str) -> int:
    """Run the command, which has an event loop of its own."""
    return await asyncio.to_thread(cli.main, ("map", *arguments))


async def test_the_file_asks_nobody_for_anything_and_has_every_cell(
    out: Path, town: Town, session: AsyncSession, capsys: pytest.CaptureFixture[str]
):
    await keep(session, *town.people(4, town.west))
    await session.commit()

    assert await draw("customers", "--branch", "A001", "--out", str(out), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    text = written(out)

    assert (told["metric"], told["cells"]) == ("customers", 2)
    page = re.sub(r"<script.*?</script>|<style.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(?:src|href)\s*=|<link|@import", page)
    assert not re.search(r"<script[^>]* src", text)
    assert "default-src 'none'" in text
    assert "西片" in text
    assert "东片" in text
    assert said(text) == ["4", "0"]
    assert "whose position lies in the cell" in text


async def test_a_file_to_be_passed_on_has_no_small_number(
    out: Path, town: Town, session: AsyncSession
):
    await keep(session, *town.people(4, town.west))
    await session.commit()

    assert await draw("customers", "--branch", "A001", "--out", str(out), "--shared") == 0
    text = written(out)

    assert said(text)[0] == "<10"


@pytest.mark.usefixtures("town")
async def test_a_metric_without_its_label_is_refused_and_leaves_no_file(
    out: Path, capsys: pytest.CaptureFixture[str]
):
    assert await draw("label_share", "--branch", "A001", "--out", str(out)) == 2
    assert "Choose a label." in capsys.readouterr().err
    assert written(out) == ""


@pytest.mark.usefixtures("town")
async def test_an_inspector_cannot_have_a_map_drawn(out: Path, capsys: pytest.CaptureFixture[str]):
    told = ("customers", "--branch", "A001", "--out", str(out), "--as", "xun")
    assert await draw(*told) == 2
    assert "role" in capsys.readouterr().err
    assert written(out) == ""


@pytest.mark.usefixtures("cast")
async def test_a_branch_without_a_grid_has_no_map(out: Path, capsys: pytest.CaptureFixture[str]):
    assert await draw("customers", "--branch", "A001", "--out", str(out)) == 2
    assert "no published grid" in capsys.readouterr().err


async def test_a_file_of_hot_spots_carries_its_caution(
    out: Path, town: Town, session: AsyncSession
):
    await keep(session, *town.people(4, town.west))
    await session.commit()

    told = ("customers", "--branch", "A001", "--out", str(out), "--shown", "hot_spots")
    assert await draw(*told) == 0
    text = written(out)

    assert said(text) == ["No pattern · 4", "No pattern · 0"]
    assert "not in the people who live there" in text


@pytest.mark.usefixtures("town")
async def test_a_count_can_not_be_smoothed(out: Path, capsys: pytest.CaptureFixture[str]):
    told = ("customers", "--branch", "A001", "--out", str(out), "--shown", "smoothed")
    assert await draw(*told) == 2
    assert "can't be shown like that" in capsys.readouterr().err
    assert written(out) == ""
