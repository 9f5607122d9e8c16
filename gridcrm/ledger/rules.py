"""What is due, and what a record of the desk must hold."""

from datetime import date, datetime
from enum import StrEnum

from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_
from gridcrm.core.who import Role, Who

_LEADS_OTHERS = frozenset({Role.GRID_LEAD, Role.BRANCH_MANAGER})


class Urgency(StrEnum):
    """How a task stands on a day."""

    TODO = "todo"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


def sees_the_team(who: Who) -> bool:
    """Return whether a person sees, and may close, the tasks of everybody in the branch."""
    return who.role in _LEADS_OTHERS


def urgency(due_on: date, done_at: datetime | None, today: date) -> Urgency:
    """Return how a task stands today."""
    if done_at is not None:
        return Urgency.DONE
    if due_on == today:
        return Urgency.DUE
    return Urgency.OVERDUE if due_on < today else Urgency.TODO


def may_close(who: Who, assignee_id: int, created_by: int) -> bool:
    """Return whether a person may mark a task as done or open it again."""
    return sees_the_team(who) or who.user_id in (assignee_id, created_by)


def check_due(due_on: date, today: date) -> None:
    """Refuse a new task that is already late."""
    if due_on < today:
        raise InvalidInput({"due_on": "Give today or a later day."})


def check_visit(
    visited_on: date, next_on: date | None, next_step: str, today: date, *, has_object: bool
) -> None:
    """Refuse a visit to nowhere, in the future, or with a date for a step that is not named."""
    wrong: dict[str, str] = {}
    if not has_object:
        wrong["cell_id"] = N_("Choose a cell, or start from a customer's page.")
    if visited_on > today:
        wrong["visited_on"] = N_("A visit is recorded when it has happened: give today or earlier.")
    if next_on is not None and not next_step:
        wrong["next_step"] = N_("Say what is to be done by then.")
    if next_on is not None and next_on < visited_on:
        wrong["next_on"] = N_("Give a day after the visit.")
    if wrong:
        raise InvalidInput(wrong)
