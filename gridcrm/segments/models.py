"""Segments: conditions kept as data, and the members frozen when one is used."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Segment(SQLModel, table=True):
    """A named condition over customers; without a branch it is a ready-made archetype.

    `playbook` says in both languages which events fit its people and what they need.
    """

    __tablename__ = "segment"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int | None = Field(default=None, foreign_key="branch.id", index=True)
    slug: str | None = Field(default=None, max_length=40, unique=True)
    name_zh: str = Field(max_length=80)
    name_en: str = Field(max_length=80)
    note: str = Field(default="", max_length=400)
    predicate: dict[str, Any] = Field(sa_type=JSON)
    playbook: dict[str, str] | None = Field(default=None, sa_type=JSON)
    created_by: int | None = Field(default=None, foreign_key="user_account.id")
    created_at: datetime
    archived_at: datetime | None = None


class SegmentLabel(SQLModel, table=True):
    """A label on a segment: what its members tend to like."""

    __tablename__ = "segment_label"

    segment_id: int = Field(foreign_key="segment.id", primary_key=True)
    label_id: int = Field(foreign_key="label.id", primary_key=True)


class SegmentFreeze(SQLModel, table=True):
    """The condition and the members of a segment at the moment it was used."""

    __tablename__ = "segment_freeze"

    id: int | None = Field(default=None, primary_key=True)
    segment_id: int = Field(foreign_key="segment.id", index=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    predicate: dict[str, Any] = Field(sa_type=JSON)
    used_for: str = Field(max_length=80)
    member_count: int
    frozen_by: int = Field(foreign_key="user_account.id")
    frozen_at: datetime


class FreezeMember(SQLModel, table=True):
    """One member of a frozen segment."""

    __tablename__ = "freeze_member"
    __table_args__ = ({"sqlite_with_rowid": False},)

    freeze_id: int = Field(foreign_key="segment_freeze.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
