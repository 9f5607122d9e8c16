"""What people agree to: recorded, asked at the moment of use, taken back in one step."""

from datetime import timedelta

import pytest
from sqlmodel import select

from gridcrm.consent.clauses import allows
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.consent.service import record, withdraw
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.models import AuditEntry
from gridcrm.customers.models import Customer
from tests import make
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock

SMS = Purpose.MARKETING_SMS


@pytest.fixture
async def li(database: Database, cast: Cast) -> int:
    """A customer whom zhou looks after."""
    async with database.transaction() as session:
        person = make.customer(cast.a, name="李阳光", owner_id=cast.zhou.user_id)
        session.add(person)
    assert person.id is not None
    return person.id


async def may(database: Database, clock: Clock, purpose: Purpose = SMS) -> list[int | None]:
    """Return who may be used for a purpose now."""
    async with database.read() as session:
        query = select(Customer.id).where(allows(purpose, clock.now))
        return list(await session.exec(query))


async def statements(database: Database) -> list[Consent]:
    async with database.read() as session:
        return list(await session.exec(select(Consent).order_by(Consent.id)))  # type: ignore[arg-type]


def told(**more: str) -> dict[str, str]:
    return {"purpose": "marketing_sms", "state": "granted", "how": "at_the_desk"} | more


async def test_zhou_records_a_yes_and_it_counts_at_once(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    assert await may(database, clock) == []
    answer = await browser.post_form(f"/customers/{li}/consents", **told(notice_version="2026-1"))

    (statement,) = await statements(database)
    assert answer.status_code == 303
    assert (statement.recorded_by, statement.notice_version) == (cast.zhou.user_id, "2026-1")
    assert await may(database, clock) == [li]
    assert await may(database, clock, Purpose.MARKETING_CALL) == []


@pytest.mark.parametrize("missing", ["purpose", "state", "how"])
async def test_nothing_is_taken_for_a_yes(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int, missing: str
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(f"/customers/{li}/consents", **told(**{missing: ""}))

    assert answer.status_code == 422
    assert await statements(database) == []


async def test_the_form_suggests_no_answer(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    text = (await browser.get(f"/customers/{li}")).text
    form = text.split("Record what they said")[1].split("</form>")[0]

    assert "Silence is no consent" in form
    assert "checked" not in form


async def test_withdrawing_is_one_action_and_counts_at_once(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{li}/consents", **told())
    clock.now += timedelta(minutes=5)
    await browser.post_form(f"/customers/{li}/consents/marketing_sms/withdraw")

    (statement,) = await statements(database)
    assert (statement.state, statement.withdrawn_at) == (ConsentState.WITHDRAWN, clock.now)
    assert await may(database, clock) == []


async def test_a_new_yes_is_a_new_row_beside_the_withdrawn_one(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{li}/consents", **told())
    await browser.post_form(f"/customers/{li}/consents/marketing_sms/withdraw")
    clock.now += timedelta(minutes=5)
    await browser.post_form(f"/customers/{li}/consents", **told(how="on_paper"))

    states = [statement.state for statement in await statements(database)]
    assert states == [ConsentState.WITHDRAWN, ConsentState.GRANTED]
    assert await may(database, clock) == [li]


async def test_a_later_no_overrules_an_earlier_yes(
    database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        await record(session, cast.zhou, li, SMS, ConsentState.GRANTED, "at_the_desk", clock.now)
        await record(session, cast.zhou, li, SMS, ConsentState.REFUSED, "by_phone", clock.now)

    assert await may(database, clock) == []


async def test_a_yes_ends_with_its_day_in_the_branchs_zone(
    database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        await record(
            session, cast.zhou, li, SMS, ConsentState.GRANTED, "at_the_desk", clock.now,
            expires_on=clock.now.date(),
        )  # fmt: skip

    clock.now = clock.now.replace(hour=15, minute=59)  # 23:59 in Shanghai
    assert await may(database, clock) == [li]
    clock.now += timedelta(minutes=1)
    assert await may(database, clock) == []


async def test_who_takes_back_what_was_never_given_has_said_no(
    database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        await withdraw(session, cast.zhou, li, SMS, "by_phone", clock.now)
        await withdraw(session, cast.zhou, li, SMS, "by_phone", clock.now)

    assert [s.state for s in await statements(database)] == [ConsentState.REFUSED]


async def test_a_person_withdraws_through_their_own_link_without_an_account(
    database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        await record(session, cast.zhou, li, SMS, ConsentState.GRANTED, "at_the_desk", clock.now)
        await withdraw(session, None, li, SMS, "own_link", clock.now)

    assert await may(database, clock) == []
    async with database.read() as session:
        last = select(AuditEntry).order_by(AuditEntry.seq.desc())  # type: ignore[attr-defined]
        entry = (await session.exec(last)).first()
    assert entry is not None
    assert (entry.action, entry.role, entry.branch_id) == (
        "consent_withdrawn", "public", cast.a.id,
    )  # fmt: skip
    assert entry.details["how"] == "own_link"


async def test_a_withdrawal_is_not_recorded_as_a_statement(
    database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        with pytest.raises(InvalidInput):
            await record(session, cast.zhou, li, SMS, ConsentState.WITHDRAWN, "x", clock.now)


async def test_ming_and_bo_record_nothing_for_a_customer_they_cannot_see(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    for who in (cast.ming, cast.bo):
        await seat(database, browser, who, clock.now)
        recorded = await browser.post_form(f"/customers/{li}/consents", **told())
        withdrawn = await browser.post_form(f"/customers/{li}/consents/marketing_sms/withdraw")
        assert (recorded.status_code, withdrawn.status_code) == (404, 404)
    assert await statements(database) == []
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await withdraw(session, cast.bo, li, SMS, "x", clock.now)


async def test_mei_of_marketing_reads_consent_but_does_not_write_it(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.mei, clock.now)
    page = await browser.get(f"/customers/{li}")

    assert "Marketing by text message" in page.text
    assert "Record what they said" not in page.text
    assert (await browser.post_form(f"/customers/{li}/consents", **told())).status_code == 403


async def test_an_unknown_purpose_is_not_found(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(f"/customers/{li}/consents/everything/withdraw")
    assert answer.status_code == 404


async def test_the_list_can_be_filtered_by_who_agreed(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    async with database.transaction() as session:
        session.add(make.customer(cast.a, name="赵东城"))
        await record(session, cast.zhou, li, SMS, ConsentState.GRANTED, "at_the_desk", clock.now)
    await seat(database, browser, cast.wang, clock.now)
    yes = (await browser.get("/customers?consent=marketing_sms")).text
    no = (await browser.get("/customers?consent=-marketing_sms")).text

    assert ("李**" in yes, "赵**" in yes) == (True, False)
    assert ("李**" in no, "赵**" in no) == (False, True)


async def test_the_page_tells_the_story_of_a_consent(
    browser: Browser, database: Database, cast: Cast, clock: Clock, li: int
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{li}/consents", **told())
    await browser.post_form(f"/customers/{li}/consents/marketing_sms/withdraw")
    text = (await browser.get(f"/customers/{li}")).text

    assert "Consent granted: Marketing by text message, at the desk" in text
    assert "Consent withdrawn: Marketing by text message" in text
