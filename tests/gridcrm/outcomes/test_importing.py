from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.outcomes import importing, service
from gridcrm.outcomes.forms import ClaimIn
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeLedger
from gridcrm.outcomes.rules import Verb
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.outcomes.conftest import Salon

HEADER = "日期,客户(号/手机),产品,金额（元）,经办,关联活动,参考号\n"
LEDGER = (
    "经开支行成交台账\n" + HEADER + "2026.11.20,C-GUEST,定期,1.2万,Zhou,花茶茶艺,T-1\n"
    "2026年11月19日,138 0013 8001,理财,50000,zhou,花茶茶艺,T-2\n"
    "2026-11-18,C-ABSENT,信用卡,,Wang,花茶茶艺,\n"
    "2026-11-18,C-B,信用卡,,Wang,,\n"
    "2026-11-18,C-GUEST,比特币,100,Wang,,\n"
    "2026-11-18,C-GUEST,大额存单,,Wang,,\n"
    "2026-12-24,C-GUEST,借记卡,,Wang,,\n"
    "2026-11-18,C-GUEST,借记卡,,老王,,\n"
    "合计,,,62000,,,\n"
).encode("gb18030")


async def report(session: AsyncSession, cast: Cast, content: bytes = LEDGER) -> dict[str, Any]:
    return await importing.dry_run(session, cast.hang, "成交.csv", content, NOON)


async def test_a_ledger_is_checked_row_by_row_and_nothing_is_claimed(
    session: AsyncSession, cast: Cast, salon: Salon
):
    found = await report(session, cast)
    assert (found["rows"], found["ready"], found["credited"], found["known"]) == (8, 3, 1, 0)
    assert [(row["line"], row["column"]) for row in found["bad_rows"]] == [
        (6, "客户(号/手机)"),
        (7, "产品"),
        (8, "金额（元）"),
        (9, "日期"),
        (10, "经办"),
    ]
    assert [row["line"] for row in found["warnings"]] == [4, 5]
    assert (await session.exec(select(Outcome))).all() == []


async def test_the_same_file_again_changes_nothing(database: Database, cast: Cast, salon: Salon):
    for _ in range(2):
        async with database.transaction() as session:
            done = await importing.import_file(session, cast.hang, "成交.csv", LEDGER, NOON)
    assert (done["ready"], done["known"]) == (0, 3)
    async with database.read() as session:
        outcomes = (await session.exec(select(Outcome))).all()
    assert len(outcomes) == 3


