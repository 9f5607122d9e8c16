from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Terminal
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import Customer
from gridcrm.labels.cli import COMMANDS
from gridcrm.labels.models import CustomerLabel
from gridcrm.labels.on_customers import store_imported
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT, carried

pytestmark = pytest.mark.usefixtures("labels")


@pytest.fixture
def bring(settings: Settings, database: Database, tmp_path: Path) -> Any:
    async def run(text: str, *line: str) -> Any:
        file = tmp_path / "labels.csv"
        file.write_text(text, "utf-8")
        parser = ArgumentParser()
        COMMANDS[0].arguments(parser)
        given = parser.parse_args([str(file), "--branch", "A001", *line])
        return await COMMANDS[0].run(Terminal(settings, database), given)

    return run


async def test_a_file_gives_labels_by_number_or_phone_and_tells_what_it_does_not_know(
    bring: Any, database: Database, cast: Cast
):
    async with database.transaction() as session:
        one, two = make.customer(cast.a, number="N1"), make.customer(cast.a, phone="13900001111")
        stranger = make.customer(cast.b, number="N2")
        session.add_all([one, two, stranger])
    found = await bring(
        "客户号,手机号,兴趣标签\n"
        "N1,,合唱、人像摄影\n"
        ",139 0000 1111,Choir/skydiving\n"
        "N2,,合唱\n"
        "N1,,\n"
    )
    assert found == {
        "rows": 4,
        "given": 3,
        "incomplete_lines": [5],
        "unknown_people_lines": [4],
        "unknown_labels": ["skydiving"],
    }
    assert COMMANDS[0].show(found).splitlines()[0] == "4 lines read, 3 labels given."
    async with database.read() as session:
        assert await carried(session, one) == {CHOIR: 0.5, PORTRAIT: 0.5}
        assert await carried(session, two) == {CHOIR: 0.5}
        assert await carried(session, stranger) == {}


async def test_zhou_labels_only_her_own_people_by_file(bring: Any, database: Database, cast: Cast):
    async with database.transaction() as session:
        hers = make.customer(cast.a, number="N1", owner_id=cast.zhou.user_id)
        session.add_all([hers, make.customer(cast.a, number="N2")])
    found = await bring("number,label\nN1,Choir\nN2,Choir\n", "--as", "zhou")
    assert (found["given"], found["unknown_people_lines"]) == (1, [3])


async def test_a_file_without_the_columns_is_refused(bring: Any, cast: Cast):
    with pytest.raises(InvalidInput) as refused:
        await bring("姓名,爱好们\n张三,合唱\n")
    assert list(refused.value.fields) == ["file"]


async def test_an_import_of_customers_gives_their_labels_and_counts_unknown_ones(
    database: Database, cast: Cast, people: list[Customer]
):
    row = CustomerRow(line=2, name="张三", label_names=("合唱", "跳伞"))
    plain = CustomerRow(line=3, name="李四")
    async with database.transaction() as session:
        pairs = [(people[0].id or 0, row), (people[1].id or 0, plain)]
        assert await store_imported(session, cast.wang, pairs, NOON) == {
            "labels": 1,
            "unknown_labels": 1,
        }
        assert await store_imported(session, cast.wang, pairs[1:], NOON) == {}
        assert len((await session.exec(select(CustomerLabel))).all()) == 1
