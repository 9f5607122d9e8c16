import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotAllowed
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Command, Terminal
from gridcrm.segments import service
from gridcrm.segments.cli import COMMANDS
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import Segment
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.segments.conftest import Town

SENIOR = {"kind": "age_band", "min_age": 60}


@pytest.fixture
def count(settings: Settings, database: Database, town: Town) -> Any:
    async def run(*line: str) -> Any:
        command: Command = COMMANDS[0]
        parser = ArgumentParser()
        command.arguments(parser)
        return await command.run(Terminal(settings, database), parser.parse_args(line))

    return run


async def test_a_segment_is_counted_at_the_terminal(count: Any, database: Database):
    async with database.read() as session:
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
    found = await count(str(elder.id), "--branch", "A001")
    assert (found["count"], found["total"]) == (10, 30)
    assert COMMANDS[0].show(found).splitlines() == [
        "People who are aged 60 or over.",
        "         30 →        10  are aged 60 or over",
        "10 of 30 people",
    ]


async def test_a_branchs_own_segment_needs_no_branch_and_a_ready_made_one_does(
    count: Any, database: Database, cast: Cast
):
    async with database.transaction() as session:
        form = SegmentIn(name_zh="老人", predicate={"all": [SENIOR]})
        own = await service.create(session, cast.bo, form, NOON)
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
    assert (await count(str(own.id)))["count"] == 5
    with pytest.raises(InvalidInput) as refused:
        await count(str(elder.id))
    assert list(refused.value.fields) == ["--branch"]


async def test_a_predicate_of_a_file_is_counted_in_somebodys_name(count: Any, tmp_path: Path):
    file = tmp_path / "asked.json"
    file.write_text(json.dumps({"all": [SENIOR]}), "utf-8")
    found = await count("--predicate", str(file), "--branch", "A001", "--as", "zhou")
    assert found["count"] == 3


async def test_who_may_not_count_in_the_browser_may_not_at_the_terminal(count: Any, tmp_path: Path):
    file = tmp_path / "asked.json"
    file.write_text('{"all": []}', "utf-8")
    with pytest.raises(NotAllowed):
        await count("--predicate", str(file), "--branch", "A001", "--as", "lin")


async def test_a_file_that_holds_no_json_is_refused(count: Any, tmp_path: Path):
    file = tmp_path / "asked.json"
    file.write_text("{", "utf-8")
    with pytest.raises(InvalidInput) as refused:
        await count("--predicate", str(file), "--branch", "A001")
    assert list(refused.value.fields) == ["--predicate"]
