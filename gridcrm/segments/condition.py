"""What a condition of a segment is: data that can be checked, asked for, compiled and said."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who


@dataclass(frozen=True)
class Context:
    """When and where a condition is asked."""

    now: datetime
    today: date
    branch_id: int
    time_zone: str


class InputKind(StrEnum):
    """How an argument is filled in."""

    NUMBER = "number"
    ONE = "one"
    SEVERAL = "several"
    WORDS = "words"


@dataclass(frozen=True)
class Input:
    """One argument in the sentence of a condition; `label` and `blank` are msgids.

    `source` names the choices of ONE and SEVERAL; `blank` is the empty choice of ONE.
    """

    name: str
    kind: InputKind
    label: str
    source: str = ""
    blank: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float = 1


@dataclass(frozen=True)
class Choice:
    """A value that an argument can take, with its name in the reader's language."""

    value: str
    name: str
    group: str = ""


ChoiceSource = Callable[[AsyncSession, Who], Awaitable[list[Choice]]]
Names = Mapping[str, Mapping[str, str]]
"""source → value → name in the reader's language."""


class Condition(BaseModel):
    """A statement about a person that is true or false, never unknown.

    A subclass adds `kind: Literal["…"] = "…"` and its arguments. As a sentence it is a verb
    (`verbs`: as it is, and denied) and what follows; `ask` is what follows, with {argument} where
    an input stands. `title`, `group`, `verbs` and `ask` are msgids.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: str
    title: ClassVar[str]
    group: ClassVar[str]
    verbs: ClassVar[tuple[str, str]]
    ask: ClassVar[str]
    inputs: ClassVar[tuple[Input, ...]] = ()

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL over Customer, with bound parameters and never NULL."""
        raise NotImplementedError

    def words(self, names: Names) -> str:
        """Return what follows the verb, in the reader's language."""
        said = {item.name: self._said(item, names) for item in self.inputs}
        return gettext(self.ask).format(**said)

    def sentence(self, names: Names, *, denied: bool = False) -> str:
        """Return the condition, or its denial, in words."""
        verb = gettext(self.verbs[denied])
        return gettext("{verb} {what}").format(verb=verb, what=self.words(names))

    def _said(self, item: Input, names: Names) -> str:
        value = self.model_dump(by_alias=True)[item.name]
        if item.kind is InputKind.NUMBER:
            return said_number(value)
        values = value if isinstance(value, tuple) else (value,)
        known = names.get(item.source, {})
        return one_of([known.get(str(v), str(v)) for v in values if v is not None])


def among(column: Any, values: Sequence[object]) -> ColumnElement[bool]:
    """Return that a column is one of the values; an empty column is none of them."""
    return and_(column.is_not(None), column.in_(values))


def within(column: Any, first: date, last: date) -> ColumnElement[bool]:
    """Return that a column lies between two days, both included; an empty one does not."""
    return and_(column.is_not(None), column.between(first, last))


def said_number(value: float) -> str:
    """Return a number as it is read: thousands separated, no idle decimals."""
    return f"{value:,.10g}"


def one_of(words: Sequence[str]) -> str:
    """Return "A", "A or B", "A, B or C" in the reader's language."""
    return _listed(words, gettext("{first} or {last}"))


def each_of(words: Sequence[str]) -> str:
    """Return "A", "A and B", "A, B and C" in the reader's language."""
    return _listed(words, gettext("{first} and {last}"))


def _listed(words: Sequence[str], pair: str) -> str:
    if len(words) < 2:  # noqa: PLR2004 - a pair needs two
        return "".join(words)
    return pair.format(first=gettext(", ").join(words[:-1]), last=words[-1])


def kind_of(condition: type[Condition]) -> str:
    """Return the word that stands for a condition in stored data."""
    kind: Any = condition.model_fields["kind"].default
    return str(kind)
