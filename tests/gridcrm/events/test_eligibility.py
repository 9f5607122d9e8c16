from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gridcrm.customers.models import Lifecycle, Tier
from gridcrm.events.eligibility import Person, Policy, channel_for, decide, is_contact_time
from gridcrm.events.models import Channel, Suppression

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
POLICY = Policy(branch_id=1, today=TODAY)
WEALTH = replace(POLICY, for_wealth=True)
SMS, WECHAT, CALL = frozenset({Channel.SMS}), frozenset({Channel.WECHAT}), frozenset({Channel.CALL})
WANG = Person(branch_id=1, agreed_to=SMS, birth_year=1960, tier=Tier.AFFLUENT)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_wang_who_agreed_may_be_invited():
    assert decide(WANG, POLICY, NOW) is None
    assert channel_for(WANG, POLICY) is Channel.SMS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"branch_id": 2}, Suppression.WRONG_BRANCH),
        ({"deceased": True}, Suppression.DECEASED),
        ({"birth_year": 2009}, Suppression.MINOR),
        ({"is_staff": True}, Suppression.STAFF),
        ({"do_not_contact": True}, Suppression.DO_NOT_CONTACT),
        ({"open_complaint": True}, Suppression.OPEN_COMPLAINT),
        ({"care_until": TODAY}, Suppression.CARE_FLAG),
        ({"already_invited": True}, Suppression.ALREADY_INVITED),
        ({"lifecycle": Lifecycle.PROSPECT, "updated_at": days_ago(731)}, Suppression.DATA_EXPIRED),
        ({"agreed_to": frozenset(), "refused_at": days_ago(400)}, Suppression.REFUSED),
        ({"refused_at": days_ago(179), "agreed_at": days_ago(300)}, Suppression.COOLDOWN),
        ({"declined_in_series": 2, "last_declined_at": days_ago(89)}, Suppression.COOLDOWN),
        ({"agreed_to": frozenset()}, Suppression.NO_CONSENT),
        ({"has_phone": False}, Suppression.NO_REACHABLE_CHANNEL),
        ({"touches_this_month": 2}, Suppression.CAP_REACHED),
        ({"agreed_to": CALL, "calls_this_week": 1}, Suppression.CAP_REACHED),
    ],
)
def test_each_reason_keeps_somebody_out(change, reason):
    assert decide(replace(WANG, **change), POLICY, NOW) is reason


@pytest.mark.parametrize(
    "change",
    [
        {"birth_year": 2007},
        {"birth_year": None},
        {"care_until": TODAY - timedelta(days=1)},
        {"lifecycle": Lifecycle.PROSPECT, "updated_at": days_ago(729)},
        {"lifecycle": Lifecycle.MATURE, "updated_at": days_ago(2000)},
        {"refused_at": days_ago(181)},
        {"refused_at": days_ago(20), "agreed_at": days_ago(10)},
        {"declined_in_series": 1, "last_declined_at": days_ago(1)},
        {"declined_in_series": 2, "last_declined_at": days_ago(91)},
        {"agreed_to": WECHAT, "has_phone": False},
        {"touches_this_month": 1},
        {"agreed_to": SMS, "calls_this_week": 1},
    ],
)
def test_just_outside_each_rule_somebody_may_be_invited(change):
    assert decide(replace(WANG, **change), POLICY, NOW) is None


def test_who_turned_eighteen_for_certain_is_no_minor_and_who_may_be_seventeen_is():
    assert decide(replace(WANG, birth_year=2008), POLICY, NOW) is Suppression.MINOR
    assert decide(replace(WANG, birth_year=2007), POLICY, NOW) is None


def test_a_wealth_topic_leaves_out_the_old_and_those_whose_tier_does_not_suit():
    assert decide(replace(WANG, birth_year=1961), WEALTH, NOW) is Suppression.AGE_GATE
    assert decide(replace(WANG, birth_year=1962), WEALTH, NOW) is None
    young = replace(WANG, birth_year=1980)
    assert decide(replace(young, tier=Tier.MASS), WEALTH, NOW) is Suppression.SUITABILITY
    assert decide(replace(young, tier=None), WEALTH, NOW) is Suppression.SUITABILITY
    assert decide(replace(WANG, tier=Tier.MASS), POLICY, NOW) is None


def test_the_weightiest_reason_is_the_one_that_counts():
    everything = replace(
        WANG, deceased=True, is_staff=True, do_not_contact=True, agreed_to=frozenset()
    )
    assert decide(everything, POLICY, NOW) is Suppression.DECEASED
    assert decide(replace(everything, deceased=False), POLICY, NOW) is Suppression.STAFF


def test_a_way_that_is_not_chosen_does_not_count_as_consent():
    by_phone = replace(POLICY, channels=(Channel.CALL,))
    assert decide(WANG, by_phone, NOW) is Suppression.NO_CONSENT


def test_who_was_called_this_week_is_written_to_instead():
    both = replace(WANG, agreed_to=SMS | CALL, calls_this_week=1)
    first_call = replace(POLICY, channels=(Channel.CALL, Channel.SMS))
    assert channel_for(both, first_call) is Channel.SMS


def test_people_are_contacted_between_nine_and_eight_of_the_branchs_clock():
    def at(hour: int) -> datetime:
        return datetime(2026, 11, 21, hour, 30, tzinfo=UTC)

    assert is_contact_time(at(1), "Asia/Shanghai")
    assert not is_contact_time(at(0), "Asia/Shanghai")
    assert not is_contact_time(at(12), "Asia/Shanghai")
