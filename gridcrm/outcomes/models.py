"""What was sold or achieved, who said so, and who checked it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
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


class Outcome(SQLModel, table=True):
    """Something a customer did with us; it credits one event at most."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("branch_id", "reference"),)

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    kind: OutcomeKind = Field(sa_type=choice(OutcomeKind))
    product: str = Field(default="", max_length=32)
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)
    happened_on: date = Field(index=True)
    reference: str | None = Field(default=None, max_length=64)
    sales_zone: bool = False
    recording_ref: str = Field(default="", max_length=64)
    state: OutcomeState = Field(default=OutcomeState.CLAIMED, sa_type=choice(OutcomeState))
    claimed_by: int = Field(foreign_key="user_account.id")
    claimed_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")
    decided_at: datetime | None = None
    decision_note: str = Field(default="", max_length=200)
