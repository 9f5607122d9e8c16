"""What a person agreed to, for which purpose, and when they took it back."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class Purpose(StrEnum):
    """What personal data may be used for; each needs its own consent."""

    SERVICE_NOTICE = "service_notice"
    MARKETING_SMS = "marketing_sms"
    MARKETING_CALL = "marketing_call"
    WECHAT_CONTACT = "wechat_contact"
    EVENT_PHOTO = "event_photo"
    PARTNER_SHARE = "partner_share"
    PROFILING = "profiling"


class ConsentState(StrEnum):
    """A consent is granted or refused; a later withdrawal is written on it."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Consent(SQLModel, table=True):
    """One statement of a person about one purpose; a new statement is a new row."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_customer_id_purpose_given_at", "customer_id", "purpose", "given_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    branch_id: int = Field(foreign_key="branch.id", index=True)
    purpose: Purpose = Field(sa_type=choice(Purpose))
    state: ConsentState = Field(sa_type=choice(ConsentState))
    notice_version: str = Field(default="", max_length=40)
    obtained_how: str = Field(max_length=80)
    recorded_by: int | None = Field(default=None, foreign_key="user_account.id")
    given_at: datetime
    expires_on: date | None = None
    withdrawn_at: datetime | None = None
