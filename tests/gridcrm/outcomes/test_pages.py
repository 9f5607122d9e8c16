from datetime import timedelta

from httpx import Response
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.outcomes.models import Outcome, OutcomeState
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.outcomes.conftest import Salon


async def claim(browser: Browser, **changes: object) -> Response:
    given: dict[str, object] = {
        "customer": "138 0013 8001", "kind": "deposit_increase", "product": "deposit_term",
        "amount": "1.2万", "happened_on": "2026-11-20",
    }  # fmt: skip
    return await browser.post_form("/outcomes", **(given | changes))


async def only_outcome(database: Database) -> Outcome:
    async with database.read() as session:
        return (await session.exec(select(Outcome))).one()


async def test_zhou_claims_wang_verifies_and_the_funnel_counts_it(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await claim(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/outcomes/mine")
    outcome = await only_outcome(database)
    assert outcome.amount_fen == 1_200_000
    results = f"/outcomes/funnel?event={salon.event.id}"
    assert "0 of 1" in (await browser.get(results)).text
    assert "One claim waits to be verified" in (await browser.get(results)).text

    await seat(database, browser, cast.wang, clock.now)
    waiting = await browser.get("/outcomes")
    assert "花茶茶艺" in waiting.text
    assert f'action="/outcomes/{outcome.id}/verify"' in waiting.text
    assert (await browser.post_form(f"/outcomes/{outcome.id}/verify")).status_code == 303
    assert "1 of 1" in (await browser.get(results)).text


async def test_wang_is_offered_no_button_for_her_own_claim_and_cannot_verify_it(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.wang, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    page = await browser.get("/outcomes")
    assert f"/outcomes/{outcome.id}/verify" not in page.text
    refused = await browser.post_form(f"/outcomes/{outcome.id}/verify")
    assert refused.status_code == 422
    assert "somebody else has to check it" in refused.text
    assert (await only_outcome(database)).state is OutcomeState.CLAIMED


async def test_lin_claims_a_referral_but_sees_no_funnel_and_no_other_claims(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    await claim(browser)
    await seat(database, browser, cast.lin, clock.now)
    answer = await claim(browser, kind="salon_referral", product="", amount="")
    assert answer.status_code == 303
    mine = await browser.get("/outcomes/mine")
    assert "Referral at a salon" in mine.text
    assert "Deposit increased" not in mine.text
    for path in ("/outcomes", "/outcomes/1", "/outcomes/funnel", "/outcomes/import"):
        assert (await browser.get(path)).status_code == 403


async def test_a_wrong_form_comes_back_filled_with_the_reason_beside_the_field(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await claim(browser, customer="13800138009", amount="much")
    assert answer.status_code == 422
    assert "such as 12000 or 1.2万" in answer.text
    assert 'value="much"' in answer.text
    unknown = await claim(browser, customer="13800138009")
    assert unknown.status_code == 422
    assert "Nobody here has exactly this" in unknown.text
    late = await claim(browser, happened_on="2026-11-23")
    assert "This day is in the future" in late.text


async def test_looking_somebody_up_shows_what_they_attended_and_claims_nothing(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    found = await browser.post_form("/outcomes", customer="13800138001", step="find")
    assert "花茶茶艺" in found.text
    assert "counts until 2026-12-11" in found.text
    part = await browser.post(
        "/outcomes",
        data={"customer": "13800138001", "step": "find"},
        headers={"hx-request": "true"},
    )
    assert "<html" not in part.text
    assert "花茶茶艺" in part.text
    async with database.read() as session:
        assert (await session.exec(select(Outcome))).all() == []


async def test_the_name_and_the_phone_stay_masked_on_every_page(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    async with database.transaction() as session:
        guest = await session.get_one(type(salon.guest), salon.guest.id)
        guest.name = "欧阳小三"
        session.add(guest)
    await seat(database, browser, cast.hang, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    people = f"/outcomes/funnel/people?event={salon.event.id}&stage=attended"
    for path in ("/outcomes?tab=all", f"/outcomes/{outcome.id}", people):
        text = (await browser.get(path)).text
        assert "欧阳**" in text
        assert "小三" not in text
        assert "13800138001" not in text


async def test_bo_of_branch_b_gets_404_for_everything_of_branch_a(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    await seat(database, browser, cast.bo, clock.now)
    assert (await browser.get(f"/outcomes/{outcome.id}")).status_code == 404
    for verb in ("verify", "reject", "reverse"):
        answer = await browser.post_form(f"/outcomes/{outcome.id}/{verb}", note="not ours")
        assert answer.status_code == 404
    for query in (f"event={salon.event.id}", "event=9999999999999999999999"):
        assert (await browser.get(f"/outcomes/funnel?{query}")).status_code == 404


async def test_a_rejection_needs_a_reason_and_the_claimant_reads_it(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    await seat(database, browser, cast.wang, clock.now)
    assert (await browser.post_form(f"/outcomes/{outcome.id}/reject")).status_code == 422
    await browser.post_form(f"/outcomes/{outcome.id}/reject", note="no such deposit")
    await seat(database, browser, cast.zhou, clock.now)
    assert "no such deposit" in (await browser.get("/outcomes/mine")).text


async def test_a_reversed_outcome_leaves_the_funnel(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    await seat(database, browser, cast.wang, clock.now)
    await browser.post_form(f"/outcomes/{outcome.id}/verify")
    await browser.post_form(f"/outcomes/{outcome.id}/reverse", note="cancelled within ten days")
    assert "0 of 1" in (await browser.get(f"/outcomes/funnel?event={salon.event.id}")).text


async def test_the_warning_that_it_matures_ends_with_the_window(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.hang, clock.now)
    url = f"/outcomes/funnel?event={salon.event.id}"
    assert "outcomes count until 2026-12-11" in (await browser.get(url)).text
    clock.now = NOON + timedelta(days=21)
    await seat(database, browser, cast.mei, clock.now)
    assert "Still maturing" not in (await browser.get(url)).text


async def test_marketing_sees_the_results_and_may_neither_claim_nor_verify(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.mei, clock.now)
    assert (await browser.get("/outcomes")).status_code == 200
    assert (await browser.get(f"/outcomes/funnel?event={salon.event.id}")).status_code == 200
    assert (await browser.get("/outcomes/new")).status_code == 403
    assert (await claim(browser)).status_code == 403
    assert (await browser.post_form("/outcomes/1/verify")).status_code == 403


async def test_the_customers_page_shows_their_outcomes_and_the_timeline_the_verified_ones(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    await claim(browser)
    outcome = await only_outcome(database)
    url = f"/customers/{salon.guest.id}"
    assert "Deposit increased" in (await browser.get(url)).text
    assert "after “花茶茶艺”" not in (await browser.get(url)).text
    await seat(database, browser, cast.wang, clock.now)
    await browser.post_form(f"/outcomes/{outcome.id}/verify")
    assert "Deposit increased, after “花茶茶艺”" in (await browser.get(url)).text


async def test_a_list_shows_fifty_claims_in_a_fixed_number_of_statements(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    await seat(database, browser, cast.zhou, clock.now)
    for n in range(3):
        await claim(browser, reference=f"T-{n}", amount=f"{n + 1}万")
    page = await browser.get("/outcomes?tab=mine&kind=deposit_increase&since=2026-11-01")
    assert page.text.count("Deposit increased") >= 3
    assert (await browser.get("/outcomes?tab=mine&kind=card_issued")).text.count("No outcome") == 0
    assert (await browser.get("/outcomes?since=yesterday")).status_code == 422
