"""Grid plans (drafts and published versions) and their cells."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice

_PUBLISHED = text("state = 'published'")
_WHERE_PUBLISHED: dict[str, Any] = {"sqlite_where": _PUBLISHED, "postgresql_where": _PUBLISHED}


class GridKind(StrEnum):
    """How the area is divided."""

    SQUARE = "square"
    HEXAGON = "hexagon"
    H3 = "h3"
    POLYGONS = "polygons"


class PlanState(StrEnum):
    """A plan is drafted, published once, and retired when a newer one takes its place."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class CellKind(StrEnum):
    """What a cell mostly is."""

    COMMUNITY = "community"
    BUSINESS_DISTRICT = "business_district"
    MARKET = "market"
    ENTERPRISE = "enterprise"
    PUBLIC_INSTITUTION = "public_institution"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    VILLAGE = "village"
    OFFICE_BUILDING = "office_building"
    LOBBY = "lobby"


class CellStatus(StrEnum):
    """How far the team has got in a cell."""

    NOT_STARTED = "not_started"
    PROFILING = "profiling"
    DEEPENING = "deepening"
    MAINTAINING = "maintaining"


class GridPlan(SQLModel, table=True):
    """One division of a branch's area; immutable once published.

    `revision` counts how often a draft was shaped by hand or drawn anew.
    """

    __tablename__ = "grid_plan"
    __table_args__ = (
        UniqueConstraint("branch_id", "version"),
        Index("uq_grid_plan_published", "branch_id", unique=True, **_WHERE_PUBLISHED),
    )

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    version: int
    name: str = Field(max_length=80)
    kind: GridKind = Field(sa_type=choice(GridKind))
    spec: dict[str, Any] = Field(sa_type=JSON)
    area_wkb: bytes
    done: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    undone: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    revision: int = 0
    state: PlanState = Field(default=PlanState.DRAFT, sa_type=choice(PlanState))
    note: str = Field(default="", max_length=400)
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    published_at: datetime | None = None


class GridCell(SQLModel, table=True):
    """A cell of a plan: its shape, who looks after it, and its profile."""

    __tablename__ = "grid_cell"
    __table_args__ = (UniqueConstraint("plan_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="grid_plan.id", index=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    key: str = Field(max_length=120)
    name: str = Field(max_length=80)
    kind: CellKind = Field(default=CellKind.COMMUNITY, sa_type=choice(CellKind))
    status: CellStatus = Field(default=CellStatus.NOT_STARTED, sa_type=choice(CellStatus))
    lead_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    backup_id: int | None = Field(default=None, foreign_key="user_account.id", index=True)
    wkb: bytes
    area_m2: float
    lon: float
    lat: float
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float
    households: int | None = None
    population: int | None = None
    merchants: int | None = None
    buildings: int | None = None
    competitors: int | None = None
    walk_min: float | None = None
    branch_share: float | None = None
    next_step: str = Field(default="", max_length=200)
    profiled_on: date | None = None
