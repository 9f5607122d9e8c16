"""Reading tasks and visits, as far as a person may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.accounts.models import User
from gridcrm.core.errors import NotFound
from gridcrm.core.paging import PAGE_SIZE
from gridcrm.core.who import Role, Who
from gridcrm.customers.models import Customer
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell
from gridcrm.ledger.forms import VisitFilter
from gridcrm.ledger.models import Task, Visit
from gridcrm.ledger.rules import sees_the_team

_MOST = 200
_LAST_DONE = 20


@dataclass(frozen=True)
class TaskLine:
    """A task with the names that belong to it; the customer's name is whole, mask it."""

    task: Task
    assignee: str
    customer: str | None
    cell: str | None


@dataclass(frozen=True)
class VisitLine:
    """A visit with the names that belong to it; the customer's name is whole, mask it."""

    visit: Visit
    visitor: str
    customer: str | None
    cell: str | None


def visible_tasks(who: Who) -> SelectOfScalar[Task]:
    """Select one's own tasks, and for those who lead others all of the branch's."""
    query = select(Task).where(Task.branch_id == who.here)
    if sees_the_team(who):
        return query
    own = or_(col(Task.assignee_id) == who.user_id, col(Task.created_by) == who.user_id)
    return query.where(own)


def visible_visits(who: Who) -> SelectOfScalar[Visit]:
    """Select the branch's visits; officers see their cells' and their own, the lobby its own."""
    query = select(Visit).where(Visit.branch_id == who.here)
    made = or_(col(Visit.visitor_id) == who.user_id, col(Visit.companion_id) == who.user_id)
    if who.role is Role.LOBBY_MANAGER:
        return query.where(made)
    if who.role is Role.GRID_OFFICER:
        return query.where(or_(made, col(Visit.cell_id).in_(grids.own_cell_ids(who))))
    return query


async def task(session: AsyncSession, who: Who, task_id: int) -> Task:
    """Return a task of the branch; whether it is theirs to close is a rule's question."""
    query = select(Task).where(Task.id == task_id, Task.branch_id == who.here)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def due(session: AsyncSession, who: Who, today: date) -> list[TaskLine]:
    """Return one's own open tasks up to today, the longest overdue first."""
    mine = visible_tasks(who).where(Task.assignee_id == who.user_id, Task.due_on <= today)
    return await _task_lines(session, mine.where(col(Task.done_at).is_(None)), _BY_DAY)


async def open_tasks(session: AsyncSession, who: Who, *, everybody: bool = False) -> list[TaskLine]:
    """Return open tasks by day: one's own, or everybody's that this person may see."""
    query = visible_tasks(who).where(col(Task.done_at).is_(None))
    if not everybody:
        query = query.where(Task.assignee_id == who.user_id)
    return await _task_lines(session, query, _BY_DAY)


async def done_tasks(session: AsyncSession, who: Who, *, everybody: bool = False) -> list[TaskLine]:
    """Return what was done last, newest first."""
    query = visible_tasks(who).where(col(Task.done_at).is_not(None))
    if not everybody:
        query = query.where(Task.assignee_id == who.user_id)
    return await _task_lines(session, query, (col(Task.done_at).desc(),), _LAST_DONE)


async def tasks_about(session: AsyncSession, who: Who, customer_id: int) -> list[TaskLine]:
    """Return a customer's tasks that this person may see, the next one first."""
    query = visible_tasks(who).where(Task.customer_id == customer_id)
    return await _task_lines(session, query, _BY_DAY)


async def visits(
    session: AsyncSession, who: Who, given: VisitFilter, number: int = 1
) -> tuple[list[VisitLine], int]:
    """Return a page of the visits that fit, newest first, and how many there are."""
    query = _filtered(visible_visits(who), given)
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    last = max(1, -(-total // PAGE_SIZE))
    offset = (min(max(1, number), last) - 1) * PAGE_SIZE
    return await _visit_lines(session, query, PAGE_SIZE, offset), total


async def visits_to(session: AsyncSession, who: Who, customer_id: int) -> list[VisitLine]:
    """Return the visits to a customer that this person may see, newest first."""
    query = visible_visits(who).where(Visit.customer_id == customer_id)
    return await _visit_lines(session, query, _MOST)


async def last_visits(session: AsyncSession, cell_ids: Sequence[int]) -> dict[int, date]:
    """Return the day of the latest visit to each cell that was ever visited."""
    query = (
        select(Visit.cell_id, func.max(Visit.visited_on))
        .where(col(Visit.cell_id).in_(cell_ids))
        .group_by(col(Visit.cell_id))
    )
    return {cell_id: day for cell_id, day in await session.exec(query) if cell_id is not None}


async def visits_by_cell(session: AsyncSession, branch_id: int, since: date) -> dict[int, int]:
    """Return how many visits each cell of a branch had since a day."""
    query = (
        select(Visit.cell_id, func.count())
        .where(
            Visit.branch_id == branch_id,
            Visit.visited_on >= since,
            col(Visit.cell_id).is_not(None),
        )
        .group_by(col(Visit.cell_id))
    )
    return {cell_id: n for cell_id, n in await session.exec(query) if cell_id is not None}


_BY_DAY = (col(Task.due_on), col(Task.id))


def _filtered(query: SelectOfScalar[Visit], given: VisitFilter) -> SelectOfScalar[Visit]:
    wanted = {
        Visit.cell_id: given.cell,
        Visit.visitor_id: given.visitor,
        Visit.result: given.result,
    }
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    return query.where(Visit.visited_on >= given.since) if given.since else query


async def _task_lines(
    session: AsyncSession, query: SelectOfScalar[Task], order: tuple[Any, ...], most: int = _MOST
) -> list[TaskLine]:
    fits = query.whereclause
    assert fits is not None
    named = (
        select(Task, User.display_name, Customer.name, GridCell.name)
        .join(User, col(User.id) == Task.assignee_id)
        .outerjoin(Customer, col(Customer.id) == Task.customer_id)
        .outerjoin(GridCell, col(GridCell.id) == Task.cell_id)
        .where(fits)
        .order_by(*order)
        .limit(most)
    )
    return [TaskLine(*row) for row in await session.exec(named)]


async def _visit_lines(
    session: AsyncSession, query: SelectOfScalar[Visit], most: int, offset: int = 0
) -> list[VisitLine]:
    fits = query.whereclause
    assert fits is not None
    named = (
        select(Visit, User.display_name, Customer.name, GridCell.name)
        .join(User, col(User.id) == Visit.visitor_id)
        .outerjoin(Customer, col(Customer.id) == Visit.customer_id)
        .outerjoin(GridCell, col(GridCell.id) == Visit.cell_id)
        .where(fits)
        .order_by(col(Visit.visited_on).desc(), col(Visit.id).desc())
        .limit(most)
        .offset(offset)
    )
    return [VisitLine(*row) for row in await session.exec(named)]
