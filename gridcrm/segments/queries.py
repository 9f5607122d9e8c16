"""Reading segments, and asking who is in one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.errors import NotFound
from gridcrm.core.paging import PAGE_SIZE
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.grids.models import GridCell
from gridcrm.labels.models import Label
from gridcrm.segments import choices, registry
from gridcrm.segments.condition import Context, Names
from gridcrm.segments.models import Segment, SegmentFreeze, SegmentLabel
from gridcrm.segments.predicate import Node, clause_of, conditions_of, parse


def visible(who: Who) -> SelectOfScalar[Segment]:
    """Select the segments of the branch at hand and the ready-made ones."""
    return select(Segment).where(
        or_(col(Segment.branch_id).is_(None), col(Segment.branch_id) == who.here)
    )


async def one(session: AsyncSession, who: Who, segment_id: int) -> Segment:
    """Return a segment of the own branch, or a ready-made one."""
    found = (await session.exec(visible(who).where(Segment.id == segment_id))).first()
    if found is None:
        raise NotFound
    return found


async def listed(session: AsyncSession, who: Who, *, archived: bool = False) -> list[Segment]:
    """Return the branch's own segments by name, then the ready-made ones in their order."""
    kept = col(Segment.archived_at)
    query = visible(who).where(kept.is_not(None) if archived else kept.is_(None))
    order = (col(Segment.branch_id).is_(None), col(Segment.slug).is_not(None), col(Segment.id))
    return list(await session.exec(query.order_by(*order)))


async def freezes(session: AsyncSession, who: Who, segment_id: int) -> list[SegmentFreeze]:
    """Return when the segment was used in this branch, newest first."""
    query = select(SegmentFreeze).where(
        SegmentFreeze.segment_id == segment_id, SegmentFreeze.branch_id == who.here
    )
    return list(await session.exec(query.order_by(col(SegmentFreeze.frozen_at).desc())))


async def freeze(session: AsyncSession, who: Who, freeze_id: int) -> tuple[SegmentFreeze, Segment]:
    """Return one use of a segment in this branch, with the segment as it is now."""
    query = select(SegmentFreeze, Segment).join(
        Segment, col(Segment.id) == SegmentFreeze.segment_id
    )
    found = await session.exec(
        query.where(SegmentFreeze.id == freeze_id, SegmentFreeze.branch_id == who.here)
    )
    if (row := found.first()) is None:
        raise NotFound
    return row


async def labels_of(
    session: AsyncSession, segment_ids: Iterable[int | None]
) -> dict[int, list[Label]]:
    """Return segment id → what its people tend to like."""
    query = (
        select(SegmentLabel.segment_id, Label)
        .join(Label, col(Label.id) == SegmentLabel.label_id)
        .where(col(SegmentLabel.segment_id).in_(set(segment_ids)))
        .order_by(Label.slug)
    )
    found: dict[int, list[Label]] = {}
    for segment_id, label in await session.exec(query):
        found.setdefault(segment_id, []).append(label)
    return found


async def context(session: AsyncSession, who: Who, now: datetime) -> Context:
    """Return when and where conditions are asked: the branch at hand, in its own time."""
    branch = await branches.here(session, who)
    return Context(now, local_day(now, branch.time_zone), who.here, branch.time_zone)


async def names(session: AsyncSession, who: Who, nodes: Iterable[Node]) -> Names:
    """Return what the arguments of some predicates are called in the reader's language."""
    used = {i.source for node in nodes for c in conditions_of(node) for i in c.inputs if i.source}
    return choices.names_of(await choices.load(session, who, used, registry.sources()))


async def count(session: AsyncSession, who: Who, predicate: object, now: datetime) -> int:
    """Return how many of the customers whom this person may see fulfil a predicate."""
    members = await _members(session, who, predicate, now)
    return (await session.exec(select(func.count()).where(condition_of(members)))).one()


async def counts(
    session: AsyncSession, who: Who, nodes: Sequence[Node], now: datetime
) -> list[int]:
    """Return how many fulfil each of several predicates, in one statement."""
    if not nodes:
        return []
    asked = await context(session, who, now)
    held = [func.count(case((clause_of(node, asked), 1))) for node in nodes]
    asking: Any = select(func.count(), *held).where(condition_of(customers.visible(who)))
    return list((await session.exec(asking)).one())[1:]


async def member_ids(
    session: AsyncSession, who: Who, predicate: object, now: datetime
) -> list[int]:
    """Return the ids of those who fulfil a predicate, in order."""
    members = await _members(session, who, predicate, now)
    query = select(Customer.id).where(condition_of(members)).order_by(col(Customer.id))
    return [found or 0 for found in await session.exec(query)]


async def members(
    session: AsyncSession, who: Who, predicate: object, now: datetime, offset: int = 0
) -> list[tuple[Customer, str | None]]:
    """Return a page of those who fulfil a predicate, each with the name of the cell."""
    found = await _members(session, who, predicate, now)
    query = (
        select(Customer, GridCell.name)
        .outerjoin(GridCell, col(GridCell.id) == Customer.cell_id)
        .where(condition_of(found))
        .order_by(col(Customer.id))
    )
    return list(await session.exec(query.offset(offset).limit(PAGE_SIZE)))


def as_sql(who: Who, node: Node, asked: Context) -> SelectOfScalar[Customer]:
    """Select the customers whom this person may see and who fulfil a checked predicate."""
    return customers.visible(who).where(clause_of(node, asked))


def condition_of(query: SelectOfScalar[Customer]) -> ColumnElement[bool]:
    """Return what a selection of customers asks, to be put to other columns."""
    asked = query.whereclause
    return true() if asked is None else asked


async def _members(
    session: AsyncSession, who: Who, predicate: object, now: datetime
) -> SelectOfScalar[Customer]:
    return as_sql(who, parse(predicate), await context(session, who, now))
