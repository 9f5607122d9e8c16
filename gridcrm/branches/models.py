"""Branches, their surroundings and the places in them."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.core.tables import choice


class PlaceKind(StrEnum):
    """What a place around the branch is."""

    COMMUNITY = "community"
    SCHOOL = "school"
    COMPETITOR = "competitor"
    MERCHANT = "merchant"
    PARK = "park"
    BUILDING = "building"
    ROAD = "road"
    WATER = "water"
    OTHER = "other"


class Branch(SQLModel, table=True):
    """A branch: where it is (as entered and in WGS 84) and the area it serves."""

    __tablename__ = "branch"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=32, unique=True)
    name: str = Field(max_length=80)
    time_zone: str = Field(default="Asia/Shanghai", max_length=64)
    entered_lon: float
    entered_lat: float
    entered_datum: Datum = Field(sa_type=choice(Datum))
    lon: float
    lat: float
    catchment_radius_m: float = 1500
    catchment_wkb: bytes | None = None
    customer_count: int | None = None
    transaction_count: int | None = None
    counts_on: date | None = None
    created_at: datetime


class Place(SQLModel, table=True):
    """A named point, line or area near the branch, with its source and licence."""

    __tablename__ = "place"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    kind: PlaceKind = Field(sa_type=choice(PlaceKind))
    name: str = Field(default="", max_length=120)
    name_key: str = Field(default="", max_length=120, index=True)
    source: str = Field(max_length=120)
    source_ref: str = Field(default="", max_length=64)
    licence: str = Field(max_length=160)
    wkb: bytes
    lon: float
    lat: float
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float
