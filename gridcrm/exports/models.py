"""The register of lists that left the system."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class ListKind(StrEnum):
    """Whom a list names."""

    SEGMENT = "segment"
    EVENT_INVITED = "event_invited"
    EVENT_REGISTERED = "event_registered"
    EVENT_ATTENDED = "event_attended"
    CELL = "cell"
    CUSTOMERS = "customers"


class Use(StrEnum):
    """What a list is for; the first four are marketing and need the matching consent."""

    MARKETING_SMS = "marketing_sms"
    MARKETING_CALL = "marketing_call"
    WECHAT = "wechat_contact"
    PARTNER = "partner_share"
    EVENT = "event"
    VISIT = "visit"
    ANALYSIS = "analysis"


class FileFormat(StrEnum):
    """What a list can be written as."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportEntry(SQLModel, table=True):
    """Who took which list, when, for what, with which filter, columns and rows.

    `purpose` is what it is for and `reason` says it in the taker's words; `dropped` counts who was
    left out, by reason.
    """

    __tablename__ = "export_entry"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    kind: ListKind = Field(sa_type=choice(ListKind))
    object_id: int | None = None
    title: str = Field(default="", max_length=160)
    filter: dict[str, Any] = Field(sa_type=JSON)
    columns: list[str] = Field(sa_type=JSON)
    masked: bool
    purpose: Use = Field(sa_type=choice(Use))
    reason: str = Field(default="", max_length=200)
    format: FileFormat = Field(sa_type=choice(FileFormat))
    row_count: int
    dropped: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    sha256: str = Field(max_length=64)
    taken_by: int = Field(foreign_key="user_account.id", index=True)
    taken_at: datetime = Field(index=True)


class ExportMember(SQLModel, table=True):
    """A customer who stood on a list, so that one can ask which lists they were on."""

    __tablename__ = "export_member"

    export_id: int = Field(foreign_key="export_entry.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
