"""What the API says about branches."""

from datetime import date
from typing import Self

from sqlmodel import SQLModel

from geo import Datum
from gridcrm.branches.models import Branch


class BranchOut(SQLModel):
    """A branch: its position in WGS 84 and as entered, its area and its counts."""

    code: str
    name: str
    time_zone: str
    lon: float
    lat: float
    entered_lon: float
    entered_lat: float
    entered_datum: Datum
    catchment_radius_m: float
    catchment_drawn: bool
    customer_count: int | None
    transaction_count: int | None
    counts_on: date | None

    @classmethod
    def of(cls, branch: Branch) -> Self:
        """Return what is said about a branch."""
        drawn = branch.catchment_wkb is not None
        return cls.model_validate(branch, update={"catchment_drawn": drawn})
