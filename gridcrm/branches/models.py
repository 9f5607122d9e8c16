"""Branches, their surroundings and the places in them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.core.tables import choice

LONGEST_LAYER = 120


class PlaceKind(StrEnum):
    """What a place around the branch is."""

    COMMUNITY = "community"
    SCHOOL = "school"
    COMPETITOR = "competitor"
    MERCHANT = "merchant"
    PARK = "park"
    BUILDING = "building"
    ROAD = "road"
    MOTORWAY = "motorway"
    WATER = "water"
    OTHER = "other"


class PlaceImportState(StrEnum):
    """A file of places is checked first and committed once."""

    CHECKED = "checked"
    COMMITTED = "committed"


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


class PlaceImport(SQLModel, table=True):
    """A file of places; its bytes are dropped when it is committed."""

    __tablename__ = "place_import"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    filename: str = Field(max_length=200)
    source: str = Field(max_length=120)
    licence: str = Field(max_length=160)
    datum: Datum = Field(sa_type=choice(Datum))
    kind: PlaceKind | None = Field(default=None, sa_type=choice(PlaceKind))
    kind_property: str = Field(default="", max_length=64)
    layer: str = Field(default="", max_length=LONGEST_LAYER)
    state: PlaceImportState = Field(
        default=PlaceImportState.CHECKED, sa_type=choice(PlaceImportState)
    )
    content: bytes | None = None
    report: dict[str, Any] = Field(sa_type=JSON)
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    committed_at: datetime | None = None


class Place(SQLModel, table=True):
    """A named point, line or area near the branch, with its source and licence."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("branch_id", "source", "source_ref"),)

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    import_id: int | None = Field(default=None, foreign_key="place_import.id", index=True)
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
