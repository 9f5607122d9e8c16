"""Tables that belong to no domain: the audit chain and the answers kept for retries."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

import gridcrm.core.tables  # noqa: F401 - constraint names come before the first table


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing; the database refuses changes, the chain shows them."""

    __tablename__ = "audit_entry"

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    at: datetime = Field(index=True)
    actor_id: int | None = None
    role: str = Field(max_length=32)
    branch_id: int | None = Field(default=None, index=True)
    action: str = Field(max_length=64)
    object_type: str = Field(max_length=32)
    object_id: str = Field(max_length=64)
    details: dict[str, Any] = Field(sa_type=JSON)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of the audit chain; its row lock puts writers in order."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)


class KeptAnswer(SQLModel, table=True):
    """The answer to a mutating API call, kept for a retry with the same idempotency key."""

    __tablename__ = "kept_answer"

    actor_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str = Field(primary_key=True, max_length=128)
    request_hash: str = Field(max_length=64)
    status: int
    content_type: str = Field(max_length=80)
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(index=True)
