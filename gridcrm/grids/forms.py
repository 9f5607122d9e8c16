"""What people may send about grid plans and cells."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from geo import Datum
from gridcrm.branches.models import LONGEST_LAYER
from gridcrm.core.forms import Ids
from gridcrm.grids.models import CellKind, CellStatus

DEFAULT_SIDE_M, DEFAULT_EDGE_M, DEFAULT_RESOLUTION = 250, 200, 9
SMALLEST_M, LARGEST_M = 20, 5000
COARSEST, FINEST = 6, 11
_MOST = 10_000_000
_LONGEST_SHAPE = 100_000


class DraftKind(StrEnum):
    """The ways to divide an area that a person can choose."""

    SQUARE = "square"
    HEXAGON = "hexagon"
    H3 = "h3"
    COMMUNITIES = "communities"
    POLYGONS = "polygons"


class DraftIn(SQLModel):
    """How to divide the area; only the numbers of the chosen kind count."""

    model_config = {"extra": "forbid"}

    kind: DraftKind
    side_m: float = Field(default=DEFAULT_SIDE_M, ge=SMALLEST_M, le=LARGEST_M)
    edge_m: float = Field(default=DEFAULT_EDGE_M, ge=SMALLEST_M, le=LARGEST_M)
    resolution: int = Field(default=DEFAULT_RESOLUTION, ge=COARSEST, le=FINEST)
    datum: Datum = Datum.WGS84
    key: str = Field(default="name", min_length=1, max_length=64)
    layer: str = Field(default="", max_length=LONGEST_LAYER)
    name: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=400)


class CellProfileIn(SQLModel):
    """What a cell's lead keeps up to date."""

    model_config = {"extra": "forbid"}

    status: CellStatus
    households: int | None = Field(default=None, ge=0, le=_MOST)
    population: int | None = Field(default=None, ge=0, le=_MOST)
    merchants: int | None = Field(default=None, ge=0, le=_MOST)
    buildings: int | None = Field(default=None, ge=0, le=_MOST)
    competitors: int | None = Field(default=None, ge=0, le=_MOST)
    next_step: str = Field(default="", max_length=200)


class CellIn(CellProfileIn):
    """All that may change about a cell; never its shape."""

    name: str = Field(min_length=1, max_length=80)
    kind: CellKind
    lead_id: int | None = None
    backup_id: int | None = None


class StepIn(SQLModel):
    """A change by hand of a draft of which somebody has seen that revision."""

    model_config = {"extra": "forbid"}

    seen: int = Field(ge=0)


class MergeIn(StepIn):
    """Cells that become one."""

    cell_id: Ids = Field(min_length=2, max_length=500)


class SplitWay(StrEnum):
    """Lines through the middle of a cell, for those without a map."""

    EAST_WEST = "east_west"
    NORTH_SOUTH = "north_south"


class SplitIn(StepIn):
    """A cell and the line that cuts it: drawn, or through its middle."""

    cell_id: int
    line: str = Field(default="", max_length=_LONGEST_SHAPE)
    way: SplitWay | None = None


class BorderIn(StepIn):
    """The ground that one cell gives to another."""

    cell_id: int
    target_id: int
    shape: str = Field(max_length=_LONGEST_SHAPE)


class DrawIn(StepIn):
    """A new cell."""

    name: str = Field(min_length=1, max_length=80)
    shape: str = Field(max_length=_LONGEST_SHAPE)


class RenameIn(StepIn):
    """Another name for a cell of a draft."""

    cell_id: int
    name: str = Field(min_length=1, max_length=80)


class Load(StrEnum):
    """What makes the work of a lead."""

    CUSTOMERS = "customers"
    HOUSEHOLDS = "households"
    CELLS = "cells"


class TerritoryIn(SQLModel):
    """Who is to lead cells, what counts as load, and by how many percent loads may differ."""

    model_config = {"extra": "forbid"}

    staff: Ids = Field(min_length=1, max_length=100)
    load: Load = Load.CUSTOMERS
    tolerance: float = Field(default=15, ge=0, le=100)


class AcceptIn(SQLModel):
    """Cells and, in step, their proposed leads."""

    model_config = {"extra": "forbid"}

    cell_id: Ids = Field(min_length=1, max_length=10_000)
    lead_id: Ids = Field(min_length=1, max_length=10_000)


class LeadsIn(SQLModel):
    """One lead for several cells; none takes the lead away."""

    model_config = {"extra": "forbid"}

    cell_id: Ids = Field(min_length=1, max_length=10_000)
    lead_id: int | None = None
