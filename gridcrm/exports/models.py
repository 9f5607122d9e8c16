"""The register of lists that left the system."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class ExportEntry(SQLModel, table=True):
    """Who took which list, when, for what, with which filter, columns and rows."""

    __tablename__ = "export_entry"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    kind: str = Field(max_length=24)
    object_id: int | None = None
    filter: dict[str, Any] = Field(sa_type=JSON)
    columns: list[str] = Field(sa_type=JSON)
    masked: bool
    purpose: str = Field(max_length=200)
    format: str = Field(max_length=8)
    row_count: int
    sha256: str = Field(max_length=64)
    taken_by: int = Field(foreign_key="user_account.id")
    taken_at: datetime = Field(index=True)


class ExportMember(SQLModel, table=True):
    """A customer who stood on a list, so that one can ask which lists they were on."""

    __tablename__ = "export_member"

    export_id: int = Field(foreign_key="export_entry.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
