"""What people and programs may send about events."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator
from sqlmodel import Field, SQLModel

from gridcrm.core.i18n import gettext
from gridcrm.customers import phones
from gridcrm.events.models import Channel

MOST_SEATS = 2000
LARGEST_PARTY = 5
NO_LABEL = "none"
_YEARS = range(2000, 2100)


class EventIn(SQLModel):
    """A plan: what, when, where, for how many; a time without a zone is the branch's own time.

    What is left out comes from the template.
    """

    model_config = {"extra": "forbid"}

    template: str = Field(max_length=40)
    title: str = Field(default="", max_length=120)
    starts_at: datetime
    ends_at: datetime | None = None
    minutes: int | None = Field(default=None, ge=5, le=1440)
    capacity: int | None = Field(default=None, ge=1, le=MOST_SEATS)
    venue_id: int | None = None
    series_id: int | None = None
    cell_id: int | None = None
    host_id: int | None = None
    partner: str = Field(default="", max_length=120)
    description: str = Field(default="", max_length=2000)
    names_product: bool = False
    outcome_window_days: int = Field(default=30, ge=1, le=365)
    labels: list[str] | None = Field(default=None, max_length=8)

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _in_our_time(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.year not in _YEARS:
            raise ValueError(gettext("Give a date and time such as 2026-11-21 14:00."))
        return value

    @field_validator("labels", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        """A form sends one label as a word, and NO_LABEL so that none can be told from no answer."""
        values = [value] if isinstance(value, str) else value
        return [v for v in values if v != NO_LABEL] if isinstance(values, list) else values


class Start(StrEnum):
    """When a micro-salon begins."""

    NOW = "now"
    SOON = "soon"


class MicroIn(SQLModel):
    """A micro-salon: theme, corner, host, now or in a quarter of an hour."""

    model_config = {"extra": "forbid"}

    theme: str = Field(max_length=40)
    venue_id: int | None = None
    host_id: int | None = None
    start: Start = Start.NOW


class VenueIn(SQLModel):
    """A room or corner."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=80)
    capacity: int = Field(ge=1, le=MOST_SEATS)
    active: bool = False


class SeriesIn(SQLModel):
    """A series of events."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=80)


class StepIn(SQLModel):
    """What goes with a step of an event: a note, what it cost, what was learned."""

    model_config = {"extra": "forbid"}

    note: str = Field(default="", max_length=400)
    cost: Decimal | None = Field(default=None, ge=0, le=10_000_000, decimal_places=2)
    review: str = Field(default="", max_length=2000)


class InviteIn(SQLModel):
    """Whom to invite, and by which ways."""

    model_config = {"extra": "forbid"}

    segment_id: int
    channels: list[Channel] = Field(default_factory=lambda: list(Channel), min_length=1)

    @field_validator("channels", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class RegistrationIn(SQLModel):
    """A customer who wants to come, with how many."""

    model_config = {"extra": "forbid"}

    customer_id: int
    party_size: int = Field(default=1, ge=1, le=LARGEST_PARTY)


class CheckInIn(SQLModel):
    """Who has come: by registration, or by customer if there is none yet."""

    model_config = {"extra": "forbid"}

    registration_id: int | None = None
    customer_id: int | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.registration_id is None) == (self.customer_id is None):
            raise ValueError("Give either registration_id or customer_id.")
        return self


class FindIn(SQLModel):
    """What is asked at the door: a scanned code, or four digits and a surname together."""

    model_config = {"extra": "forbid"}

    code: str = Field(default="", max_length=200)
    digits: str = Field(default="", schema_extra={"pattern": r"^\d{4}$|^$"})
    surname: str = Field(default="", max_length=20)


class GuestIn(SQLModel):
    """Somebody who registers themselves: through a poster, or in person at the door."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=80)
    phone: str = Field(default="", max_length=40)
    party_size: int = Field(default=1, ge=1, le=LARGEST_PARTY)

    @field_validator("phone")
    @classmethod
    def _as_digits(cls, value: str) -> str:
        return phones.checked(value) if value else ""


class SignUpIn(GuestIn):
    """Somebody who registers through a poster; the phone number tells one from another."""

    phone: str = Field(min_length=1, max_length=40)


class HeadsIn(SQLModel):
    """One head more or less."""

    model_config = {"extra": "forbid"}

    change: Literal["1", "-1"]


class Reply(StrEnum):
    """What an invited person answers."""

    COME = "come"
    MAYBE = "maybe"
    NO = "no"


class ReplyIn(SQLModel):
    """An answer to an invitation."""

    model_config = {"extra": "forbid"}

    answer: Reply
    party_size: int = Field(default=1, ge=1, le=LARGEST_PARTY)
