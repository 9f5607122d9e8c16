"""Customers and prospects, what they hold, and the files they came from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.core.tables import choice


class Tier(StrEnum):
    """Tier by assets under management, in units of 10,000 yuan: 5, 20, 50 and 600 divide them."""

    MASS = "mass"
    POTENTIAL = "potential"
    PREFERRED = "preferred"
    AFFLUENT = "affluent"
    PRIVATE = "private"


class Lifecycle(StrEnum):
    """Where a person stands with the bank."""

    PROSPECT = "prospect"
    NEW = "new"
    GROWING = "growing"
    MATURE = "mature"
    DECLINING = "declining"
    LAPSED = "lapsed"
    WON_BACK = "won_back"


class PlacedBy(StrEnum):
    """How a person's position is known."""

    COORDINATES = "coordinates"
    COMMUNITY = "community"
    PIN = "pin"


class RevealReason(StrEnum):
    """Why somebody has to see a name and a phone number whole."""

    CALL = "call"
    VISIT = "visit"
    IDENTIFY = "identify"
    CORRECT = "correct"
    COMPLAINT = "complaint"
    ASKED = "asked"


class ImportState(StrEnum):
    """A file is checked first and committed once."""

    CHECKED = "checked"
    COMMITTED = "committed"


class Customer(SQLModel, table=True):
    """A customer or prospect of one branch; `cell_id` is stored, never joined by geometry."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("branch_id", "number"),
        UniqueConstraint("branch_id", "phone"),
        Index("ix_customer_branch_id_cell_id", "branch_id", "cell_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    number: str | None = Field(default=None, max_length=64)
    name: str = Field(max_length=80)
    phone: str | None = Field(default=None, max_length=20)
    gender: str = Field(default="", max_length=8)
    birth_year: int | None = Field(default=None, index=True)
    occupation: str = Field(default="", max_length=80)
    organisation: str = Field(default="", max_length=120)
    community: str = Field(default="", max_length=120)
    building: str = Field(default="", max_length=80)
    entered_lon: float | None = None
    entered_lat: float | None = None
    entered_datum: Datum | None = Field(default=None, sa_type=choice(Datum))
    lon: float | None = None
    lat: float | None = None
    distance_m: float | None = Field(default=None, index=True)
    walk_min: float | None = None
    branch_share: float | None = None
    placed_by: PlacedBy | None = Field(default=None, sa_type=choice(PlacedBy))
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    aum_fen: int | None = Field(default=None, sa_type=BigInteger)
    tier: Tier | None = Field(default=None, sa_type=choice(Tier), index=True)
    lifecycle: Lifecycle = Field(default=Lifecycle.PROSPECT, sa_type=choice(Lifecycle), index=True)
    owner_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    has_child: bool | None = None
    moved_in_on: date | None = None
    opened_on: date | None = None
    last_active_on: date | None = None
    source: str = Field(default="", max_length=80)
    do_not_contact: bool = False
    is_staff: bool = False
    deceased: bool = False
    open_complaint: bool = False
    care_until: date | None = None
    created_at: datetime
    updated_at: datetime


class Catchment(SQLModel, table=True):
    """How walks and shares of a branch were worked out, and from what; no row before the first time.

    `basis` tells the branch's position, streets and competitors of then from those of today;
    `attractions` are those of competitors by their place's number, as text, where they are not 1;
    `areas_wkb` holds the ground within each of the minutes.
    """

    __tablename__ = "catchment"

    branch_id: int = Field(foreign_key="branch.id", primary_key=True)
    rings_m: list[float] = Field(sa_type=JSON)
    minutes: list[float] = Field(sa_type=JSON)
    speed_m_per_min: float
    decay: float
    attraction: float
    attractions: dict[str, float] = Field(sa_type=JSON)
    basis: str = Field(max_length=200)
    streets: int
    competitors: int
    reachable: float | None = None
    areas_wkb: bytes | None = None
    worked_out_at: datetime


class CommunityAlias(SQLModel, table=True):
    """Where somebody said that a written name of a community leads, for everybody after them.

    `place` is the name of the place that was chosen, empty for a pin.
    """

    __tablename__ = "community_alias"
    __table_args__ = (UniqueConstraint("branch_id", "name_key"),)

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id")
    name: str = Field(max_length=120)
    name_key: str = Field(max_length=120)
    place: str = Field(default="", max_length=120)
    lon: float
    lat: float
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")
    decided_at: datetime


class Holding(SQLModel, table=True):
    """A product that a customer holds."""

    __tablename__ = "holding"

    customer_id: int = Field(foreign_key="customer.id", primary_key=True)
    product: str = Field(primary_key=True, max_length=32, index=True)
    amount_fen: int | None = Field(default=None, sa_type=BigInteger)


class Reveal(SQLModel, table=True):
    """That somebody saw a customer's name and phone number whole, and why."""

    __tablename__ = "customer_reveal"
    __table_args__ = (Index("ix_customer_reveal_user_id_at", "user_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    user_id: int = Field(foreign_key="user_account.id")
    reason: RevealReason = Field(sa_type=choice(RevealReason))
    at: datetime


class ImportFile(SQLModel, table=True):
    """A file brought in for customers; its bytes are dropped when it is committed."""

    __tablename__ = "import_file"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    filename: str = Field(max_length=200)
    sha256: str = Field(max_length=64, index=True)
    sheet: str = Field(default="", max_length=80)
    mapping: dict[str, Any] = Field(sa_type=JSON)
    datum: Datum = Field(sa_type=choice(Datum))
    state: ImportState = Field(default=ImportState.CHECKED, sa_type=choice(ImportState))
    content: bytes | None = None
    report: dict[str, Any] = Field(sa_type=JSON)
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    committed_at: datetime | None = None
