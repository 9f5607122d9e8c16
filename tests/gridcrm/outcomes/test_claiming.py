from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.outcomes import queries, service
from gridcrm.outcomes.forms import ClaimIn
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from gridcrm.outcomes.rules import Verb
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.outcomes.conftest import Salon

YESTERDAY = date(2026, 11, 20)


def claim_in(**changes: Any) -> ClaimIn:
    given = {"customer": "13800138001", "kind": "deposit_increase", "product": "deposit_term"}
    return ClaimIn.model_validate(
        given | {"amount": "5万", "happened_on": YESTERDAY.isoformat()} | changes
    )


async def test_zhou_claims_a_deposit_and_it_would_credit_the_salon(
    write: AsyncSession, cast: Cast, salon: Salon
):
    outcome = await service.claim(write, cast.zhou, claim_in(), NOON)

    assert outcome.state is OutcomeState.CLAIMED
    assert (outcome.event_id, outcome.first_event_id) == (salon.event.id, salon.event.id)
    assert outcome.amount_fen == 5_000_000
    assert outcome.customer_id == salon.guest.id


async def test_a_customer_is_found_by_number_and_by_phone_however_it_is_written(
    write: AsyncSession, cast: Cast, salon: Salon
):
    for words in ("C-GUEST", "138 0013 8001", "+86 13800138001", f"#{salon.guest.id}"):
        found = await queries.find_customer(write, cast.wang, words)
        assert found is not None
        assert found.id == salon.guest.id
    assert await queries.find_customer(write, cast.wang, "1380013800") is None


async def test_lin_cannot_count_through_our_own_numbers(
    write: AsyncSession, cast: Cast, salon: Salon
):
    assert await queries.find_customer(write, cast.lin, f"#{salon.guest.id}") is None
    assert await queries.find_customer(write, cast.lin, "13800138001") is not None


async def test_zhou_cannot_claim_for_a_customer_of_branch_b_nor_of_another_grid(
    write: AsyncSession, cast: Cast, salon: Salon
):
    with pytest.raises(InvalidInput) as refused:
        await service.claim(write, cast.zhou, claim_in(customer="13800138002"), NOON)
    assert "customer" in refused.value.fields
    with pytest.raises(InvalidInput):
        await service.claim(write, cast.ming, claim_in(), NOON)


async def test_the_same_deposit_cannot_be_claimed_twice_and_the_refusal_names_who_did(
    write: AsyncSession, cast: Cast, salon: Salon
):
    await service.claim(write, cast.zhou, claim_in(), NOON)
    with pytest.raises(RuleBroken, match="Zhou claimed the same outcome of 2026-11-20"):
        await service.claim(write, cast.wang, claim_in(), NOON)


async def test_a_deposit_like_it_three_days_later_has_to_be_confirmed(
    write: AsyncSession, cast: Cast, salon: Salon
):
    earlier = (YESTERDAY - timedelta(days=3)).isoformat()
    await service.claim(write, cast.zhou, claim_in(happened_on=earlier), NOON)
    with pytest.raises(InvalidInput) as asked:
        await service.claim(write, cast.wang, claim_in(), NOON)
    assert "Zhou" in asked.value.fields["confirmed"]
    again = await service.claim(write, cast.wang, claim_in(confirmed=True), NOON)
    assert again.id is not None


async def test_a_rejected_claim_may_be_made_again(write: AsyncSession, cast: Cast, salon: Salon):
    first = await service.claim(write, cast.zhou, claim_in(), NOON)
    await service.decide(write, cast.wang, first.id, Verb.REJECT, NOON, "no such deposit")  # type: ignore[arg-type]
    assert (await service.claim(write, cast.zhou, claim_in(), NOON)).id != first.id


async def test_a_reference_is_used_once_in_a_branch(write: AsyncSession, cast: Cast, salon: Salon):
    await service.claim(write, cast.zhou, claim_in(reference="T-1"), NOON)
    with pytest.raises(InvalidInput) as refused:
        await service.claim(write, cast.zhou, claim_in(reference="T-1", amount="6万"), NOON)
    assert "reference" in refused.value.fields
    await service.claim(write, cast.bo, claim_in(customer="C-B", reference="T-1"), NOON)


async def test_wealth_credits_the_salon_only_with_the_sales_zone_and_the_recording(
    write: AsyncSession, cast: Cast, salon: Salon
):
    bare = claim_in(kind="product_purchased", product="wealth_r2")
    assert (await service.claim(write, cast.zhou, bare, NOON)).event_id is None

    recorded = claim_in(
        kind="product_purchased", product="wealth_r2", amount="6万", sales_zone=True,
        recording_ref="R-1",
    )  # fmt: skip
    assert (await service.claim(write, cast.zhou, recorded, NOON)).event_id == salon.event.id

    bond = claim_in(kind="product_purchased", product="treasury_bond", amount="7万")
    assert (await service.claim(write, cast.zhou, bond, NOON)).event_id == salon.event.id


