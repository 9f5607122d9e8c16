from datetime import date
from itertools import pairwise

import pytest

from gridcrm.customers.models import Lifecycle, Tier
from gridcrm.customers.rules import (
    AgeBand,
    age_band,
    birth_years,
    lifecycle_of,
    may_reveal_again,
    tier_of,
)

TODAY = date(2026, 11, 21)
WAN_FEN = 1_000_000


@pytest.mark.parametrize(
    ("wan", "tier"),
    [
        (0, Tier.MASS),
        (4.99, Tier.MASS),
        (5, Tier.POTENTIAL),
        (20, Tier.PREFERRED),
        (49.9, Tier.PREFERRED),
        (50, Tier.AFFLUENT),
        (599, Tier.AFFLUENT),
        (600, Tier.PRIVATE),
    ],
)
def test_a_tier_begins_at_its_threshold(wan: float, tier: Tier):
    assert tier_of(round(wan * WAN_FEN)) is tier


def test_unknown_assets_give_no_tier():
    assert tier_of(None) is None


def stands(opened_on: date | None, last_active_on: date | None, **more: object) -> Lifecycle:
    before = more.pop("before", Lifecycle.PROSPECT)
    return lifecycle_of(opened_on, last_active_on, before, TODAY, **more).lifecycle  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("opened_on", "last_active_on", "lifecycle"),
    [
        (None, None, Lifecycle.PROSPECT),
        (date(2026, 10, 22), None, Lifecycle.NEW),
        (date(2026, 10, 21), None, Lifecycle.GROWING),
        (date(2026, 5, 25), None, Lifecycle.GROWING),
        (date(2026, 5, 24), None, Lifecycle.MATURE),
        (date(2020, 1, 1), date(2026, 8, 23), Lifecycle.MATURE),
        (date(2020, 1, 1), date(2026, 8, 22), Lifecycle.DECLINING),
        (date(2020, 1, 1), date(2026, 5, 25), Lifecycle.DECLINING),
        (date(2020, 1, 1), date(2026, 5, 24), Lifecycle.LAPSED),
    ],
)
def test_the_lifecycle_follows_the_days(
    opened_on: date | None, last_active_on: date | None, lifecycle: Lifecycle
):
    assert stands(opened_on, last_active_on) is lifecycle


def test_who_lapsed_and_is_active_again_is_won_back():
    again = date(2026, 11, 20)
    assert stands(date(2020, 1, 1), again, before=Lifecycle.LAPSED) is Lifecycle.WON_BACK
    assert stands(date(2020, 1, 1), again, before=Lifecycle.DECLINING) is Lifecycle.MATURE


def test_a_product_without_an_opening_day_is_no_prospect():
    assert stands(None, None, holds_product=True) is Lifecycle.MATURE


def test_the_rule_that_fired_is_said_in_words():
    found = lifecycle_of(date(2020, 1, 1), date(2026, 5, 24), Lifecycle.MATURE, TODAY)
    assert found.reason == "No activity for 181 days."


def test_age_bands_meet_without_gap_or_overlap():
    years = [birth_years(band, TODAY) for band in AgeBand]
    for (first, _), (_, next_last) in pairwise(years):
        assert next_last == first - 1
    for year in range(1900, 2027):
        band = age_band(year, TODAY)
        assert band is not None
        first, last = birth_years(band, TODAY)
        assert first <= year <= last


def test_an_unknown_or_future_year_has_no_band():
    assert age_band(None, TODAY) is None
    assert age_band(2030, TODAY) is None


def test_thirty_reveals_an_hour_are_the_limit():
    assert may_reveal_again(29)
    assert not may_reveal_again(30)
