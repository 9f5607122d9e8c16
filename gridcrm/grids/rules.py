"""Who may change what about plans and cells, and when."""

from collections.abc import Collection
from enum import StrEnum

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import N_
from gridcrm.core.who import Right, Who
from gridcrm.grids.models import GridCell, GridPlan, PlanState

PROFILE = ("households", "population", "merchants", "buildings", "competitors")
MOST_CELLS_A_LEAD = 3
"""Beyond this one person can't know the households any more (grid practice of the branches)."""
MEANWHILE = N_("Somebody has changed this draft meanwhile. Load the page again.")


class Editing(StrEnum):
    """How much of a cell a person may change."""

    ALL = "all"
    PROFILE = "profile"
    NOTHING = "nothing"


def editing(who: Who, cell: GridCell) -> Editing:
    """Return what this person may change: a manager all, those who look after the cell its profile."""
    if who.may(Right.GRIDS_EDIT):
        return Editing.ALL
    own = who.user_id in (cell.lead_id, cell.backup_id)
    return Editing.PROFILE if own else Editing.NOTHING


def must_edit(who: Who, cell: GridCell, *, whole: bool = False) -> None:
    """Refuse who may not change a cell, or not the `whole` of it."""
    enough = {Editing.ALL} if whole else {Editing.ALL, Editing.PROFILE}
    if editing(who, cell) not in enough:
        raise RuleBroken("Only the manager and those who look after this cell may change it.")


def must_be_drawable(plan: GridPlan) -> None:
    """Refuse to touch the shapes of a plan that counts or has counted."""
    if plan.state is not PlanState.DRAFT:
        raise RuleBroken("A published plan keeps its cells. Draw a new version instead.")


def must_be_shapable(plan: GridPlan, seen: int) -> None:
    """Refuse to change cells by hand in a plan that counts, or that looks otherwise by now."""
    if plan.state is not PlanState.DRAFT:
        raise RuleBroken("A published plan keeps its cells. Make a draft of it and change that.")
    if seen != plan.revision:
        raise RuleBroken(MEANWHILE)


def must_be_current(plan: GridPlan) -> None:
    """Refuse to change the cells of a plan that another one has replaced."""
    if plan.state is PlanState.RETIRED:
        raise RuleBroken(
            "This plan has been replaced. Change the cell in the plan that counts now."
        )


def must_be_staff(lead_id: int | None, backup_id: int | None, staff: Collection[int]) -> None:
    """Refuse people from elsewhere, and one person in both places."""
    wrong = {}
    if lead_id is not None and lead_id not in staff:
        wrong["lead_id"] = N_("Choose somebody who works in this branch.")
    if backup_id is not None and backup_id not in staff:
        wrong["backup_id"] = N_("Choose somebody who works in this branch.")
    elif backup_id is not None and backup_id == lead_id:
        wrong["backup_id"] = N_("The backup is somebody else than the lead.")
    if wrong:
        raise InvalidInput(wrong)