@pytest.mark.parametrize("change", [{"is_staff": True}, {"birth_year": 2012}])
async def test_staff_and_minors_credit_no_event(
    write: AsyncSession, cast: Cast, salon: Salon, change: dict[str, Any]
):
    person = make.customer(cast.a, number="C-X", owner_id=cast.zhou.user_id, **change)
    write.add(person)
    await write.flush()
    write.add(make.registration(salon.event, person))
    await write.flush()
    outcome = await service.claim(write, cast.zhou, claim_in(customer="C-X"), NOON)
    assert outcome.event_id is None


async def test_who_did_not_come_credits_no_event(write: AsyncSession, cast: Cast, salon: Salon):
    outcome = await service.claim(write, cast.zhou, claim_in(customer=salon.absent.number), NOON)
    assert outcome.event_id is None


async def test_an_event_can_be_chosen_only_where_the_customer_came_in_time(
    write: AsyncSession, cast: Cast, salon: Salon
):
    before = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=20), title="书法")
    write.add(before)
    await write.flush()
    write.add(make.registration(before, salon.guest))
    await write.flush()

    chosen = await service.claim(write, cast.zhou, claim_in(event_id=before.id), NOON)
    assert (chosen.event_id, chosen.first_event_id) == (before.id, before.id)
    with pytest.raises(InvalidInput) as refused:
        await service.claim(
            write, cast.zhou, claim_in(customer=salon.absent.number, event_id=before.id), NOON
        )
    assert "event_id" in refused.value.fields


async def test_wang_verifies_and_the_audit_knows(database: Database, cast: Cast, salon: Salon):
    async with database.transaction() as session:
        outcome = await service.claim(session, cast.zhou, claim_in(), NOON)
    async with database.transaction() as session:
        await service.decide(session, cast.wang, outcome.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]
    async with database.read() as session:
        kept = await session.get_one(Outcome, outcome.id)
        assert (kept.state, kept.decided_by) == (OutcomeState.VERIFIED, cast.wang.user_id)
        actions = (await session.exec(select(AuditEntry.action))).all()
    assert actions == ["outcome_claim", "outcome_verify"]


async def test_a_check_in_that_was_undone_before_the_verification_takes_the_credit_away(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        outcome = await service.claim(session, cast.zhou, claim_in(), NOON)
    async with database.transaction() as session:
        seat = (await queries_of_registration(session))[0]
        seat.state = "confirmed"
        session.add(seat)
    async with database.transaction() as session:
        verified = await service.decide(session, cast.wang, outcome.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]
    assert verified.event_id is None


async def test_wang_cannot_verify_her_own_claim(write: AsyncSession, cast: Cast, salon: Salon):
    outcome = await service.claim(write, cast.wang, claim_in(), NOON)
    with pytest.raises(RuleBroken, match="somebody else"):
        await service.decide(write, cast.wang, outcome.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]
    assert outcome.state is OutcomeState.CLAIMED


async def test_bo_of_branch_b_finds_nothing_to_verify(
    write: AsyncSession, cast: Cast, salon: Salon
):
    outcome = await service.claim(write, cast.zhou, claim_in(), NOON)
    with pytest.raises(NotFound):
        await service.decide(write, cast.bo, outcome.id, Verb.VERIFY, NOON)  # type: ignore[arg-type]


async def test_what_waits_for_wang_is_what_others_claimed(
    write: AsyncSession, cast: Cast, salon: Salon
):
    await service.claim(write, cast.zhou, claim_in(), NOON)
    await service.claim(write, cast.wang, claim_in(kind="card_issued", amount=None), NOON)
    assert await queries.to_verify_count(write, cast.wang) == 1
    assert await queries.to_verify_count(write, cast.hang) == 2
    assert await queries.to_verify_count(write, cast.zhou) == 0
    assert await queries.to_verify_count(write, cast.bo) == 0


async def test_ming_does_not_see_the_outcomes_of_zhous_customers(
    write: AsyncSession, cast: Cast, salon: Salon
):
    outcome = await service.claim(write, cast.zhou, claim_in(), NOON)
    assert (await queries.one(write, cast.zhou, outcome.id)).id == outcome.id  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await queries.one(write, cast.ming, outcome.id)  # type: ignore[arg-type]


async def queries_of_registration(session: AsyncSession) -> list[Any]:
    from gridcrm.events.models import Registration

    return list(await session.exec(select(Registration)))


def test_a_claim_with_a_kind_or_product_that_does_not_exist_is_no_claim():
    for change in ({"kind": "bitcoin"}, {"product": "bitcoin"}, {"amount": "a lot"}):
        with pytest.raises(ValueError, match=r"kind|product|amount"):
            claim_in(**change)
    assert claim_in(kind=OutcomeKind.WECHAT_ADDED, amount=None).amount_fen is None


async def test_a_purchase_without_its_product_is_no_way_round_the_recording(
    write: AsyncSession, cast: Cast, salon: Salon
):
    bare = claim_in(kind="product_purchased", product="")
    with pytest.raises(InvalidInput) as refused:
        await service.claim(write, cast.zhou, bare, NOON)
    assert set(refused.value.fields) == {"product"}
