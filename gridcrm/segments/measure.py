"""How many are left after each condition, in one pass over the customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.segments import queries
from gridcrm.segments.condition import Context
from gridcrm.segments.predicate import Denied, Group, Node, clause_of

Path = tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """How many there were before a condition was asked, and how many it leaves of `whole`.

    Inside a group, `before` are those who reach the group and `after` those of them who fulfil
    the condition by itself; in an "any" group at the top, `after` are those who have one so far.
    """

    before: int
    after: int
    whole: int


@dataclass(frozen=True)
class Measured:
    """All customers whom somebody may see, those who fulfil a predicate, and the way there."""

    total: int
    count: int
    steps: dict[Path, Step]


async def measure(session: AsyncSession, who: Who, node: Node, now: datetime) -> Measured:
    """Count a predicate and what each of its conditions leaves, in one statement."""
    top = node if isinstance(node, Group) else Group("all", (node,))
    asked = await queries.context(session, who, now)
    clauses = [clause_of(part, asked) for part in top.parts]
    inner = list(_inner(top, clauses, asked))
    people = (
        customers.visible(who)
        .with_only_columns(
            _reached(top, clauses).label("reached"),
            *(case((held, 1), else_=0).label(f"c{n}") for n, (_, held) in enumerate(inner)),
        )
        .select_from(Customer)
        .offset(0)  # keeps both databases from asking each condition again for every sum
        .subquery()
    )
    asking: Any = select(
        func.count(),
        *(func.count(case((_left(top, people.c.reached, n), 1))) for n in _numbers(top)),
        *(func.coalesce(func.sum(people.c[f"c{n}"]), 0) for n in range(len(inner))),
    ).select_from(people)
    row = (await session.exec(asking)).one()
    return _measured(top, list(row), [path for path, _ in inner])


def _numbers(top: Group) -> range:
    return range(1, len(top.parts) + 1)


def _reached(top: Group, clauses: list[ColumnElement[bool]]) -> ColumnElement[int]:
    """Return how far a person comes: past so many conditions, or to the first that holds."""
    if top.word == "any":
        return case(*((clause, n) for n, clause in enumerate(clauses, 1)), else_=0)
    if not clauses:
        return literal(0)
    return case(*((~clause, n) for n, clause in enumerate(clauses)), else_=len(clauses))


def _left(top: Group, reached: ColumnElement[int], n: int) -> ColumnElement[bool]:
    return reached.between(1, n) if top.word == "any" else reached >= n


def _inner(
    top: Group, clauses: list[ColumnElement[bool]], asked: Context
) -> Iterator[tuple[Path, ColumnElement[bool]]]:
    """Yield the parts of inner groups, asked of those who reach the group."""
    for at, part in enumerate(top.parts):
        reach = clauses[:at] if top.word == "all" else []
        for path, node in _below(part, (at,)):
            yield path, and_(*reach, clause_of(node, asked))


def _below(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    while isinstance(node, Denied):
        node = node.part
    if isinstance(node, Group):
        for at, part in enumerate(node.parts):
            yield (*path, at), part
            yield from _below(part, (*path, at))


def _measured(top: Group, row: list[int], inner: list[Path]) -> Measured:
    total, left, alone = row[0], row[1 : 1 + len(top.parts)], row[1 + len(top.parts) :]
    before = [total if top.word == "all" else 0, *left]
    whole = before if top.word == "all" else [total] * len(before)
    steps: dict[Path, Step] = {}
    for at, n in enumerate(left):
        steps[(at,)] = Step(before[at], n, whole[at])
    for path, n in zip(inner, alone, strict=True):
        steps[path] = Step(whole[path[0]], n, whole[path[0]])
    return Measured(total, before[-1] if top.parts else total, steps)
