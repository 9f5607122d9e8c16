"""What was sold or achieved, who said so, and who checked it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class OutcomeKind(StrEnum):
    """A financial outcome counts toward conversion, an engagement outcome does not."""

    ACCOUNT_OPENED = "account_opened"
    DEPOSIT_INCREASE = "deposit_increase"
    PRODUCT_PURCHASED = "product_purchased"
    LOAN_APPLIED = "loan_applied"
    LOAN_APPROVED = "loan_approved"
    CARD_ISSUED = "card_issued"
    ACQUIRING_BOUND = "acquiring_bound"
    EBANK_ACTIVATED = "ebank_activated"
    PAYROLL_SIGNED = "payroll_signed"
    SALON_REFERRAL = "salon_referral"
    CONSENT_GAINED = "consent_gained"
    WECHAT_ADDED = "wechat_added"
    PROFILE_COMPLETED = "profile_completed"
    APPOINTMENT_MADE = "appointment_made"
    COMPLAINT_REPAIRED = "complaint_repaired"
    HOME_SERVICE_DONE = "home_service_done"


class OutcomeState(StrEnum):
    """Only a verified outcome counts."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    REJECTED = "rejected"
    REVERSED = "reversed"


class LedgerState(StrEnum):
    """A ledger is checked first and committed once."""

    CHECKED = "checked"
    COMMITTED = "committed"


class Outcome(SQLModel, table=True):
    """Something a customer did with us.

    It credits at most one event, the last one attended (`event_id`); `first_event_id` is the one
    that a first-touch view credits. `entered_by` is set where somebody else typed it in.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("branch_id", "reference"),
        Index("ix_outcome_branch_id_state", "branch_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    first_event_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    kind: OutcomeKind = Field(sa_type=choice(OutcomeKind))
    product: str = Field(default="", max_length=32)
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    happened_on: date = Field(index=True)
    reference: str | None = Field(default=None, max_length=64)
    sales_zone: bool = False
    recording_ref: str = Field(default="", max_length=64)
    state: OutcomeState = Field(default=OutcomeState.CLAIMED, sa_type=choice(OutcomeState))
    claimed_by: int = Field(foreign_key="user_account.id", index=True)
    entered_by: int | None = Field(default=None, foreign_key="user_account.id")
    claimed_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")
    decided_at: datetime | None = None
    decision_note: str = Field(default="", max_length=200)


class OutcomeLedger(SQLModel, table=True):
    """A ledger file of outcomes; its bytes are dropped when it is committed."""

    __tablename__ = "outcome_ledger"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    filename: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    content: bytes | None = None
    report: dict[str, Any] = Field(sa_type=JSON)
    state: LedgerState = Field(default=LedgerState.CHECKED, sa_type=choice(LedgerState))
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    committed_at: datetime | None = None
