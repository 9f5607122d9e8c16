"""What people may send about customers."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import AwareDatetime, field_validator
from sqlmodel import Field, SQLModel

from geo import Datum
from geo.huff import DECAY
from geo.walking import SPEED_M_PER_MIN
from gridcrm.core.forms import Ids
from gridcrm.core.i18n import gettext
from gridcrm.customers import phones
from gridcrm.customers.models import RevealReason, Tier

_FEN_PER_YUAN = 100
_MOST_LIMITS = 6
_FARTHEST_M, _LONGEST_MIN = 20_000, 120
_STRONGEST = 1000


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


class CommunitiesIn(SQLModel):
    """Names of communities with the places that were ticked for them.

    Each is longitude, latitude and name with spaces between: a box in a form has one value.
    """

    model_config = {"extra": "forbid"}

    chosen: list[CommunityIn] = Field(default=[], max_length=200)

    @field_validator("chosen", mode="before")
    @classmethod
    def _parts(cls, value: object) -> list[dict[str, str]]:
        given = value if isinstance(value, list) else [value]
        names = ("lon", "lat", "community")
        return [dict(zip(names, str(one).split(" ", 2), strict=False)) for one in given]


class UndoIn(SQLModel):
    """When the names were decided that are to be taken back together."""

    model_config = {"extra": "forbid"}

    decided_at: AwareDatetime


class FileIn(SQLModel):
    """What has to be said about a file of customers before it can be read."""

    model_config = {"extra": "forbid"}

    datum: Datum
    sheet: str = Field(default="", max_length=80)


class CatchmentIn(SQLModel):
    """How walks and shares are to be worked out; limits are written like "5, 10, 15"."""

    model_config = {"extra": "forbid"}

    rings_m: list[float]
    minutes: list[float]
    speed_m_per_min: float = Field(default=SPEED_M_PER_MIN, ge=20, le=200)
    decay: float = Field(default=DECAY, ge=0, le=6)
    attraction: float = Field(default=1.0, gt=0, le=_STRONGEST)
    attractions: dict[str, Annotated[float, Field(ge=0, le=_STRONGEST)]] = {}

    @field_validator("rings_m", "minutes", mode="before")
    @classmethod
    def _listed(cls, value: object) -> list[float]:
        words = str(value).replace("，", ",").replace("、", ",").split(",")
        try:
            return [float(word) for word in words]
        except ValueError:
            raise ValueError(gettext("Write numbers with commas, such as 5, 10, 15.")) from None

    @field_validator("rings_m", "minutes")
    @classmethod
    def _ascending(cls, value: list[float]) -> list[float]:
        if not all(low < high for low, high in pairwise([0.0, *value])):
            raise ValueError(
                gettext("Begin with the smallest; each is larger than the one before.")
            )
        if len(value) > _MOST_LIMITS:
            raise ValueError(gettext("Give at most {n} numbers.").format(n=_MOST_LIMITS))
        return value

    @field_validator("rings_m")
    @classmethod
    def _near(cls, value: list[float]) -> list[float]:
        if value[-1] > _FARTHEST_M:
            raise ValueError(gettext("Give at most {le}.").format(le=_FARTHEST_M))
        return value

    @field_validator("minutes")
    @classmethod
    def _walkable(cls, value: list[float]) -> list[float]:
        if value[-1] > _LONGEST_MIN:
            raise ValueError(gettext("Give at most {le}.").format(le=_LONGEST_MIN))
        return value

    @field_validator("attractions")
    @classmethod
    def _unusual(cls, value: dict[str, float]) -> dict[str, float]:
        return {place: pull for place, pull in value.items() if pull != 1}
