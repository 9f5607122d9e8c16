"""What people may send about customers."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.core.forms import Ids
from gridcrm.customers import phones
from gridcrm.customers.models import RevealReason, Tier

_FEN_PER_YUAN = 100


class Gender(StrEnum):
    """As far as it is known."""

    FEMALE = "female"
    MALE = "male"


class CustomerBase(SQLModel):
    """What a form may say of a customer, besides who they are."""

    model_config = {"extra": "forbid"}

    number: str | None = Field(
        default=None, max_length=64, schema_extra={"pattern": r"^[0-9A-Za-z][0-9A-Za-z_\-./]*$"}
    )
    gender: Gender | None = None
    birth_year: int | None = Field(default=None, ge=1890)
    occupation: str = Field(default="", max_length=80)
    organisation: str = Field(default="", max_length=120)
    community: str = Field(default="", max_length=120)
    aum_yuan: Decimal | None = Field(default=None, ge=0, le=10**11)
    tier: Tier | None = None
    has_child: bool | None = None
    moved_in_on: date | None = None
    opened_on: date | None = None
    last_active_on: date | None = None
    source: str = Field(default="", max_length=80)

    @property
    def aum_fen(self) -> int | None:
        """Return assets under management in fen."""
        return None if self.aum_yuan is None else round(self.aum_yuan * _FEN_PER_YUAN)


class CustomerIn(CustomerBase):
    """A new customer or prospect."""

    name: str = Field(min_length=1, max_length=80)
    phone: str | None = Field(default=None, max_length=40)
    building: str = Field(default="", max_length=80)

    @field_validator("phone")
    @classmethod
    def _as_digits(cls, value: str | None) -> str | None:
        return phones.checked(value) if value else None


class CustomerEdit(CustomerBase):
    """Changes of a customer; name, phone and building stay as they are where nothing is given."""

    name: str | None = Field(default=None, max_length=80)
    phone: str | None = Field(default=None, max_length=40)
    building: str | None = Field(default=None, max_length=80)
    no_phone: bool = False

    @field_validator("phone")
    @classmethod
    def _as_digits(cls, value: str | None) -> str | None:
        return phones.checked(value) if value else None


class LookupIn(SQLModel):
    """A phone number, whole."""

    model_config = {"extra": "forbid"}

    phone: str = Field(min_length=1, max_length=40)

    @field_validator("phone")
    @classmethod
    def _as_digits(cls, value: str) -> str:
        return phones.checked(value)


class RevealIn(SQLModel):
    """Why a name and a phone number have to be seen whole."""

    model_config = {"extra": "forbid"}

    reason: RevealReason


class OwnerIn(SQLModel):
    """Who is to look after a customer; oneself if nobody is named."""

    model_config = {"extra": "forbid"}

    owner_id: int | None = None


class PickedIn(SQLModel):
    """People picked in the list, for one of its actions; the fields of the others are passed over."""

    model_config = {"extra": "ignore"}

    customer_id: Ids = Field(min_length=1, max_length=5000)
    owner_id: int | None = None
    back: str = "/customers"


class ContactIn(SQLModel):
    """Whether a customer may be contacted at all."""

    model_config = {"extra": "forbid"}

    do_not_contact: bool


class PositionIn(SQLModel):
    """Where a customer lives, and perhaps all of their community who have no position yet."""

    model_config = {"extra": "forbid"}

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    datum: Datum = Datum.WGS84
    whole_community: bool = False


class CommunityIn(SQLModel):
    """Where a community lies, as it is written in the records."""

    model_config = {"extra": "forbid"}

    community: str = Field(min_length=1, max_length=120)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class FileIn(SQLModel):
    """What has to be said about a file of customers before it can be read."""

    model_config = {"extra": "forbid"}

    datum: Datum
    sheet: str = Field(default="", max_length=80)
