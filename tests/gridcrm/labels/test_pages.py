import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.labels import service
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT

OWN = LabelSource.OWN_STATEMENT


async def test_the_tree_shows_how_many_people_carry_a_label_to_who_may_list_them(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    async with database.transaction() as session:
        ids = [one.id or 0 for one in people]
        await service.assign(session, cast.wang, ids, labels[CHOIR], OWN, NOON)
        await service.assign(session, cast.wang, ids[:3], labels[PORTRAIT], OWN, NOON)

    await seat(database, browser, cast.wang, clock.now)
    seen = (await browser.get("/labels")).text
    await seat(database, browser, cast.lin, clock.now)
    blurred = (await browser.get("/labels")).text

    assert _chip(seen, labels[CHOIR]) == "Choir 12"
    assert _chip(seen, labels[PORTRAIT]) == "Portrait photography 3"
    assert _chip(blurred, labels[CHOIR]) == "Choir 12"
    assert _chip(blurred, labels[PORTRAIT]) == "Portrait photography &lt;10"


@pytest.mark.usefixtures("labels")
async def test_a_search_finds_labels_in_both_languages_with_what_is_above_them(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.zhou, clock.now)
    text = (await browser.get("/labels", params={"q": "太极"})).text
    assert "Tai chi" in text
    assert "Chinese wellness" in text
    assert "Baduanjin" not in text
    nothing = (await browser.get("/labels", params={"q": "skydiving"})).text
    assert "No label is called like that" in nothing


async def test_who_has_chosen_no_branch_sees_the_tree_without_numbers(
    browser: Browser, database: Database, cast: Cast, clock: Clock, labels: dict[str, Label]
):
    await seat(database, browser, _without_branch(cast), clock.now)
    answer = await browser.get("/labels")
    assert answer.status_code == 200
    assert _chip(answer.text, labels[CHOIR]) == "Choir"


async def test_mei_adds_and_retires_a_label_and_zhou_may_not(
    browser: Browser, database: Database, cast: Cast, clock: Clock, labels: dict[str, Label]
):
    group = labels["stage.singing"].id
    await seat(database, browser, cast.zhou, clock.now)
    refused = await browser.post_form(
        "/labels/new", name_zh="民歌", name_en="Folk songs", parent_id=group
    )
    await seat(database, browser, cast.mei, clock.now)
    added = await browser.post_form(
        "/labels/new", name_zh="民歌", name_en="Folk songs", parent_id=group
    )
    page = await browser.get(added.headers["location"])
    retired = await browser.post_form(f"{added.headers['location']}/retire")
    after = await browser.get(added.headers["location"])

    assert (refused.status_code, added.status_code, retired.status_code) == (403, 303, 303)
    assert "stage.singing.folk_songs" in page.text
    assert "Take into use again" in after.text


async def test_a_forbidden_name_comes_back_with_the_reason_beside_it(
    browser: Browser, database: Database, cast: Cast, clock: Clock, labels: dict[str, Label]
):
    await seat(database, browser, cast.mei, clock.now)
    answer = await browser.post_form("/labels/new", name_zh="信教群众", name_en="Believers")
    renamed = await browser.post_form(
        f"/labels/{labels[CHOIR].id}/rename", name_zh="教会合唱", name_en="Church choir"
    )

    assert (answer.status_code, renamed.status_code) == (422, 422)
    assert "Labels say nothing about religion (“信教”)" in answer.text
    assert 'value="信教群众"' in answer.text
    assert "Labels say nothing about religion (“church”)" in renamed.text


async def test_zhou_notes_a_label_removes_it_and_puts_it_back(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    url = f"/customers/{people[0].id}/labels"
    async with database.transaction() as session:
        people[0].owner_id = cast.zhou.user_id
        session.add(people[0])
    await seat(database, browser, cast.zhou, clock.now)

    added = await browser.post_form(url, label_id=labels[CHOIR].id, source="own_statement")
    one = await _rows(database)
    await browser.post_form(f"{url}/{labels[CHOIR].id}/remove")
    none = await _rows(database)
    await browser.post_form(f"{url}/{labels[CHOIR].id}/restore")

    assert added.headers["location"] == f"/customers/{people[0].id}"
    assert [(row.confidence, row.given_by) for row in one] == [(0.9, cast.zhou.user_id)]
    assert none == []
    assert len(await _rows(database)) == 1


async def test_zhou_labels_nobody_outside_her_cells_and_he_labels_nobody_at_all(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    url = f"/customers/{people[0].id}/labels"
    given = {"label_id": labels[CHOIR].id, "source": "own_statement"}
    await seat(database, browser, cast.zhou, clock.now)
    outside = await browser.post_form(url, **given)
    await seat(database, browser, cast.he, clock.now)
    forbidden = await browser.post_form(url, **given)

    assert (outside.status_code, forbidden.status_code) == (404, 403)
    assert await _rows(database) == []


async def test_a_wrong_form_is_no_way_for_lin_of_the_lobby_to_a_customers_page(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    url = f"/customers/{people[0].id}/labels"
    await seat(database, browser, cast.lin, clock.now)
    wrong = await browser.post_form(url)
    right = await browser.post_form(url, label_id=labels[CHOIR].id, source="interview")

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "Consent" not in wrong.text


async def test_who_labels_a_child_is_told_of_the_guardian(
    browser: Browser, database: Database, cast: Cast, clock: Clock, labels: dict[str, Label]
):
    async with database.transaction() as session:
        child = make.customer(cast.a, birth_year=2016)
        session.add(child)
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form(
        f"/customers/{child.id}/labels", label_id=labels[CHOIR].id, source="interview"
    )
    assert answer.status_code == 409
    assert "goes on the guardian" in answer.text


async def test_who_forgets_to_choose_a_label_comes_back_to_the_list(
    browser: Browser, database: Database, cast: Cast, clock: Clock, people: list[Customer]
):
    await seat(database, browser, cast.wang, clock.now)
    picked = {"customer_id": people[0].id, "back": "/customers?tier=mass", "label_id": ""}
    answer = await browser.post_form("/labels/assign", source="interview", **picked)
    assert answer.headers["location"] == "/customers?tier=mass"
    assert "Choose a label first." in (await browser.get("/customers")).text


async def test_a_list_of_people_gets_a_label_at_once(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form(
        "/labels/assign",
        label_id=labels[CHOIR].id,
        source="interview",
        customer_id=[one.id for one in people],
        back="/customers?tier=mass",
    )
    assert answer.headers["location"] == "/customers?tier=mass"
    assert len(await _rows(database)) == 12


async def test_everybody_whom_a_filter_finds_gets_a_label(
    browser: Browser, database: Database, cast: Cast, clock: Clock,
    labels: dict[str, Label], people: list[Customer],
):  # fmt: skip
    async with database.transaction() as session:
        for one in people[:4]:
            one.community = "幸福里"
            session.add(one)
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form(
        "/labels/assign",
        label_id=labels[CHOIR].id,
        source="interview",
        customer_id=people[9].id,
        whole="1",
        owner_id="",
        back="/customers?community=幸福里",
    )
    assert answer.status_code == 303
    assert {row.customer_id for row in await _rows(database)} == {one.id for one in people[:4]}


async def _rows(database: Database) -> list[CustomerLabel]:
    async with database.read() as session:
        return list(await session.exec(select(CustomerLabel)))


def _chip(page: str, label: Label) -> str:
    start = page.index(f'href="/labels/{label.id}"')
    inner = page[page.index(">", start) + 1 : page.index("</a>", start)]
    return " ".join(
        inner.replace("</span>", "").replace('<span class="num" title="people">', "").split()
    )


def _without_branch(cast: Cast):
    from dataclasses import replace

    return replace(cast.fen, branch_id=None)


async def test_the_page_of_a_group_opens_and_names_its_leaves(
    browser: Browser, cast: Cast, database: Database, clock: Clock, labels: dict[str, Label]
):
    await seat(database, browser, cast.mei, clock.now)

    page = await browser.get(f"/labels/{labels['visual.photography'].id}")

    assert page.status_code == 200
    assert "Portrait photography" in page.text
