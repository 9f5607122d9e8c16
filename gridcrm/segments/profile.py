"""How the people of a segment differ from all the others: shares beside the branch's shares."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers import words
from gridcrm.customers.models import Customer, Lifecycle, Tier
from gridcrm.customers.rules import AgeBand, birth_years
from gridcrm.labels.clauses import live
from gridcrm.labels.models import CustomerLabel, Label
from gridcrm.labels.words import name
from gridcrm.segments import queries
from gridcrm.segments.condition import Context
from gridcrm.segments.predicate import Node, clause_of

FEWEST_FOR_AN_INDEX = 20
_MOST_LABELS = 12


@dataclass(frozen=True)
class Line:
    """A trait: how many members and how many of all have it, and 100 for as often as usual."""

    words: str
    members: int
    everybody: int
    index: int | None


@dataclass(frozen=True)
class Part:
    """One side of the profile, such as age."""

    title: str
    lines: list[Line]


async def profile(session: AsyncSession, who: Who, node: Node, now: datetime) -> list[Part]:
    """Return what is more and what is less usual among the people of a segment."""
    asked = await queries.context(session, who, now)
    ages = _ages(asked)
    traits: list[tuple[str, Any, dict[Any, str]]] = [
        (gettext("Age"), ages, {band: str(band.value) for band in AgeBand}),
        (gettext("Tier"), col(Customer.tier), _words(Tier)),
        (gettext("Lifecycle"), col(Customer.lifecycle), _words(Lifecycle)),
    ]
    inside = clause_of(node, asked)
    total, size = await _sizes(session, who, inside)
    parts = [
        Part(title, await _trait(session, who, inside, column, said, (total, size)))
        for title, column, said in traits
    ]
    return [
        *parts,
        Part(gettext("Likes"), await _likes(session, who, inside, asked, (total, size))),
    ]


def index_of(members: int, size: int, everybody: int, total: int) -> int | None:
    """Return how often a trait is met compared to everybody (100: as often); None if too few."""
    if size < FEWEST_FOR_AN_INDEX or everybody < FEWEST_FOR_AN_INDEX:
        return None
    return round(100 * (members / size) / (everybody / total))


async def _sizes(session: AsyncSession, who: Who, inside: ColumnElement[bool]) -> tuple[int, int]:
    asking: Any = select(func.count(), _counted(inside)).where(_visible(who))
    total, size = (await session.exec(asking)).one()
    return total, size


async def _trait(
    session: AsyncSession,
    who: Who,
    inside: ColumnElement[bool],
    column: Any,
    said: dict[Any, str],
    sizes: tuple[int, int],
) -> list[Line]:
    asking: Any = select(column, func.count(), _counted(inside)).where(_visible(who))
    rows = (await session.exec(asking.group_by(column))).all()
    counts = {value: (everybody, members) for value, everybody, members in rows}
    return [_line(text, *counts[value], sizes) for value, text in said.items() if value in counts]


async def _likes(
    session: AsyncSession,
    who: Who,
    inside: ColumnElement[bool],
    asked: Context,
    sizes: tuple[int, int],
) -> list[Line]:
    n = _counted(inside)
    asking: Any = (
        select(Label, func.count(), n)
        .select_from(CustomerLabel)
        .join(Customer, col(Customer.id) == CustomerLabel.customer_id)
        .join(Label, col(Label.id) == CustomerLabel.label_id)
        .where(_visible(who), live(asked.today), col(Label.active))
        .group_by(*Label.__table__.columns)  # type: ignore[attr-defined]
        .order_by(n.desc(), Label.slug)
        .limit(_MOST_LABELS)
    )
    rows = (await session.exec(asking)).all()
    return [_line(name(label), all_, mine, sizes) for label, all_, mine in rows if mine]


def _line(text: str, everybody: int, members: int, sizes: tuple[int, int]) -> Line:
    total, size = sizes
    return Line(text, members, everybody, index_of(members, size, everybody, total))


def _visible(who: Who) -> ColumnElement[bool]:
    return queries.condition_of(customers.visible(who))


def _counted(inside: ColumnElement[bool]) -> Any:
    return func.count(case((inside, 1)))


def _ages(asked: Context) -> Any:
    born = col(Customer.birth_year)
    bands: Iterable[AgeBand] = AgeBand
    whens = [(and_(*_between(born, *birth_years(band, asked.today))), band.value) for band in bands]
    return case(*whens, else_=None)


def _between(born: Any, first: int, last: int) -> tuple[Any, Any]:
    return born >= first, born <= last


def _words(kind: type[StrEnum]) -> dict[Any, str]:
    return dict(words.options(kind))
