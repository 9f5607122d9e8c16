from datetime import timedelta

from litestar import Litestar
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User, UserSession
from gridcrm.core import audit
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from tests.cast import PASSWORD, Cast, seat
from tests.conftest import Browser, Clock, make_browser


async def test_zhou_signs_in_and_reaches_her_page(browser: Browser, cast: Cast):
    answer = await browser.post_form("/sign-in", username="zhou", password=PASSWORD, next="/me")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert (await browser.get("/me")).status_code == 200


async def test_a_wrong_password_is_refused_and_counted(
    browser: Browser, cast: Cast, session: AsyncSession
):
    answer = await browser.post_form("/sign-in", username="zhou", password="wrong")

    assert answer.status_code == 422
    assert "Name or password is wrong" in answer.text
    zhou = (await session.exec(select(User).where(User.username == "zhou"))).one()
    assert zhou.failed_count == 1


async def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    browser: Browser, cast: Cast, clock: Clock
):
    for _ in range(5):
        await browser.post_form("/sign-in", username="zhou", password="wrong")

    locked = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    clock.now += timedelta(minutes=15)
    open_again = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)

    assert (locked.status_code, open_again.status_code) == (422, 303)


async def test_an_unknown_name_reads_like_a_wrong_password(browser: Browser, cast: Cast):
    known = await browser.post_form("/sign-in", username="zhou", password="wrong")
    unknown = await browser.post_form("/sign-in", username="zhao", password="wrong")

    assert known.text.replace("zhou", "") == unknown.text.replace("zhao", "")


async def test_a_session_id_chosen_by_an_attacker_is_never_adopted(browser: Browser, cast: Cast):
    browser.cookies.set("gridcrm_session", "chosen-by-mallory")
    await browser.post_form("/sign-in", username="zhou", password=PASSWORD)

    browser.cookies.set("gridcrm_session", "chosen-by-mallory", domain="test.local")
    browser.cookies.delete("gridcrm_session")
    browser.cookies.set("gridcrm_session", "chosen-by-mallory")
    assert (await browser.get("/me")).status_code == 303


async def test_half_an_hour_of_silence_ends_the_session(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)
    clock.now += timedelta(minutes=29)
    assert (await browser.get("/me")).status_code == 200
    clock.now += timedelta(minutes=30)
    assert (await browser.get("/me")).headers["location"] == "/sign-in?next=/me"


async def test_signing_out_ends_the_session_on_the_server(
    browser: Browser, cast: Cast, database: Database, clock: Clock, session: AsyncSession
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form("/sign-out")

    assert (await session.exec(select(UserSession))).all() == []


async def test_sessions_that_are_over_are_swept_away_by_the_next_sign_in(
    browser: Browser, cast: Cast, database: Database, clock: Clock
):
    await seat(database, browser, cast.zhou, clock.now)
    clock.now += timedelta(hours=12)
    await browser.post_form("/sign-in", username="wang", password=PASSWORD)

    async with database.read() as session:
        kept = await session.exec(select(UserSession.user_id))
        assert list(kept) == [cast.wang.user_id]


async def test_a_form_without_the_csrf_token_is_refused(browser: Browser, cast: Cast):
    del browser.headers["x-csrftoken"]
    answer = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    assert answer.status_code == 403


async def test_who_follows_a_link_from_a_mail_keeps_the_token_of_forms_in_other_tabs(app: Litestar):
    async with make_browser(app) as fresh:
        answer = await fresh.get("/sign-in")
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if "csrf" in c]
    assert "samesite=lax" in cookie.lower()


async def test_a_form_sent_from_another_site_is_refused(browser: Browser, cast: Cast):
    browser.headers["sec-fetch-site"] = "cross-site"
    answer = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    assert answer.status_code == 403


async def test_the_audit_chain_holds_and_shows_a_forged_entry(
    app: Litestar, browser: Browser, cast: Cast, database: Database
):
    await browser.post_form("/sign-in", username="zhou", password="wrong")
    await browser.post_form("/sign-in", username="zhou", password=PASSWORD)

    async with database.read() as session:
        entries = (await session.exec(select(AuditEntry))).all()
        assert [entry.action for entry in entries] == ["sign_in_failed", "sign_in"]
        assert await audit.first_broken(session, database.audit_key) is None
        assert await audit.first_broken(session, b"another key") == 1
