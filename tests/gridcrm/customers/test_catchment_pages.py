"""The page of the catchment: settings, what it says, and who may not see it."""

import re
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.models import Catchment
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.customers.conftest import Town
from tests.gridcrm.customers.river import at, bank, line, numbers, people, road, streets, work_out


def typed() -> dict[str, Any]:
    return {
        "rings_m": "500, 1000", "minutes": "5，10", "speed_m_per_min": "80", "decay": "2",
        "attraction": "1",
    }  # fmt: skip


def rows(page: str) -> list[str]:
    """The rows of the page's tables as text."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


async def test_hang_works_the_catchment_out_and_sees_whom_it_holds(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await streets(database, cast, bank(cast.a, "中国银行", at(800, 0)))
    (across,) = await people(database, cast, at(0, 600))
    await seat(database, browser, cast.hang, clock.now)
    before = await browser.get("/catchment")
    answer = await browser.post_form("/catchment", **typed())
    after = await browser.get("/catchment")

    assert "Not worked out yet" in before.text
    assert answer.status_code == 303
    assert "3 customers have new numbers" in after.text
    assert "100 % of their length can be walked to" in after.text
    said = rows(after.text)
    assert any(row.startswith("up to 500 m 2 ") for row in said)
    assert any(row.startswith("500 to 1,000 m 1 ") for row in said)
    assert any(row.startswith("over 10 min 1 ") for row in said)
    assert (await numbers(database, across))[0] == pytest.approx(32.5, abs=0.1)
    assert (await numbers(database, town.sun)) == (None, None)


async def test_a_bank_that_is_said_to_attract_more_takes_more(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    rival = bank(cast.a, "中国银行", at(800, 0))
    await streets(database, cast, rival)
    (between,) = await people(database, cast, at(400, 0))
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form("/catchment", **typed(), **{f"attractions.{rival.id}": "3"})
    page = await browser.get("/catchment")

    assert await numbers(database, between) == (5.0, 0.25)
    assert re.search(rf'name="attractions.{rival.id}" value="3"', page.text)


async def test_without_streets_the_page_says_what_is_missing_and_leads_to_the_import(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    (east,) = await people(database, cast, at(400, 0))
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form("/catchment", **typed())
    page = await browser.get("/catchment")

    assert "No streets are imported" in page.text
    assert "/admin/places/new" in page.text
    assert "Walk to the branch" not in page.text
    assert await numbers(database, east) == (None, 1.0)


async def test_a_branch_beside_its_streets_is_told_so(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(road(cast.a, line((2000, 0), (3000, 0)), "far"))
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form("/catchment", **typed())

    assert "No street lies within 200 m of the branch" in (await browser.get("/catchment")).text


async def test_new_streets_are_told_with_the_button(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    await work_out(database, cast.hang)
    await seat(database, browser, cast.hang, clock.now)
    fresh = await browser.get("/catchment")
    async with database.transaction() as session:
        session.add(road(cast.a, line((0, 0), (0, 600)), "a second bridge"))
    stale = await browser.get("/catchment")

    assert "Work out again" not in fresh.text
    assert "Work out again" in stale.text


async def test_settings_come_back_as_they_were_typed(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    given = typed() | {"rings_m": "500, 12345.25", "decay": "1.2345678"}
    await seat(database, browser, cast.hang, clock.now)
    await browser.post_form("/catchment", **given)
    page = (await browser.get("/catchment")).text

    for name in ("rings_m", "decay"):
        assert f'name="{name}" value="{given[name]}"' in re.sub(r' type="\w+"', "", page)


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("minutes", "5; 10", "Write numbers with commas, such as 5, 10, 15."),
        ("minutes", "10, 5", "Begin with the smallest; each is larger than the one before."),
        ("minutes", "0, 5", "Begin with the smallest; each is larger than the one before."),
        ("minutes", "nan", "Begin with the smallest; each is larger than the one before."),
        ("minutes", "5, 500", "Give at most 120."),
        ("rings_m", "1,2,3,4,5,6,7", "Give at most 6 numbers."),
        ("rings_m", "30000", "Give at most 20000."),
        ("speed_m_per_min", "0", "Give at least 20."),
        ("decay", "nan", "Give at most 6."),
    ],
)
async def test_settings_that_make_no_sense_come_back_with_the_reason(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    field: str, wrong: str, said: str,
):  # fmt: skip
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post_form("/catchment", **(typed() | {field: wrong}))

    assert answer.status_code == 422
    assert said in answer.text
    async with database.read() as session:
        assert (await session.exec(select(Catchment))).all() == []


async def test_an_attraction_below_nothing_comes_back_beside_its_bank(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    rival = bank(cast.a, "中国银行", at(800, 0))
    await streets(database, cast, rival)
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post_form("/catchment", **typed(), **{f"attractions.{rival.id}": "-1"})

    assert answer.status_code == 422
    assert f'id="f-attractions.{rival.id}-error"' in answer.text


async def test_the_page_of_a_customer_says_the_walk_or_why_there_is_none(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async def said(customer_id: int) -> str:
        page = await browser.get(f"/customers/{customer_id}")
        (found,) = re.findall(r"Walk to the branch</dt>\s*<dd>(.*?)</dd>", page.text, re.S)
        return " ".join(re.sub(r"<[^>]+>", " ", found).split())

    await seat(database, browser, cast.hang, clock.now)
    near, lost, nowhere = await people(database, cast, at(400, 0), at(0, -900), None)
    assert await said(near) == "not worked out"
    await streets(database, cast)
    await work_out(database, cast.hang)
    assert [await said(one) for one in (near, lost, nowhere)] == ["5 min", "no way by street", "–"]
    async with database.transaction() as session:
        session.add(bank(cast.a, "中国银行", at(800, 0)))
    assert await said(near) == "5 min (to be worked out again)"


async def test_zhou_and_wang_may_not_and_bo_works_out_only_his_own(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await streets(database, cast)
    (east,) = await people(database, cast, at(400, 0))
    for who, status in ((cast.zhou, 403), (cast.wang, 403), (cast.bo, 303)):
        await seat(database, browser, who, clock.now)
        assert (await browser.post_form("/catchment", **typed())).status_code == status
    assert await numbers(database, east) == (None, None)
