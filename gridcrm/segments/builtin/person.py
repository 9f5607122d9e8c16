"""Conditions on who people are: age, family, work."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from gridcrm.core.i18n import N_, gettext
from gridcrm.customers.models import Customer
from gridcrm.segments.bounds import bounds_in_words, check_bounds
from gridcrm.segments.condition import Condition, Context, Input, InputKind, Names

_GROUP = N_("Who they are")
_OLDEST = 130
_Words = tuple[Annotated[str, StringConstraints(min_length=1, max_length=40)], ...]


class AgeBand(Condition):
    """The age that a person reaches this year."""

    kind: Literal["age_band"] = "age_band"
    min_age: int | None = Field(default=None, ge=0, le=_OLDEST)
    max_age: int | None = Field(default=None, ge=0, le=_OLDEST)

    title: ClassVar = N_("Age")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("are aged"), N_("are not aged"))
    ask: ClassVar = N_("{min_age} to {max_age} years")
    inputs: ClassVar = (
        Input("min_age", InputKind.NUMBER, N_("Youngest"), minimum=0, maximum=_OLDEST),
        Input("max_age", InputKind.NUMBER, N_("Oldest"), minimum=0, maximum=_OLDEST),
    )

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        check_bounds(self.min_age, self.max_age)
        return self

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        born = col(Customer.birth_year)
        parts: list[ColumnElement[bool]] = [born.is_not(None)]
        if self.min_age is not None:
            parts.append(born <= context.today.year - self.min_age)
        if self.max_age is not None:
            parts.append(born >= context.today.year - self.max_age)
        return and_(*parts)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        said = (N_("{low} to {high}"), N_("{low} or over"), N_("{high} or under"))
        return bounds_in_words(self.min_age, self.max_age, said)


class HasChild(Condition):
    """A child in the household, as far as we know."""

    kind: Literal["has_child"] = "has_child"

    title: ClassVar = N_("Child")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("have"), N_("do not have"))
    ask: ClassVar = N_("a child")

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return col(Customer.has_child).is_(True)


class WorksAs(Condition):
    """An occupation that is known, or one that contains a word."""

    kind: Literal["occupation"] = "occupation"
    contains: _Words = Field(default=(), max_length=20)

    title: ClassVar = N_("Occupation")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("work in"), N_("do not work in"))
    ask: ClassVar = N_("an occupation that contains {contains}")
    inputs: ClassVar = (Input("contains", InputKind.WORDS, N_("Words")),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return _contains(col(Customer.occupation), self.contains)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        return super().words(names) if self.contains else gettext("a known occupation")


class WorksAt(Condition):
    """An employer that is known, or one whose name contains a word."""

    kind: Literal["organisation"] = "organisation"
    contains: _Words = Field(default=(), max_length=20)

    title: ClassVar = N_("Employer")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("work at"), N_("do not work at"))
    ask: ClassVar = N_("an employer whose name contains {contains}")
    inputs: ClassVar = (Input("contains", InputKind.WORDS, N_("Words")),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return _contains(col(Customer.organisation), self.contains)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        return super().words(names) if self.contains else gettext("a known employer")


def _contains(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    if not words:
        return and_(column != "")
    return or_(*(column.icontains(word, autoescape=True) for word in words))


CONDITIONS: tuple[type[Condition], ...] = (AgeBand, HasChild, WorksAs, WorksAt)