async def test_a_ledger_claims_for_the_handler_and_credits_by_the_rule(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        await importing.import_file(session, cast.hang, "成交.csv", LEDGER, NOON)
    async with database.read() as session:
        rows = (await session.exec(select(Outcome).order_by(Outcome.id))).all()
    deposit, wealth, card = rows
    assert (deposit.kind, deposit.amount_fen) == (OutcomeKind.DEPOSIT_INCREASE, 1_200_000)
    assert (deposit.claimed_by, deposit.entered_by) == (cast.zhou.user_id, cast.hang.user_id)
    assert deposit.event_id == salon.event.id
    assert wealth.event_id is None  # no recording
    assert card.event_id is None  # did not come
    assert card.reference.startswith("file:")


async def test_hang_cannot_verify_what_he_brought_in_for_zhou_and_wang_can(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        await importing.import_file(session, cast.hang, "成交.csv", LEDGER, NOON)
        first = (await session.exec(select(Outcome).where(Outcome.reference == "T-1"))).one()
        with pytest.raises(RuleBroken):
            await service.decide(session, cast.hang, first.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]
        await service.decide(session, cast.wang, first.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]


async def test_a_deal_that_zhou_claimed_by_hand_does_not_come_in_a_second_time(
    database: Database, cast: Cast, salon: Salon
):
    by_hand = ClaimIn.model_validate(
        {"customer": "C-GUEST", "kind": "deposit_increase", "amount": "12000",
         "happened_on": "2026-11-20"}
    )  # fmt: skip
    async with database.transaction() as session:
        await service.claim(session, cast.zhou, by_hand, NOON)
    async with database.read() as session:
        found = await report(session, cast)
    assert found["ready"] == 2
    first = found["bad_rows"][0]
    assert (first["line"], first["params"]["name"]) == (3, "Zhou")


async def test_a_row_that_stands_twice_in_a_file_comes_in_once(
    session: AsyncSession, cast: Cast, salon: Salon
):
    twice = HEADER + "2026-11-18,C-GUEST,借记卡,,Wang,,\n" * 2
    found = await report(session, cast, twice.encode())
    assert (found["ready"], found["bad"]) == (1, 1)
    assert found["bad_rows"][0]["params"] == {"line": 2}
    two = HEADER + "2026-11-18,C-GUEST,借记卡,,Wang,,A\n2026-11-18,C-GUEST,借记卡,,Wang,,B\n"
    assert (await report(session, cast, two.encode()))["ready"] == 2


async def test_a_recording_number_in_the_ledger_lets_wealth_credit_the_salon(
    session: AsyncSession, cast: Cast, salon: Salon
):
    ledger = "日期,客户,产品,金额(万元),双录编号\n2026-11-19,C-GUEST,理财R2,5,R-77\n"
    found = await report(session, cast, ledger.encode())
    assert (found["ready"], found["credited"], found["warnings"]) == (1, 1, [])


async def test_one_column_may_hold_the_event_or_the_reference(
    session: AsyncSession, cast: Cast, salon: Salon
):
    ledger = (
        "日期,客户,产品,关联活动/参考号\n2026-11-19,C-GUEST,借记卡,花茶茶艺\n"
        "2026-11-19,C-GUEST,信用卡,T-9\n"
    )
    found = await report(session, cast, ledger.encode())
    assert (found["ready"], found["credited"]) == (2, 2)


async def test_a_file_without_the_needed_columns_is_refused(
    session: AsyncSession, cast: Cast, salon: Salon
):
    with pytest.raises(InvalidInput) as refused:
        await report(session, cast, "姓名,金额\n张三,5\n李四,6\n".encode())
    assert "日期" in refused.value.fields["file"]


async def test_hang_checks_a_file_in_the_browser_and_then_imports_it_once(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.hang, clock.now)
    files = {"file": ("成交.csv", LEDGER, "text/csv")}
    checked = await browser.post("/outcomes/import", files=files)
    assert checked.status_code == 303
    page = await browser.get(checked.headers["location"])
    assert "Claim 3 outcomes" in page.text
    assert "This product is not in the catalogue." in page.text
    number = checked.headers["location"].rsplit("=", 1)[1]
    done = await browser.post_form("/outcomes/import/commit", ledger=number)
    assert done.status_code == 303
    assert (await browser.post_form("/outcomes/import/commit", ledger=number)).status_code == 409
    async with database.read() as session:
        ledger = (await session.exec(select(OutcomeLedger))).one()
        assert ledger.content is None
        assert len((await session.exec(select(Outcome))).all()) == 3


async def test_a_file_that_is_no_table_comes_back_with_the_reason(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post("/outcomes/import", files={"file": ("a.pdf", b"%PDF-1.7", "x/y")})
    assert answer.status_code == 422
    assert "Bring a .csv" in answer.text
    empty = await browser.post("/outcomes/import", files={"file": ("", b"", "x/y")})
    assert empty.status_code == 422


async def test_zhou_imports_nothing_and_bo_sees_no_file_of_branch_a(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    async with database.transaction() as session:
        ledger = await importing.check(session, cast.hang, "成交.csv", LEDGER, NOON)
    await seat(database, browser, cast.zhou, clock.now)
    assert (await browser.get("/outcomes/import")).status_code == 403
    await seat(database, browser, cast.bo, clock.now)
    assert (await browser.get(f"/outcomes/import?ledger={ledger.id}")).status_code == 404
    answer = await browser.post_form("/outcomes/import/commit", ledger=ledger.id)
    assert answer.status_code == 404


async def test_a_name_that_two_colleagues_share_is_no_handler(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        ming = await session.get_one(User, cast.ming.user_id)
        ming.display_name = "Wang"
        session.add(ming)
    async with database.read() as session:
        found = await report(session, cast)
    shared = [row for row in found["bad_rows"] if row["line"] == 5]
    assert [row["reason"] for row in shared] == ["More than one colleague has this name."]


async def test_a_file_that_was_left_for_another_one_is_checked_again_first(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        first = await importing.check(session, cast.hang, "a.csv", LEDGER, NOON)
        second = await importing.check(session, cast.hang, "b.csv", LEDGER, NOON)
    async with database.transaction() as session:
        with pytest.raises(RuleBroken, match="Another file was checked"):
            await importing.commit(session, cast.hang, first.id or 0, NOON)
        await importing.commit(session, cast.hang, second.id or 0, NOON)
        with pytest.raises(RuleBroken, match="imported already"):
            await importing.commit(session, cast.hang, second.id or 0, NOON)
