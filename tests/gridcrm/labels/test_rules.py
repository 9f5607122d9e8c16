from datetime import date, timedelta

import pytest

from gridcrm.core import i18n
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import Language
from gridcrm.labels import naming, rules
from gridcrm.labels.forbidden import found_in
from gridcrm.labels.models import LabelSource
from gridcrm.labels.rules import Given

TODAY = date(2026, 11, 21)


def given(label_id: int = 1, confidence: float = 0.5, **changes: object) -> Given:
    usual: dict[str, object] = {
        "label_id": label_id,
        "source": LabelSource.STAFF_JUDGEMENT,
        "confidence": confidence,
        "given_on": TODAY - timedelta(days=100),
        "expires_on": TODAY + timedelta(days=400),
    }
    return Given(**usual | changes)  # type: ignore[arg-type]


def came() -> Given:
    return rules.given(1, LabelSource.ATTENDANCE, TODAY)


def test_what_somebody_says_of_themselves_is_surer_than_what_we_think():
    said = rules.given(1, LabelSource.OWN_STATEMENT, TODAY)
    thought = rules.given(1, LabelSource.STAFF_JUDGEMENT, TODAY)
    assert (said.confidence, thought.confidence) == (0.9, 0.5)


def test_a_label_lasts_eighteen_months_to_the_day():
    assert rules.expiry(date(2026, 11, 21)) == date(2028, 5, 21)
    assert rules.expiry(date(2026, 8, 31)) == date(2028, 2, 29)
    assert rules.expiry(date(2025, 8, 31)) == date(2027, 2, 28)


def test_coming_once_is_a_weak_sign_and_coming_twice_a_strong_one():
    once = rules.strengthened(None, came(), TODAY)
    twice = rules.strengthened(once, came(), TODAY)
    thrice = rules.strengthened(twice, came(), TODAY)
    assert [once.confidence, twice.confidence, thrice.confidence] == [0.4, 0.7, 0.7]
    assert thrice.attendances == 3


def test_coming_does_not_weaken_what_somebody_said_but_keeps_it_alive():
    said = given(confidence=0.9, source=LabelSource.OWN_STATEMENT)
    after = rules.strengthened(said, came(), TODAY)
    assert (after.confidence, after.source) == (0.9, LabelSource.OWN_STATEMENT)
    assert after.given_on == said.given_on
    assert after.expires_on == rules.expiry(TODAY)


def test_coming_once_counts_even_where_an_impression_was_surer():
    first = rules.strengthened(given(confidence=0.5), came(), TODAY)
    second = rules.strengthened(first, came(), TODAY)
    assert (first.confidence, first.attendances) == (0.5, 1)
    assert (second.confidence, second.source) == (0.7, LabelSource.ATTENDANCE)


def test_what_has_expired_is_forgotten():
    old = given(confidence=0.9, expires_on=TODAY - timedelta(days=1), attendances=1)
    assert rules.strengthened(old, came(), TODAY) == came()


def test_a_later_expiry_is_never_shortened_by_a_weaker_sign():
    long = given(confidence=0.9, expires_on=TODAY + timedelta(days=2000))
    assert rules.strengthened(long, came(), TODAY).expires_on == long.expires_on


def test_eight_labels_are_kept_and_of_nine_the_least_sure_goes():
    eight = [given(n, confidence=0.5 + n / 100) for n in range(8)]
    weak = given(99, confidence=0.4)
    assert rules.to_drop(eight, TODAY) is None
    assert rules.to_drop([*eight, weak], TODAY) == weak


def test_of_equally_sure_labels_the_oldest_goes():
    nine = [given(n, given_on=TODAY - timedelta(days=n)) for n in range(9)]
    assert rules.to_drop(nine, TODAY) == nine[8]


def test_expired_labels_take_no_place():
    expired = [given(n, expires_on=TODAY - timedelta(days=1)) for n in range(20)]
    assert rules.to_drop([*expired, given(99)], TODAY) is None


def test_a_child_carries_no_label_and_a_person_of_unknown_age_may():
    assert not rules.may_carry(2013, TODAY)
    assert rules.may_carry(2012, TODAY)
    assert rules.may_carry(None, TODAY)


@pytest.mark.parametrize(
    "name",
    ["信佛", "佛 教 活动", "糖尿病患者", "残疾人", "共产党员党员活动", "维吾尔族歌舞", "离异人士", "单·亲妈妈",
     "难缠客户", "难 缠", "Buddhist circle", "DIABETES patients", "Divorced", "Difficult  Customer", "ｃｈｕｒｃｈ choir"],
)  # fmt: skip
def test_a_label_never_speaks_of_belief_health_politics_origin_marriage_or_trouble(name: str):
    assert found_in(name) is not None


@pytest.mark.parametrize(
    "name",
    ["民族舞", "零钞残损币", "养生讲座", "社保医保", "Erhu", "Seal carving", "Folk dance", "Walking",
     "Marathon", "Gracefulness", "Blindfold chess"],
)  # fmt: skip
def test_harmless_names_are_allowed(name: str):
    assert found_in(name) is None


def test_the_refusal_says_which_word_and_why_in_the_readers_language():
    with pytest.raises(InvalidInput) as refused:
        naming.check_names("癌症病友会", "Cancer friends")
    assert refused.value.fields == {
        "name_zh": "Labels say nothing about illness or disability (“癌”).",
        "name_en": "Labels say nothing about illness or disability (“cancer”).",
    }
    i18n.use(Language.ZH)
    with pytest.raises(InvalidInput) as refused:
        naming.check_names("癌症病友会", "Friends")
    assert set(refused.value.fields) == {"name_zh"}


def test_only_leaves_in_use_go_on_people():
    rules.check_leaf(3, active=True)
    with pytest.raises(RuleBroken, match="lowest level"):
        rules.check_leaf(2, active=True)
    with pytest.raises(RuleBroken, match="retired"):
        rules.check_leaf(3, active=False)


def test_a_label_keeps_its_level_when_it_moves():
    rules.check_place(3, 2)
    with pytest.raises(RuleBroken):
        rules.check_place(3, 1)


def test_only_two_different_leaves_are_merged():
    rules.check_merge(1, 2, (3, 3))
    with pytest.raises(RuleBroken, match="another"):
        rules.check_merge(1, 1, (3, 3))
    with pytest.raises(RuleBroken, match="lowest"):
        rules.check_merge(1, 2, (3, 2))


def test_slugs_are_made_of_english_names_and_numbered_when_taken():
    assert naming.slug_part("Tea & Coffee, slowly") == "tea_coffee_slowly"
    assert naming.slug_part("茶") == "label"
    assert naming.free_slug("a.tea", ["a.tea", "a.tea_2"]) == "a.tea_3"
