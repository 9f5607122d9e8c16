"""What people may send about tasks and visits."""

from datetime import date

from sqlmodel import Field, SQLModel

from gridcrm.ledger.models import VisitResult


class TaskIn(SQLModel):
    """A new task, for oneself unless a colleague is named."""

    model_config = {"extra": "forbid"}

    title: str = Field(min_length=1, max_length=160)
    due_on: date
    assignee_id: int | None = None
    customer_id: int | None = None
    cell_id: int | None = None
    next: str = Field(default="", max_length=400)


class VisitIn(SQLModel):
    """A visit that has happened, and what follows from it."""

    model_config = {"extra": "forbid"}

    visited_on: date
    cell_id: int | None = None
    customer_id: int | None = None
    companion_id: int | None = None
    result: VisitResult
    need: str = Field(default="", max_length=200)
    next_step: str = Field(default="", max_length=160)
    next_on: date | None = None
    next: str = Field(default="", max_length=400)


class VisitFilter(SQLModel):
    """Which visits to list."""

    model_config = {"extra": "ignore"}

    cell: int | None = None
    visitor: int | None = None
    result: VisitResult | None = None
    since: date | None = None
