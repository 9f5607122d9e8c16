import pytest

from gridcrm.core.who import Role, Who
from gridcrm.outcomes.measure import Rate
from gridcrm.web.today_rules import Step, Verdict, _difference, compare, set_up


def person(role: Role) -> Who:
    return Who(1, "Hang", role, branch_id=1)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (Rate(56, 70), Rate(48, 80), 0.0524, 0.3339),
        (Rate(9, 10), Rate(3, 10), 0.1705, 0.8090),
        (Rate(5, 56), Rate(0, 29), -0.0381, 0.1926),
        (Rate(10, 10), Rate(0, 10), 0.6075, 1.0),
    ],
)
def test_the_difference_has_newcombes_published_interval(
    one: Rate, other: Rate, low: float, high: float
):
    assert _difference(one, other) == pytest.approx((low, high), abs=5e-5)


def test_a_month_is_called_higher_only_beyond_chance():
    assert compare(Rate(56, 70), Rate(48, 80)) is Verdict.HIGHER
    assert compare(Rate(48, 80), Rate(56, 70)) is Verdict.LOWER
    assert compare(Rate(6, 20), Rate(4, 20)) is Verdict.ALIKE


def test_nineteen_people_are_too_few_to_compare():
    assert compare(Rate(19, 19), Rate(1, 500)) is Verdict.TOO_FEW
    assert compare(Rate(20, 20), Rate(1, 19)) is Verdict.TOO_FEW
    assert compare(Rate(20, 20), Rate(1, 500)) is Verdict.HIGHER


def test_the_manager_is_shown_what_is_missing_and_which_of_it_is_theirs():
    steps = set_up({Step.BRANCH, Step.PEOPLE, Step.LABELS}, person(Role.BRANCH_MANAGER))
    missing = [step.step for step in steps if not step.done]

    assert missing == [Step.PLACES, Step.GRID, Step.CUSTOMERS, Step.EVENT]
    assert all(step.mine for step in steps if not step.done)


def test_who_can_help_with_nothing_is_not_bothered():
    assert set_up(set(), person(Role.INSPECTOR)) == []
    assert set_up(set(Step) - {Step.GRID}, person(Role.GRID_OFFICER)) == []


def test_when_everything_is_there_the_list_is_gone():
    assert set_up(set(Step), person(Role.BRANCH_MANAGER)) == []
