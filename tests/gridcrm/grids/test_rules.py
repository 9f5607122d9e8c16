from contextlib import nullcontext

import pytest

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.who import Role, Who
from gridcrm.grids.models import GridCell, GridPlan, PlanState
from gridcrm.grids.rules import (
    Editing,
    editing,
    must_be_current,
    must_be_drawable,
    must_be_staff,
    must_edit,
)


def person(role: Role, user_id: int = 7) -> Who:
    return Who(user_id=user_id, display_name="x", role=role, branch_id=1)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (person(Role.BRANCH_MANAGER), Editing.ALL),
        (person(Role.GRID_LEAD, 1), Editing.PROFILE),
        (person(Role.GRID_OFFICER, 2), Editing.PROFILE),
        (person(Role.GRID_LEAD), Editing.NOTHING),
        (person(Role.MARKETING), Editing.NOTHING),
    ],
)
def test_the_manager_changes_all_and_who_looks_after_a_cell_its_profile(who: Who, allowed: Editing):
    cell = GridCell(lead_id=1, backup_id=2)
    assert editing(who, cell) is allowed
    for whole, fine in ((False, allowed is not Editing.NOTHING), (True, allowed is Editing.ALL)):
        with nullcontext() if fine else pytest.raises(RuleBroken, match="Only the manager"):
            must_edit(who, cell, whole=whole)


def test_a_cell_without_a_lead_belongs_to_nobody():
    assert editing(person(Role.GRID_OFFICER), GridCell()) is Editing.NOTHING


@pytest.mark.parametrize(
    ("state", "drawable", "current"),
    [
        (PlanState.DRAFT, True, True),
        (PlanState.PUBLISHED, False, True),
        (PlanState.RETIRED, False, False),
    ],
)
def test_only_a_draft_is_drawn_and_only_a_replaced_plan_is_closed(
    state: PlanState, drawable: bool, current: bool
):
    plan = GridPlan(state=state)

    for rule, fine in ((must_be_drawable, drawable), (must_be_current, current)):
        if fine:
            rule(plan)
        else:
            with pytest.raises(RuleBroken):
                rule(plan)


@pytest.mark.parametrize(
    ("lead_id", "backup_id", "wrong"),
    [
        (1, 2, set()),
        (None, None, set()),
        (None, 2, set()),
        (9, 2, {"lead_id"}),
        (1, 9, {"backup_id"}),
        (1, 1, {"backup_id"}),
    ],
)
def test_lead_and_backup_are_two_people_of_the_branch(
    lead_id: int | None, backup_id: int | None, wrong: set[str]
):
    if not wrong:
        must_be_staff(lead_id, backup_id, {1, 2})
        return
    with pytest.raises(InvalidInput) as refused:
        must_be_staff(lead_id, backup_id, {1, 2})
    assert set(refused.value.fields) == wrong
