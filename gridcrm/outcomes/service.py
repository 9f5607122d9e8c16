"""Claiming an outcome, and the second person's decision."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.outcomes import queries, rules
from gridcrm.outcomes.crediting import Credit, credit_of, may_credit, zone_of
from gridcrm.outcomes.forms import ClaimIn
from gridcrm.outcomes.models import Outcome
from gridcrm.outcomes.rules import Claim, Clash, Verb


async def claim(session: AsyncSession, who: Who, form: ClaimIn, now: datetime) -> Outcome:
    """Claim an outcome of a customer and return it with the event that it would credit."""
    customer = await customer_called(session, who, form.customer)
    assert customer.id is not None
    zone = await zone_of(session, customer.branch_id)
    rules.check_day(form.happened_on, local_day(now, zone.key))
    rules.check_amount(form.kind, form.amount_fen)
    rules.check_product(form.kind, form.product)
    await _one_claim_at_a_time(session, customer)
    await _refuse_twice(session, customer, form)
    credited = await credit_of(session, customer, form, zone, form.event_id)
    _check_choice(customer, form, credited)
    outcome = Outcome(
        branch_id=customer.branch_id,
        customer_id=customer.id,
        event_id=credited.last,
        first_event_id=credited.first,
        amount_fen=form.amount_fen,
        claimed_by=who.user_id,
        claimed_at=now,
        **form.model_dump(exclude={"customer", "amount", "event_id", "confirmed"}),
    )
    session.add(outcome)
    await session.flush()
    audit.record(session, who, "outcome_claim", ("outcome", outcome.id), kind=outcome.kind)
    return outcome


async def customer_called(session: AsyncSession, who: Who, words: str) -> Customer:
    """Return the customer with exactly this phone or number, or say that there is none."""
    customer = await queries.find_customer(session, who, words.strip())
    if customer is None:
        raise InvalidInput(
            {"customer": "Nobody here has exactly this phone or customer number. Check each digit."}
        )
    return customer


async def decide(
    session: AsyncSession, who: Who, outcome_id: int, verb: Verb, now: datetime, note: str = ""
) -> Outcome:
    """Verify or reject somebody else's claim, or take back what was verified.

    What is verified counts from now on for the event that it credits then.
    """
    outcome = await queries.locked(session, who, outcome_id)
    claimants = {outcome.claimed_by, outcome.entered_by or outcome.claimed_by}
    outcome.state = rules.decide(outcome.state, verb, claimants, who.user_id)
    outcome.decided_by, outcome.decided_at, outcome.decision_note = who.user_id, now, note
    if verb is Verb.VERIFY:
        await _credit_anew(session, outcome)
    session.add(outcome)
    await session.flush()
    audit.record(session, who, f"outcome_{verb}", ("outcome", outcome.id))
    return outcome


async def _credit_anew(session: AsyncSession, outcome: Outcome) -> None:
    customer = await session.get_one(Customer, outcome.customer_id)
    zone = await zone_of(session, outcome.branch_id)
    credited = await credit_of(session, customer, outcome, zone, outcome.event_id)
    outcome.event_id, outcome.first_event_id = credited.last, credited.first


async def _one_claim_at_a_time(session: AsyncSession, customer: Customer) -> None:
    """Let two claims about one person wait for each other, so that each sees the other."""
    await session.exec(select(Customer.id).where(Customer.id == customer.id).with_for_update())


async def _refuse_twice(session: AsyncSession, customer: Customer, form: ClaimIn) -> None:
    """Refuse what somebody has claimed already, and ask about what looks like it."""
    assert customer.id is not None
    if form.reference and await queries.has_reference(session, customer.branch_id, form.reference):
        raise InvalidInput({"reference": "There is an outcome with this reference already."})
    new = Claim(customer.id, form.kind, form.happened_on, form.amount_fen, form.reference)
    standing = await queries.standing(session, [customer.id])
    for other, name in standing.get(customer.id, []):
        _refuse_clash(rules.clash(new, claim_of(other)), other, name, confirmed=form.confirmed)


def claim_of(outcome: Outcome) -> Claim:
    """Return what of an outcome decides whether another one is the same."""
    return Claim(
        outcome.customer_id,
        outcome.kind,
        outcome.happened_on,
        outcome.amount_fen,
        outcome.reference,
    )


def _refuse_clash(clash: Clash | None, other: Outcome, name: str, *, confirmed: bool) -> None:
    if clash is Clash.SAME:
        raise RuleBroken(
            "{name} claimed the same outcome of {day} already. If there were two, give each its"
            " reference number.",
            name=name,
            day=other.happened_on,
        )
    if clash is Clash.SIMILAR and not confirmed:
        words = gettext("{name} claimed one like it on {day}. Is this another one?")
        raise InvalidInput({"confirmed": words.format(name=name, day=other.happened_on)})


def _check_choice(customer: Customer, form: ClaimIn, credited: Credit) -> None:
    if form.event_id is None or form.event_id == credited.last:
        return
    if not may_credit(customer, form):
        raise InvalidInput(
            {
                "event_id": "Sales of this product credit an event only with the sales zone and"
                " the reference of the recording; staff and minors never do."
            }
        )
    raise InvalidInput(
        {"event_id": "The customer was not at this event, or its window does not hold the day."}
    )
