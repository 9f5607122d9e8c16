"""The desk: visits and tasks."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class VisitResult(StrEnum):
    """How a visit ended."""

    RECORDED = "recorded"
    NOT_HOME = "not_home"
    REFUSED = "refused"


class Visit(SQLModel, table=True):
    """A visit to a cell, to a customer in it or to nobody in particular."""

    __tablename__ = "visit"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    visited_on: date = Field(index=True)
    visitor_id: int = Field(foreign_key="user_account.id")
    companion_id: int | None = Field(default=None, foreign_key="user_account.id")
    result: VisitResult = Field(default=VisitResult.RECORDED, sa_type=choice(VisitResult))
    need: str = Field(default="", max_length=200)
    next_step: str = Field(default="", max_length=200)
    next_on: date | None = None
    created_at: datetime


class Task(SQLModel, table=True):
    """Something that somebody has to do by a day."""

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    title: str = Field(max_length=160)
    assignee_id: int = Field(foreign_key="user_account.id", index=True)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    due_on: date = Field(index=True)
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    done_at: datetime | None = None
