"""What somebody decided about a written name is kept, used, seen and taken back."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.core.who import Who
from gridcrm.customers.models import CommunityAlias, Customer, PlacedBy
from tests import make
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.customers.conftest import Town, stored
from tests.ground import place

QUEUE, NAMES = "/customers/unplaced", "/admin/communities"
FILE = "姓名,手机号,小区\n丙某,13900000003,大冲 新城\n丁某,13900000004,大冲新城花园\n戊某,13900000005,别处\n"


@pytest.fixture
async def two(database: Database, cast: Cast, town: Town) -> list[int]:
    """Two people of a community whose listed name is a little longer."""
    people = [make.customer(cast.a, name=name, community="大冲新城") for name in "甲乙"]
    async with database.transaction() as session:
        session.add(place(cast.a, "大冲新城花园", cast.a.lon, cast.a.lat))
        session.add_all(people)
    return [person.id or 0 for person in people]


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return sit


async def accept(browser: Browser, cast: Cast) -> None:
    answer = await browser.post_form(QUEUE, community="大冲新城", lon=cast.a.lon, lat=cast.a.lat)
    assert answer.status_code == 303


async def aliases(database: Database) -> list[CommunityAlias]:
    async with database.read() as session:
        return list(await session.exec(select(CommunityAlias)))


async def test_the_click_is_remembered_shown_with_its_people_and_taken_back_whole(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    (alias,) = await aliases(database)
    queue, settings = await browser.get(QUEUE), await browser.get(NAMES)
    back = await browser.post_form(f"{NAMES}/{alias.id}/delete", back=QUEUE)

    assert (alias.name, alias.place, alias.decided_by) == ("大冲新城", "大冲新城花园", cast.hang.user_id)  # fmt: skip
    for page in (queue.text, settings.text):
        assert f'action="{NAMES}/{alias.id}/delete"' in page
        assert re.search(
            r"<td>大冲新城</td>\s*<td>大冲新城花园.*?<td class=\"num\">2</td>", page, re.S
        )
    assert (back.status_code, back.headers["location"]) == (303, QUEUE)
    assert await aliases(database) == []
    for customer_id in two:
        person = await stored(database, customer_id)
        assert (person.lon, person.cell_id, person.placed_by, person.distance_m) == (None,) * 4
    async with database.read() as session:
        last = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.seq).desc()))).first()
    assert last is not None
    assert (last.action, last.details["people"]) == ("community_remove", 2)


async def test_the_next_file_is_placed_by_the_remembered_name_and_says_so(
    at, database: Database, cast: Cast, town: Town, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    sent = await browser.post(
        "/customers/import", files={"file": ("neu.csv", FILE.encode())}, data={"datum": "wgs84"}
    )
    url = sent.headers["location"]
    checked = (await browser.get(url)).text
    await browser.post_form(f"{url}/commit")

    assert "1 person is placed by a remembered name." in checked
    assert "大冲 新城 is not on" not in checked
    async with database.read() as session:
        people = {c.name: c for c in await session.exec(select(Customer))}
    assert (people["丙某"].cell_id, people["丙某"].placed_by) == (town.own_cell, PlacedBy.COMMUNITY)
    assert people["丁某"].cell_id == town.own_cell
    assert people["戊某"].lon is None


async def test_a_forgotten_name_places_nobody_any_more(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    (alias,) = await aliases(database)
    await browser.post_form(f"{NAMES}/{alias.id}/delete")
    await browser.post_form("/customers/new", name="丙", community="大冲新城")

    async with database.read() as session:
        bing = (await session.exec(select(Customer).where(Customer.name == "丙"))).one()
    assert bing.lon is None


async def test_a_later_decision_takes_the_place_of_an_earlier_one(
    at, database: Database, cast: Cast, clock: Clock, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    async with database.transaction() as session:
        session.add(make.customer(cast.a, name="丙", community="大冲新城"))
    async with database.read() as session:
        bing = (await session.exec(select(Customer).where(Customer.name == "丙"))).one()
    clock.now += timedelta(minutes=5)
    await browser.post_form(
        f"/customers/{bing.id}/position", lon=125.475, lat=43.781, whole_community="1"
    )

    (alias,) = await aliases(database)
    assert (alias.place, alias.lon, alias.decided_at) == ("", 125.475, clock.now)
    assert (await stored(database, two[0])).lon == cast.a.lon


async def test_a_pin_for_one_person_is_remembered_for_nobody_else(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.hang)
    await browser.post_form(f"/customers/{two[0]}/position", lon=125.475, lat=43.781)
    assert await aliases(database) == []


async def test_who_can_place_nobody_leaves_nothing_to_remember(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.zhou)
    await accept(browser, cast)
    assert await aliases(database) == []


async def test_zhou_takes_back_his_own_decision_but_not_the_managers(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    (alias,) = await aliases(database)
    browser = await at(cast.zhou)
    page = await browser.get(NAMES)
    refused = await browser.post_form(f"{NAMES}/{alias.id}/delete")
    async with database.transaction() as session:
        mine = await session.get_one(CommunityAlias, alias.id)
        mine.decided_by = cast.zhou.user_id
    allowed = await browser.post_form(f"{NAMES}/{alias.id}/delete")

    assert "大冲新城" in page.text
    assert "/delete" not in page.text
    assert (refused.status_code, allowed.status_code) == (409, 303)
    assert await aliases(database) == []


async def test_branch_b_neither_sees_nor_forgets_a_name_of_branch_a(
    at, database: Database, cast: Cast, two: list[int]
):
    browser = await at(cast.hang)
    await accept(browser, cast)
    (alias,) = await aliases(database)
    browser = await at(cast.bo)
    page = await browser.get(NAMES)
    answer = await browser.post_form(f"{NAMES}/{alias.id}/delete")

    assert "大冲新城" not in page.text
    assert answer.status_code == 404
    assert len(await aliases(database)) == 1


async def test_marketing_has_no_business_with_the_names(at, cast: Cast, town: Town):
    browser = await at(cast.mei)
    assert (await browser.get(NAMES)).status_code == 403
