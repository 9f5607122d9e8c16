"""Who sees whom: the list, one customer, the look-up, and the reveal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.customers.listing import FilterIn, find
from gridcrm.customers.models import Reveal
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.customers.conftest import Town


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that readers run."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    engine = database._reader.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def people(database: Database, who: object, **filters: object) -> list[str]:
    async with database.read() as session:
        facets = {k: str(v) for k, v in filters.items() if k not in FilterIn.model_fields}
        given = FilterIn(**{k: v for k, v in filters.items() if k in FilterIn.model_fields})
        found = await find(session, who, given, facets, NOON)  # type: ignore[arg-type]
    return [customer.name for customer, _cell, _owner in found.rows]


async def test_zhou_sees_the_people_of_his_cells_and_not_those_of_another(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.get("/customers")

    assert "李**" in answer.text
    assert "赵**" not in answer.text
    assert (await browser.get(f"/customers/{town.li}")).status_code == 200
    assert (await browser.get(f"/customers/{town.zhao}")).status_code == 404


@pytest.mark.usefixtures("town")
async def test_zhou_sees_whom_he_looks_after_wherever_they_live(database: Database, cast: Cast):
    async with database.transaction() as session:
        session.add(make.customer(cast.a, name="钱远方", owner_id=cast.zhou.user_id))

    assert await people(database, cast.zhou) == ["钱远方", "李阳光"]


async def test_bo_of_branch_b_gets_nothing_of_branch_a(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.bo, clock.now)

    assert (await browser.get(f"/customers/{town.li}")).status_code == 404
    assert await people(database, cast.bo) == ["孙南湖"]


async def test_names_and_phones_are_masked_for_everybody(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    for who in (cast.zhou, cast.wang, cast.hang, cast.mei, cast.he):
        await seat(database, browser, who, clock.now)
        for path in ("/customers", f"/customers/{town.li}"):
            text = (await browser.get(path)).text
            assert "李阳光" not in text
            assert "13800000001" not in text
            assert "138****0001" in text


@pytest.mark.usefixtures("town")
async def test_the_list_is_one_count_and_one_page(database: Database, cast: Cast):
    async with database.transaction() as session:
        session.add_all([make.customer(cast.a) for _ in range(120)])

    with statements(database) as seen:
        async with database.read() as session:
            found = await find(session, cast.hang, FilterIn(), {}, NOON, number=2)

    assert (found.total, len(found.rows), found.pages, len(seen)) == (122, 50, 3, 2)


@pytest.mark.usefixtures("town")
async def test_the_page_takes_as_many_statements_for_many_people_as_for_few(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.hang, clock.now)
    with statements(database) as few:
        await browser.get("/customers")
    async with database.transaction() as session:
        session.add_all([make.customer(cast.a) for _ in range(60)])
    with statements(database) as many:
        await browser.get("/customers")

    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "阳光"}, ["李阳光"]),
        ({"q": "138 0000 0002"}, ["赵东城"]),
        ({"q": "A-2"}, ["赵东城"]),
        ({"q": "0002"}, []),
        ({"community": "阳光"}, ["李阳光"]),
        ({"tier": "affluent"}, ["李阳光"]),
        ({"age": "65+"}, ["赵东城"]),
        ({"lifecycle": "prospect"}, ["赵东城", "李阳光"]),
        ({"owner": "me"}, ["赵东城"]),
        ({"owner": "nobody"}, ["李阳光"]),
        ({"unplaced": True}, []),
        ({"sort": "distance"}, ["李阳光", "赵东城"]),
        ({"sort": "-distance"}, ["赵东城", "李阳光"]),
        ({"sort": "-tier"}, ["李阳光", "赵东城"]),
    ],
)
@pytest.mark.usefixtures("town")
async def test_wang_filters_and_sorts(
    database: Database, cast: Cast, filters: dict[str, object], found: list[str]
):
    assert await people(database, cast.wang, **filters) == found


async def test_a_filter_by_cell_shows_its_people(database: Database, cast: Cast, town: Town):
    assert await people(database, cast.hang, cell=town.other_cell) == ["赵东城"]


@pytest.mark.usefixtures("town")
async def test_mei_of_marketing_finds_names_only_when_they_are_whole(
    database: Database, cast: Cast
):
    assert await people(database, cast.mei, q="李阳") == []
    assert await people(database, cast.mei, q="李阳光") == ["李阳光"]
    assert await people(database, cast.mei, q="13800000001") == ["李阳光"]
    assert await people(database, cast.mei, q="1380000000") == []


@pytest.mark.usefixtures("town")
async def test_a_percent_sign_in_the_search_is_only_a_percent_sign(database: Database, cast: Cast):
    assert await people(database, cast.wang, q="%") == []


@pytest.mark.usefixtures("town")
async def test_a_value_that_is_in_no_list_is_refused(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    for query in ("tier=gold", "sort=name", "age=30", "consent=nonsense", "label=%27"):
        assert (await browser.get(f"/customers?{query}")).status_code == 422


@pytest.mark.usefixtures("town")
async def test_the_address_holds_filter_columns_and_order(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.get("/customers?tier=affluent&cols=tier&cols=distance&sort=distance")

    assert "赵**" not in answer.text
    assert "Last active" in answer.text  # offered in the chooser
    assert "138****0001</td>" not in answer.text  # the phone is not among the columns
    assert "tier=affluent&amp;sort=-distance&amp;cols=distance&amp;cols=tier" in answer.text


async def test_a_reveal_needs_a_reason_and_leaves_a_trace(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    without = await browser.post_form(f"/customers/{town.li}/reveal")
    shown = await browser.post_form(f"/customers/{town.li}/reveal", reason="call")

    assert without.status_code == 422
    assert "李阳光" not in without.text
    assert (shown.status_code, "李阳光 · 13800000001" in shown.text) == (200, True)
    async with database.read() as session:
        reveal = (await session.exec(select(Reveal))).one()
        audit = (await session.exec(select(AuditEntry.action))).all()
    assert (reveal.customer_id, reveal.user_id) == (town.li, cast.zhou.user_id)
    assert "customer_reveal" in audit


async def test_the_thirty_first_reveal_within_an_hour_is_refused(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        session.add_all(
            Reveal(customer_id=town.li, user_id=cast.zhou.user_id, reason="call", at=clock.now)
            for _ in range(30)
        )
    await seat(database, browser, cast.zhou, clock.now)

    refused = await browser.post_form(f"/customers/{town.li}/reveal", reason="call")
    clock.now += timedelta(minutes=29)
    await browser.get("/customers")
    clock.now += timedelta(minutes=29)
    await browser.get("/customers")
    clock.now += timedelta(minutes=3)
    later = await browser.post_form(f"/customers/{town.li}/reveal", reason="call")

    assert (refused.status_code, later.status_code) == (409, 200)
    assert "李阳光" not in refused.text


async def test_mei_of_marketing_cannot_reveal(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.mei, clock.now)
    answer = await browser.post_form(f"/customers/{town.li}/reveal", reason="call")

    assert answer.status_code == 403
    assert "Show name and phone" not in (await browser.get(f"/customers/{town.li}")).text
    assert "600,000" not in (await browser.get(f"/customers/{town.li}")).text  # her assets


@pytest.mark.usefixtures("town")
async def test_lin_of_the_lobby_finds_one_customer_by_the_whole_number_only(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.lin, clock.now)
    whole = await browser.post_form("/customers/lookup", phone="138-0000-0001")
    nobody = await browser.post_form("/customers/lookup", phone="13800000009")
    part = await browser.post_form("/customers/lookup", phone="0001")
    of_branch_b = await browser.post_form("/customers/lookup", phone="13800000003")

    assert "李**" in whole.text
    assert "李阳光" not in whole.text
    assert "Nobody has this number" in nobody.text
    assert part.status_code == 422
    assert "Nobody has this number" in of_branch_b.text


async def test_lin_of_the_lobby_has_no_list_and_opens_nobody(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.lin, clock.now)
    assert (await browser.get("/customers")).status_code == 403
    assert (await browser.get(f"/customers/{town.li}")).status_code == 403


async def test_every_look_up_is_kept_whether_it_found_somebody_or_not(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.lin, clock.now)
    await browser.post_form("/customers/lookup", phone="13800000001")
    await browser.post_form("/customers/lookup", phone="13800000009")

    async with database.read() as session:
        kept = select(AuditEntry).where(AuditEntry.action == "customer_lookup")
        entries = (await session.exec(kept.order_by(AuditEntry.seq))).all()
    assert [entry.object_id for entry in entries] == [str(town.li), "none"]
    assert "13800000001" not in str([entry.model_dump() for entry in entries])


@pytest.mark.usefixtures("town")
async def test_he_of_compliance_sees_the_branch_he_has_chosen(database: Database, cast: Cast):
    assert await people(database, cast.he) == ["赵东城", "李阳光"]


@pytest.mark.usefixtures("town")
async def test_who_has_no_right_to_customers_sees_none(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    for who in (cast.xun, cast.fen, cast.guan):
        assert await people(database, who) == []
        await seat(database, browser, who, clock.now)
        assert (await browser.get("/customers")).status_code == 403
