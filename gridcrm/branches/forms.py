"""What people may send about branches and places."""

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import field_validator, model_validator
from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.branches.models import LONGEST_LAYER, PlaceKind
from gridcrm.core.i18n import gettext

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 100, 20_000


class BranchEdit(SQLModel):
    """What may change about a branch."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=80)
    time_zone: str = Field(default="Asia/Shanghai", max_length=64)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    datum: Datum
    catchment_radius_m: float = Field(default=1500, ge=SMALLEST_RADIUS_M, le=LARGEST_RADIUS_M)
    customer_count: int | None = Field(default=None, ge=0, le=2_000_000_000)
    transaction_count: int | None = Field(default=None, ge=0, le=2_000_000_000)
    counts_on: date | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(gettext("Give a time zone such as Asia/Shanghai."))
        return ZoneInfo(value).key

    @model_validator(mode="after")
    def _counts_are_dated(self) -> Self:
        counted = self.customer_count is not None or self.transaction_count is not None
        if counted and self.counts_on is None:
            raise ValueError(
                gettext("Say on which day the customers and transactions were counted.")
            )
        return self


class BranchIn(BranchEdit):
    """A new branch."""

    code: str = Field(min_length=1, max_length=32, schema_extra={"pattern": r"^[A-Za-z0-9._-]+$"})


class PlacesIn(SQLModel):
    """What somebody says about a file of places."""

    model_config = {"extra": "forbid"}

    source: str = Field(min_length=1, max_length=120)
    licence: str = Field(min_length=1, max_length=160)
    datum: Datum
    kind: PlaceKind | None = None
    kind_property: str = Field(default="", max_length=64)
    layer: str = Field(default="", max_length=LONGEST_LAYER)

    @model_validator(mode="after")
    def _kind_is_said_once(self) -> Self:
        if self.kind is not None and self.kind_property:
            raise ValueError(
                gettext("Choose one kind for the file, or name the property that tells it.")
            )
        return self


class AreaIn(SQLModel):
    """In which datum an area was drawn."""

    model_config = {"extra": "forbid"}

    area_datum: Datum


class DatumIn(SQLModel):
    """What somebody answers to a doubt: in which datum positions are, said to be in another."""

    model_config = {"extra": "forbid"}

    said: Datum
    datum: Datum


class ChoiceIn(SQLModel):
    """A branch to look at, by its code or in words, and where to go then."""

    model_config = {"extra": "forbid"}

    code: str = Field(min_length=1, max_length=80)
    next: str = Field(default="/", max_length=400)
