import re

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User, UserSession
from gridcrm.core import audit
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.core.who import Role, Who
from tests.cast import PASSWORD, Cast, give_token, seat
from tests.conftest import Browser, Clock

NEW = {
    "username": "li.na",
    "display_name": "李娜",
    "role": "grid_officer",
    "branch_code": "B001",
    "language": "zh",
}


async def account(database: Database, username: str) -> User | None:
    async with database.read() as session:
        return (await session.exec(select(User).where(User.username == username))).first()


def shown_password(page: str) -> str:
    found = re.search(r'<code class="big">([^<]+)</code>', page)
    assert found
    return found[1]


async def test_guan_opens_an_account_and_its_first_password_signs_in(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post_form("/admin/users", **NEW)
    password = shown_password(answer.text)
    later = await browser.get("/admin/users")
    signed_in = await browser.post_form("/sign-in", username="li.na", password=password)

    user = await account(database, "li.na")
    assert user is not None
    assert (user.role, user.branch_id) == (Role.GRID_OFFICER, cast.b.id)
    assert password not in later.text
    assert signed_in.status_code == 303


async def test_hang_the_manager_may_not_open_accounts(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form("/admin/users", **NEW)

    assert answer.status_code == 403
    assert await account(database, "li.na") is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "zhou"}, "This name is taken."),
        ({"username": "李娜"}, "Some of these characters are not allowed."),
        ({"branch_code": ""}, "This role works in a branch"),
        ({"branch_code": "X999"}, "This role works in a branch"),
        ({"role": "owner"}, "Choose one of the list."),
    ],
)
async def test_a_wrong_account_comes_back_filled(
    changes: dict[str, str],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post_form("/admin/users", **(NEW | changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="李娜"' in answer.text
    assert await account(database, "li.na") is None


async def test_who_serves_all_branches_belongs_to_none(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.guan, clock.now)

    await browser.post_form("/admin/users", **(NEW | {"role": "compliance"}))

    user = await account(database, "li.na")
    assert user is not None
    assert user.branch_id is None


async def test_a_new_password_ends_the_old_one_and_every_session(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post(f"/admin/users/{cast.zhou.user_id}/reset")
    old = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    new = await browser.post_form("/sign-in", username="zhou", password=shown_password(answer.text))

    async with database.read() as session:
        sessions = (await session.exec(select(UserSession))).all()
    assert (old.status_code, new.status_code) == (422, 303)
    assert [s.user_id for s in sessions] == [cast.guan.user_id, cast.zhou.user_id]


async def resets(database: Database, action: str) -> list[dict[str, object]]:
    async with database.read() as session:
        query = select(AuditEntry).where(col(AuditEntry.action) == action)
        return [entry.details for entry in await session.exec(query)]


async def test_a_new_password_ends_the_tokens_too_and_nobody_elses(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    of_zhou = await give_token(database, cast.zhou, clock.now)
    of_wang = await give_token(database, cast.wang, clock.now)
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post(f"/admin/users/{cast.zhou.user_id}/reset")
    zhou = await browser.get("/api/v1/branches", headers=of_zhou)
    wang = await browser.get("/api/v1/branches", headers=of_wang)
    await seat(database, browser, cast.guan, clock.now)
    again = await browser.post(f"/admin/users/{cast.zhou.user_id}/reset")

    assert (zhou.status_code, wang.status_code) == (401, 200)
    assert "1 token for programs ended" in answer.text
    assert "for programs ended" not in again.text
    assert await resets(database, "password_reset") == [{"tokens": 1}, {"tokens": 0}]


async def test_zhou_who_changes_the_own_password_ends_the_own_tokens(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    of_zhou = await give_token(database, cast.zhou, clock.now)
    await seat(database, browser, cast.zhou, clock.now)

    warned = await browser.get("/me")
    wrong = await browser.post_form(
        "/me/password", old_password="wrong", new_password="another-long-one"
    )
    before = await browser.get("/api/v1/branches", headers=of_zhou)
    await browser.post_form("/me/password", old_password=PASSWORD, new_password="another-long-one")
    said = await browser.get("/sign-in")
    after = await browser.get("/api/v1/branches", headers=of_zhou)

    assert "your tokens for programs end" in warned.text
    assert (wrong.status_code, before.status_code, after.status_code) == (422, 200, 401)
    assert "1 token for programs ended" in said.text
    assert await resets(database, "password_change") == [{"tokens": 1}]


async def test_a_closed_account_is_out_at_once_and_can_be_opened_again(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    token = await give_token(database, cast.zhou, clock.now)
    await seat(database, browser, cast.guan, clock.now)

    await browser.post(f"/admin/users/{cast.zhou.user_id}/close")
    closed = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    program = await browser.get("/api/v1/branches", headers=token)
    await seat(database, browser, cast.guan, clock.now)
    await browser.post(f"/admin/users/{cast.zhou.user_id}/open")
    again = await browser.post_form("/sign-in", username="zhou", password=PASSWORD)
    still_dead = await browser.get("/api/v1/branches", headers=token)

    assert (closed.status_code, program.status_code) == (422, 401)
    assert (again.status_code, still_dead.status_code) == (303, 401)


async def test_guan_can_not_close_the_own_account(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post(f"/admin/users/{cast.guan.user_id}/close")

    user = await account(database, "guan")
    assert answer.status_code == 409
    assert user is not None
    assert user.active


# --------------------------------------------------------------------- the hub


async def test_everybody_finds_in_settings_what_their_role_may_do(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.guan, clock.now)
    admin = (await browser.get("/admin")).text
    await seat(database, browser, cast.hang, clock.now)
    manager = (await browser.get("/admin")).text
    await seat(database, browser, cast.xun, clock.now)
    inspector = (await browser.get("/admin")).text

    def doors(page: str) -> set[str]:
        return set(re.findall(r'class="stat" href="(/\w+(?:/\w+)*)"', page))

    assert doors(admin) == {"/admin/branch", "/admin/branches", "/admin/users", "/me"}
    own = {"branch", "places", "communities", "audit"}
    assert doors(manager) == {f"/admin/{name}" for name in own} | {"/catchment", "/me"}
    assert doors(inspector) == {"/me"}
    assert ("SQLite" in admin) == database.is_sqlite
    assert "SQLite" not in inspector


# ------------------------------------------------------------------- the audit


async def note(database: Database, who: Who, action: str, times: int = 1) -> None:
    async with database.transaction() as session:
        for n in range(times):
            audit.record(session, who, action, ("thing", n), fields=["name"])


async def test_hang_reads_what_was_done_in_the_own_branch_newest_first(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await note(database, cast.zhou, "first_thing")
    await note(database, cast.bo, "secret_of_b")
    await note(database, cast.zhou, "second_thing")
    await seat(database, browser, cast.hang, clock.now)

    text_a = (await browser.get("/admin/audit")).text

    assert text_a.index("<td>second thing</td>") < text_a.index("<td>first thing</td>")
    assert "Zhou" in text_a
    assert "secret of b" not in text_a


async def test_he_of_compliance_reads_all_branches(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await note(database, cast.zhou, "done_in_a")
    await note(database, cast.bo, "done_in_b")
    await seat(database, browser, cast.he, clock.now)

    page = (await browser.get("/admin/audit")).text

    assert "<td>done in a</td>" in page
    assert "<td>done in b</td>" in page


async def test_zhou_may_not_read_the_audit(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)

    assert (await browser.get("/admin/audit")).status_code == 403


async def test_the_audit_shows_one_action_and_its_pages(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await note(database, cast.zhou, "often", times=51)
    await note(database, cast.zhou, "once")
    await seat(database, browser, cast.hang, clock.now)

    first = (await browser.get("/admin/audit?action=often")).text
    second = (await browser.get("/admin/audit?action=often&page=2")).text

    assert (first.count("<td>often</td>"), second.count("<td>often</td>")) == (50, 1)
    assert "<td>once</td>" not in first
    assert "/admin/audit?action=often&amp;page=2" in first


async def test_the_chain_is_checked_when_asked_and_shows_a_change(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await note(database, cast.zhou, "honest", times=3)
    await seat(database, browser, cast.hang, clock.now)

    unasked = (await browser.get("/admin/audit")).text
    holds = (await browser.get("/admin/audit?check=true")).text
    async with database.write() as session:
        await _forge(session, database)
    broken = (await browser.get("/admin/audit?check=true")).text

    assert "The chain" not in unasked
    assert "The chain holds" in holds
    assert "The chain is broken at entry 2" in broken


async def _forge(session: AsyncSession, database: Database) -> None:
    """Change an entry as somebody with the database in hand would: past the triggers."""
    lift = (
        "DROP TRIGGER audit_entry_no_update"
        if database.is_sqlite
        else "ALTER TABLE audit_entry DISABLE TRIGGER ALL"
    )
    await session.exec(text(lift))  # type: ignore[call-overload]
    await session.exec(text("UPDATE audit_entry SET action = 'forged' WHERE seq = 2"))  # type: ignore[call-overload]
    await session.commit()


async def test_the_database_itself_refuses_to_change_an_entry(cast: Cast, database: Database):
    await note(database, cast.zhou, "honest")

    async with database.write() as session:
        with pytest.raises(Exception, match="append-only"):
            await session.exec(text("UPDATE audit_entry SET action = 'forged'"))  # type: ignore[call-overload]
    async with database.read() as session:
        entry = (await session.exec(select(AuditEntry))).one()
    assert entry.action == "honest"


async def test_the_audit_is_filtered_by_whole_actions(
    browser: Browser, cast: Cast, database: Database, clock: Clock
):
    await seat(database, browser, cast.hang, clock.now)
    await note(database, cast.zhou, "customers_import")

    page = await browser.get("/admin/audit")

    assert '<option value="customers_import"' in page.text
