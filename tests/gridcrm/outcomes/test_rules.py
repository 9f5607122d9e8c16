from datetime import date
from itertools import product

import pytest

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.customers.products import by_slug, families
from gridcrm.outcomes import rules
from gridcrm.outcomes.models import OutcomeKind, OutcomeState
from gridcrm.outcomes.rules import Claim, Clash, Verb

ZHOU, WANG = 1, 2
DAY = date(2026, 11, 21)


def claim(**changes: object) -> Claim:
    given = {"customer_id": 7, "kind": OutcomeKind.DEPOSIT_INCREASE, "happened_on": DAY}
    return Claim(**(given | {"amount_fen": 5_000_000, "reference": None} | changes))  # type: ignore[arg-type]


def test_nine_kinds_are_financial_and_seven_are_engagement():
    assert len(rules.FINANCIAL) == 9
    assert set(list(OutcomeKind)[9:]) == rules.ENGAGEMENT
    assert not rules.FINANCIAL & rules.ENGAGEMENT


def test_wang_verifies_what_zhou_claimed():
    assert rules.decide(OutcomeState.CLAIMED, Verb.VERIFY, {ZHOU}, WANG) is OutcomeState.VERIFIED


@pytest.mark.parametrize("verb", [Verb.VERIFY, Verb.REJECT])
def test_wang_cannot_decide_on_her_own_claim(verb: Verb):
    with pytest.raises(RuleBroken):
        rules.decide(OutcomeState.CLAIMED, verb, {WANG}, WANG)


def test_wang_cannot_verify_what_she_entered_for_zhou():
    with pytest.raises(RuleBroken):
        rules.decide(OutcomeState.CLAIMED, Verb.VERIFY, {ZHOU, WANG}, WANG)


def test_wang_may_take_back_her_own_verified_outcome():
    assert rules.decide(OutcomeState.VERIFIED, Verb.REVERSE, {WANG}, WANG) is OutcomeState.REVERSED


def test_only_three_steps_exist_and_every_other_is_refused():
    allowed = set(rules.NEXT)
    assert len(allowed) == 3
    for state, verb in product(OutcomeState, Verb):
        if (state, verb) not in allowed:
            with pytest.raises(RuleBroken):
                rules.decide(state, verb, {ZHOU}, WANG)


def test_staff_and_minors_never_count_and_everybody_else_does():
    assert rules.person_counts(1960, DAY, is_staff=False)
    assert rules.person_counts(None, DAY, is_staff=False)
    assert rules.person_counts(2008, DAY, is_staff=False)
    assert not rules.person_counts(2009, DAY, is_staff=False)
    assert not rules.person_counts(1960, DAY, is_staff=True)


@pytest.mark.parametrize(
    ("zone", "recording", "counts"),
    [(True, "R-1", True), (False, "R-1", False), (True, "", False), (True, "  ", False)],
)
def test_a_recorded_sale_needs_the_sales_zone_and_the_recording(
    zone: bool, recording: str, counts: bool
):
    assert rules.sale_counts(zone, recording, must_be_recorded=True) is counts
    assert rules.sale_counts(zone, recording, must_be_recorded=False)


def test_wealth_and_insurance_are_recorded_and_bonds_and_gold_are_not():
    recorded = {p.slug for family in families() for p in family.products if p.recorded}
    assert {slug.split("_")[0] for slug in recorded} == {"wealth", "insurance"}
    assert not by_slug("treasury_bond").recorded  # type: ignore[union-attr]
    assert not by_slug("gold").recorded  # type: ignore[union-attr]


def test_every_product_of_the_catalogue_has_an_outcome_that_we_count():
    sold = {p.slug: p.outcome for family in families() for p in family.products}
    assert set(sold.values()) <= set(OutcomeKind)
    assert sold["payroll"] == OutcomeKind.PAYROLL_SIGNED


def test_a_deposit_needs_its_amount_and_a_card_does_not():
    with pytest.raises(InvalidInput):
        rules.check_amount(OutcomeKind.DEPOSIT_INCREASE, None)
    rules.check_amount(OutcomeKind.CARD_ISSUED, None)


def test_tomorrows_deposit_cannot_be_claimed_today():
    with pytest.raises(InvalidInput):
        rules.check_day(date(2026, 11, 22), DAY)
    rules.check_day(DAY, DAY)


def test_the_same_deposit_claimed_twice_is_the_same():
    assert rules.clash(claim(), claim()) is Clash.SAME


def test_a_reference_on_one_of_them_does_not_make_two():
    assert rules.clash(claim(reference="A1"), claim()) is Clash.SAME


def test_two_references_make_two():
    assert rules.clash(claim(reference="A1"), claim(reference="A2")) is None


def test_the_same_amount_some_days_later_is_similar():
    later = claim(happened_on=date(2026, 11, 28))
    assert rules.clash(later, claim()) is Clash.SIMILAR
    assert rules.clash(claim(happened_on=date(2026, 11, 29)), claim()) is None


@pytest.mark.parametrize(
    "change", [{"amount_fen": 1}, {"customer_id": 8}, {"kind": OutcomeKind.CARD_ISSUED}]
)
def test_another_amount_person_or_kind_is_another_outcome(change: dict[str, object]):
    assert rules.clash(claim(**change), claim()) is None
