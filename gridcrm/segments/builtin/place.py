"""Conditions on where people live."""

from datetime import date, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from gridcrm.core.i18n import N_
from gridcrm.customers.models import Customer
from gridcrm.segments.bounds import bounds_in_words, check_bounds
from gridcrm.segments.condition import Condition, Context, Input, InputKind, Names, among, within

_GROUP = N_("Where they live")
_MOST_CELLS = 2000
_FARTHEST_M = 1_000_000
_LONGEST_MIN = 120


class LivesInCell(Condition):
    """A cell of the grid."""

    kind: Literal["cell"] = "cell"
    values: tuple[int, ...] = Field(alias="in", min_length=1, max_length=_MOST_CELLS)

    title: ClassVar = N_("Cell")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("live in the cell"), N_("do not live in the cell"))
    ask: ClassVar = N_("{in}")
    inputs: ClassVar = (Input("in", InputKind.SEVERAL, N_("Cells"), source="cell"),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return among(col(Customer.cell_id), self.values)


class LivesWithin(Condition):
    """Metres from the branch."""

    kind: Literal["distance"] = "distance"
    min_m: float | None = Field(default=None, ge=0, le=_FARTHEST_M)
    max_m: float | None = Field(default=None, ge=0, le=_FARTHEST_M)

    title: ClassVar = N_("Distance")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("live"), N_("do not live"))
    ask: ClassVar = N_("{min_m} to {max_m} m from the branch")
    inputs: ClassVar = (
        Input("min_m", InputKind.NUMBER, N_("Nearest"), minimum=0, step=50),
        Input("max_m", InputKind.NUMBER, N_("Farthest"), minimum=0, step=50),
    )

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        check_bounds(self.min_m, self.max_m)
        return self

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        distance = col(Customer.distance_m)
        parts: list[ColumnElement[bool]] = [distance.is_not(None)]
        if self.min_m is not None:
            parts.append(distance >= self.min_m)
        if self.max_m is not None:
            parts.append(distance <= self.max_m)
        return and_(*parts)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        said = (
            N_("{low} to {high} m from the branch"),
            N_("{low} m or farther from the branch"),
            N_("within {high} m of the branch"),
        )
        return bounds_in_words(self.min_m, self.max_m, said)


class WalksWithin(Condition):
    """Minutes on foot to the branch, along the streets."""

    kind: Literal["walk"] = "walk"
    max_min: float = Field(ge=0, le=_LONGEST_MIN)

    title: ClassVar = N_("Walk to the branch")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("live"), N_("do not live"))
    ask: ClassVar = N_("at most {max_min} minutes on foot from the branch")
    inputs: ClassVar = (
        Input("max_min", InputKind.NUMBER, N_("Minutes"), minimum=0, maximum=_LONGEST_MIN),
    )

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL; to whom no way leads, and who has no place, is not within."""
        walk = col(Customer.walk_min)
        return and_(walk.is_not(None), walk <= self.max_min)


class IsUnplaced(Condition):
    """Nobody knows yet in which cell they live."""

    kind: Literal["unplaced"] = "unplaced"

    title: ClassVar = N_("Not placed")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("do not have"), N_("have"))
    ask: ClassVar = N_("a place in the grid")

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return col(Customer.cell_id).is_(None)


class MovedIn(Condition):
    """Moved in not long ago."""

    kind: Literal["moved_in"] = "moved_in"
    within_years: int = Field(ge=1, le=50)

    title: ClassVar = N_("Moved in")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("moved in"), N_("did not move in"))
    ask: ClassVar = N_("within the last {within_years} years")
    inputs: ClassVar = (
        Input("within_years", InputKind.NUMBER, N_("Years"), minimum=1, maximum=50),
    )

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        first = _years_before(context.today, self.within_years)
        return within(col(Customer.moved_in_on), first, context.today)


def _years_before(today: date, years: int) -> date:
    first_of_month = today.replace(day=1, year=today.year - years)
    return first_of_month + timedelta(days=today.day - 1)


CONDITIONS: tuple[type[Condition], ...] = (
    LivesInCell,
    LivesWithin,
    WalksWithin,
    IsUnplaced,
    MovedIn,
)
