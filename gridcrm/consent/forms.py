"""What people may send about consent."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel

from gridcrm.consent.models import ConsentState, Purpose
from gridcrm.consent.rules import How


class Said(StrEnum):
    """What a person may answer; saying nothing is no answer."""

    GRANTED = ConsentState.GRANTED.value
    REFUSED = ConsentState.REFUSED.value


class ConsentIn(SQLModel):
    """A statement about one purpose; nothing in it has a default that means yes."""

    model_config = {"extra": "forbid"}

    purpose: Purpose
    state: Said
    how: How
    notice_version: str = Field(default="", max_length=40)
    expires_on: date | None = None


class WithdrawIn(SQLModel):
    """How a person took their consent back."""

    model_config = {"extra": "forbid"}

    how: How = How.AT_THE_DESK
