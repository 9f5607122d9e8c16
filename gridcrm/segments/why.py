"""Why somebody is in a segment, or not: each condition asked of one person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import NotFound
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.segments import queries
from gridcrm.segments.condition import Condition, Names
from gridcrm.segments.predicate import Denied, Group, Node, clause_of, parse, say


@dataclass(frozen=True)
class Reason:
    """A condition or the head of a group, how deep it stands, and whether it holds."""

    words: str
    depth: int
    holds: bool


async def why(
    session: AsyncSession, who: Who, node: Node, customer_id: int, now: datetime
) -> list[Reason]:
    """Return whether each part of a predicate holds for a person; the first is the whole."""
    asked = await queries.context(session, who, now)
    names = await queries.names(session, who, [node])
    parts = list(_parts(node, names, 0))
    held = (case((clause_of(part, asked), 1), else_=0) for part, _, _ in parts)
    person = queries.condition_of(customers.visible(who)) & (col(Customer.id) == customer_id)
    asking: Any = select(*held).where(person)
    row = (await session.exec(asking)).first()
    if row is None:
        raise NotFound
    return [
        Reason(words, depth, bool(flag)) for (_, words, depth), flag in zip(parts, row, strict=True)
    ]


async def segments_of(
    session: AsyncSession, who: Who, customer_id: int, now: datetime
) -> list[tuple[Any, bool]]:
    """Return the branch's own segments in use, each with whether a person is in it."""
    found = [one for one in await queries.listed(session, who) if one.branch_id is not None]
    if not found:
        return []
    asked = await queries.context(session, who, now)
    nodes = [parse(one.predicate) for one in found]
    held = (case((clause_of(node, asked), 1), else_=0) for node in nodes)
    asking: Any = select(*held).where(
        queries.condition_of(customers.visible(who)), col(Customer.id) == customer_id
    )
    row = (await session.exec(asking)).first()
    flags = row if row is not None else [0] * len(found)
    return [(one, bool(flag)) for one, flag in zip(found, flags, strict=True)]


def _parts(node: Node, names: Names, depth: int) -> Iterator[tuple[Node, str, int]]:
    inner, denied = node, False
    while isinstance(inner, Denied):
        inner, denied = inner.part, not denied
    if isinstance(inner, Condition):
        yield node, say(node, names), depth
        return
    assert isinstance(inner, Group)
    yield node, _head(inner.word, denied=denied), depth
    for part in inner.parts:
        yield from _parts(part, names, depth + 1)


def _head(word: str, *, denied: bool) -> str:
    if word == "all":
        return gettext("Not all of these hold") if denied else gettext("All of these hold")
    return gettext("None of these holds") if denied else gettext("Any of these holds")
