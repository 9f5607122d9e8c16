from gridcrm.core.db import Database
from tests.cast import Cast, give_token
from tests.conftest import Browser, Clock
from tests.gridcrm.outcomes.conftest import Salon

CLAIM = {
    "customer": "13800138001",
    "kind": "deposit_increase",
    "product": "deposit_term",
    "amount": "12000",
    "happened_on": "2026-11-20",
}


async def test_a_program_claims_for_zhou_and_another_verifies_for_wang(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    zhou = await give_token(database, cast.zhou, clock.now)
    wang = await give_token(database, cast.wang, clock.now)
    made = await browser.post("/api/v1/outcomes", json=CLAIM, headers=zhou)
    assert made.status_code == 201
    outcome = made.json()
    assert (outcome["state"], outcome["amount_fen"], outcome["event_id"]) == (
        "claimed", 1_200_000, salon.event.id,
    )  # fmt: skip

    own = await browser.post(f"/api/v1/outcomes/{outcome['id']}:verify", headers=zhou)
    assert own.status_code == 403
    done = await browser.post(f"/api/v1/outcomes/{outcome['id']}:verify", headers=wang)
    assert (done.status_code, done.json()["state"]) == (200, "verified")
    again = await browser.post(f"/api/v1/outcomes/{outcome['id']}:verify", headers=wang)
    assert again.status_code == 409


async def test_the_same_key_claims_once(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    zhou = await give_token(database, cast.zhou, clock.now) | {"idempotency-key": "k-1"}
    first = await browser.post("/api/v1/outcomes", json=CLAIM, headers=zhou)
    second = await browser.post("/api/v1/outcomes", json=CLAIM, headers=zhou)
    assert first.json() == second.json()
    assert second.headers["idempotent-replay"] == "true"


async def test_a_wrong_claim_names_its_fields(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    zhou = await give_token(database, cast.zhou, clock.now)
    wrong = CLAIM | {"amount": "much"}
    answer = await browser.post("/api/v1/outcomes", json=wrong, headers=zhou)
    assert answer.status_code == 422
    assert "amount" in answer.text
    stranger = await browser.post(
        "/api/v1/outcomes", json=CLAIM | {"customer": "13800138002"}, headers=zhou
    )
    assert stranger.status_code == 422
    assert "customer" in stranger.text
    twice = CLAIM | {"branch_id": 2}
    assert (await browser.post("/api/v1/outcomes", json=twice, headers=zhou)).status_code == 422


async def test_a_program_reads_a_funnel_of_its_own_branch(
    browser: Browser, cast: Cast, database: Database, clock: Clock, salon: Salon
):
    mei = await give_token(database, cast.mei, clock.now)
    bo = await give_token(database, cast.bo, clock.now)
    lin = await give_token(database, cast.lin, clock.now)
    url = f"/api/v1/events/{salon.event.id}/funnel"
    found = (await browser.get(url, headers=mei)).json()
    assert (found["invited"], found["attended"], found["converted"]) == (1, 1, 0)
    assert found["conversion"] == {"part": 0, "of": 1, "share": None, "interval_95": None}
    assert (await browser.get(url + "?touch=first", headers=mei)).json()["touch"] == "first"
    assert (await browser.get(url, headers=bo)).status_code == 404
    assert (await browser.get(url, headers=lin)).status_code == 403
