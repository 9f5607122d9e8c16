from typing import Any

import pytest

from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.segments import queries
from gridcrm.segments.measure import Measured, measure
from gridcrm.segments.predicate import parse
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.segments.conftest import CHOIR, Town

SENIOR = {"kind": "age_band", "min_age": 60}
PRIVATE = {"kind": "tier", "in": ["private"]}
SINGER = {"kind": "label", "slug": CHOIR}
AGREED = {"kind": "consent", "purpose": "marketing_sms"}

pytestmark = pytest.mark.usefixtures("town")


async def test_each_condition_shows_what_it_leaves(database: Database, cast: Cast):
    found = await _measured(database, cast.wang, {"all": [SENIOR, PRIVATE, SINGER]})
    assert (found.total, found.count) == (30, 2)
    assert _drops(found) == {(0,): (30, 10), (1,): (10, 4), (2,): (4, 2)}


async def test_any_group_shows_how_many_there_are_so_far(database: Database, cast: Cast):
    found = await _measured(database, cast.wang, {"any": [SINGER, PRIVATE, SENIOR]})
    assert found.count == 16
    assert _drops(found) == {(0,): (0, 5), (1,): (5, 13), (2,): (13, 16)}


async def test_parts_of_an_inner_group_are_counted_among_those_who_reach_it(
    database: Database, cast: Cast
):
    asked = {"all": [SENIOR, {"not": {"any": [SINGER, {"not": PRIVATE}]}}, AGREED]}
    found = await _measured(database, cast.wang, asked)
    assert _drops(found) == {
        (0,): (30, 10), (1,): (10, 2), (2,): (2, 2), (1, 0): (10, 5), (1, 1): (10, 6),
    }  # fmt: skip
    assert found.count == 2


async def test_everybody_is_counted_where_there_is_no_condition(database: Database, cast: Cast):
    found = await _measured(database, cast.wang, {"all": []})
    assert (found.total, found.count, found.steps) == (30, 30, {})


async def test_a_condition_by_itself_is_a_group_of_one(database: Database, cast: Cast):
    for asked in (SENIOR, {"not": {"not": SENIOR}}):
        found = await _measured(database, cast.wang, asked)
        assert _drops(found) == {(0,): (30, 10)}


async def test_zhou_counts_those_whom_she_looks_after_and_wang_the_whole_branch(
    database: Database, cast: Cast
):
    assert (await _measured(database, cast.zhou, {"all": [SENIOR]})).count == 3
    assert (await _measured(database, cast.wang, {"all": [SENIOR]})).count == 10
    assert (await _measured(database, cast.bo, {"all": [SENIOR]})).count == 5


async def test_the_count_the_members_and_the_measure_agree(
    database: Database, cast: Cast, town: Town
):
    asked = {"all": [SENIOR, AGREED]}
    async with database.read() as session:
        count = await queries.count(session, cast.wang, asked, NOON)
        ids = await queries.member_ids(session, cast.wang, asked, NOON)
        rows = await queries.members(session, cast.wang, asked, NOON)
        several = await queries.counts(session, cast.wang, [parse(asked), parse({"all": []})], NOON)
    assert count == 10
    assert ids == [one.id for one in town.people[:10]]
    assert [one.id for one, _cell in rows] == ids
    assert several == [10, 30]


async def _measured(database: Database, who: Who, asked: Any) -> Measured:
    async with database.read() as session:
        return await measure(session, who, parse(asked), NOON)


def _drops(found: Measured) -> dict[tuple[int, ...], tuple[int, int]]:
    return {path: (step.before, step.after) for path, step in found.steps.items()}
