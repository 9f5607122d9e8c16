"""The taxonomy of interests and what carries a label."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class LabelSource(StrEnum):
    """How we know that a label fits a person."""

    OWN_STATEMENT = "own_statement"
    ATTENDANCE = "attendance"
    INTERVIEW = "interview"
    STAFF_JUDGEMENT = "staff_judgement"
    PARTNER = "partner"
    IMPORT = "import"


class Label(SQLModel, table=True):
    """A node of the taxonomy; `slug` is its path, such as visual.photography.portrait."""

    __tablename__ = "label"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    parent_id: int | None = Field(default=None, foreign_key="label.id", index=True)
    depth: int
    name_zh: str = Field(max_length=40)
    name_en: str = Field(max_length=60)
    position: int = 0
    active: bool = True


class LabelAlias(SQLModel, table=True):
    """A slug that leads to another label since its own was moved or merged."""

    __tablename__ = "label_alias"

    slug: str = Field(primary_key=True, max_length=80)
    label_id: int = Field(foreign_key="label.id", index=True)


class LabelRelation(SQLModel, table=True):
    """Two labels that lie close to each other; `label_id` is the smaller id."""

    __tablename__ = "label_relation"

    label_id: int = Field(foreign_key="label.id", primary_key=True)
    related_id: int = Field(foreign_key="label.id", primary_key=True)


class CustomerLabel(SQLModel, table=True):
    """A label on a customer, with its source, confidence, date and expiry."""

    __tablename__ = "customer_label"
    __table_args__ = (
        Index("ix_customer_label_label_customer", "label_id", "customer_id"),
        {"sqlite_with_rowid": False},  # found by its key alone, and a third smaller
    )

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    label_id: int = Field(foreign_key="label.id", primary_key=True)
    source: LabelSource = Field(sa_type=choice(LabelSource))
    confidence: float
    attendances: int = 0
    given_on: date
    expires_on: date
    given_by: int | None = Field(default=None, foreign_key="user_account.id")
    updated_at: datetime


class RemovedLabel(SQLModel, table=True):
    """A label taken off a customer, kept for a while so that it can be put back as it was."""

    __tablename__ = "customer_label_removed"

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    label_id: int = Field(foreign_key="label.id", primary_key=True)
    source: LabelSource = Field(sa_type=choice(LabelSource))
    confidence: float
    attendances: int = 0
    given_on: date
    expires_on: date
    given_by: int | None = Field(default=None, foreign_key="user_account.id")
    removed_by: int | None = Field(default=None, foreign_key="user_account.id")
    removed_at: datetime


class CellLabel(SQLModel, table=True):
    """A label that the team put on a cell by hand, beside those rolled up from its people."""

    __tablename__ = "cell_label"

    cell_id: int = Field(foreign_key="grid_cell.id", primary_key=True)
    label_id: int = Field(foreign_key="label.id", primary_key=True, index=True)
