from datetime import UTC, date, datetime, timedelta

import pytest

from gridcrm.core.errors import InvalidInput
from gridcrm.core.who import Role, Who
from gridcrm.ledger.rules import Urgency, check_due, check_visit, may_close, urgency

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
DONE = datetime(2026, 11, 20, tzinfo=UTC)


def person(role: Role, user_id: int = 1) -> Who:
    return Who(user_id=user_id, display_name="x", role=role, branch_id=1)


@pytest.mark.parametrize(
    ("due_on", "done_at", "expected"),
    [
        (TODAY - DAY, None, Urgency.OVERDUE),
        (TODAY, None, Urgency.DUE),
        (TODAY + DAY, None, Urgency.TODO),
        (TODAY - DAY, DONE, Urgency.DONE),
    ],
)
def test_a_task_stands_by_its_day(due_on: date, done_at: datetime | None, expected: Urgency):
    assert urgency(due_on, done_at, TODAY) is expected


def test_a_task_is_closed_by_whose_it_is_by_who_gave_it_and_by_who_leads():
    assert may_close(person(Role.LOBBY_MANAGER, 1), assignee_id=1, created_by=2)
    assert may_close(person(Role.LOBBY_MANAGER, 2), assignee_id=1, created_by=2)
    assert may_close(person(Role.GRID_LEAD, 3), assignee_id=1, created_by=2)
    assert not may_close(person(Role.GRID_OFFICER, 3), assignee_id=1, created_by=2)


def test_a_new_task_is_not_late_already():
    check_due(TODAY, TODAY)
    with pytest.raises(InvalidInput):
        check_due(TODAY - DAY, TODAY)


def test_a_whole_visit_passes():
    check_visit(TODAY, TODAY + DAY, "call back", TODAY, has_object=True)
    check_visit(TODAY - DAY, None, "", TODAY, has_object=True)


@pytest.mark.parametrize(
    ("visited_on", "next_on", "next_step", "has_object", "field"),
    [
        (TODAY, None, "", False, "cell_id"),
        (TODAY + DAY, None, "", True, "visited_on"),
        (TODAY, TODAY + DAY, "", True, "next_step"),
        (TODAY, TODAY - DAY, "call", True, "next_on"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_beside_the_field(
    visited_on: date, next_on: date | None, next_step: str, has_object: bool, field: str
):
    with pytest.raises(InvalidInput) as refused:
        check_visit(visited_on, next_on, next_step, TODAY, has_object=has_object)
    assert list(refused.value.fields) == [field]
