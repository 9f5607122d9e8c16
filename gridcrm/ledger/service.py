"""Giving and closing tasks, and recording visits."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.grids import queries as grids
from gridcrm.ledger import queries, rules
from gridcrm.ledger.forms import TaskIn, VisitIn
from gridcrm.ledger.models import Task, Visit


async def add_task(session: AsyncSession, who: Who, form: TaskIn, now: datetime) -> Task:
    """Give oneself or a colleague something to do by a day."""
    branch = await branches.here(session, who)
    rules.check_due(form.due_on, local_day(now, branch.time_zone))
    assignee_id = form.assignee_id or who.user_id
    await _check_colleague(session, who, assignee_id, "assignee_id")
    await _check_objects(session, who, form.customer_id, form.cell_id)
    task = Task(
        branch_id=who.here,
        assignee_id=assignee_id,
        created_by=who.user_id,
        created_at=now,
        **form.model_dump(exclude={"assignee_id", "next"}),
    )
    session.add(task)
    await session.flush()
    audit.record(session, who, "task_add", ("task", task.id), assignee_id=assignee_id)
    return task


async def finish(session: AsyncSession, who: Who, task_id: int, now: datetime) -> Task:
    """Mark a task as done; doing so twice changes nothing."""
    task = await _closable(session, who, task_id)
    if task.done_at is None:
        task.done_at = now
        session.add(task)
        await session.flush()
        audit.record(session, who, "task_done", ("task", task_id))
    return task


async def reopen(session: AsyncSession, who: Who, task_id: int) -> Task:
    """Take back that a task is done."""
    task = await _closable(session, who, task_id)
    if task.done_at is not None:
        task.done_at = None
        session.add(task)
        await session.flush()
        audit.record(session, who, "task_reopen", ("task", task_id))
    return task


async def record_visit(session: AsyncSession, who: Who, form: VisitIn, now: datetime) -> Visit:
    """Keep a visit; a next step with a day becomes a task of the visitor."""
    branch = await branches.here(session, who)
    today = local_day(now, branch.time_zone)
    has_object = form.cell_id is not None or form.customer_id is not None
    rules.check_visit(form.visited_on, form.next_on, form.next_step, today, has_object=has_object)
    if form.companion_id is not None:
        await _check_colleague(session, who, form.companion_id, "companion_id")
    cell_id = await _check_objects(session, who, form.customer_id, form.cell_id)
    values = form.model_dump(exclude={"cell_id", "next"})
    visit = Visit(
        branch_id=who.here, cell_id=cell_id, visitor_id=who.user_id, created_at=now, **values
    )
    session.add(visit)
    if form.next_on is not None:
        session.add(_next_task(visit, who, now))
    await session.flush()
    audit.record(session, who, "visit_add", ("visit", visit.id), result=visit.result)
    return visit


async def _closable(session: AsyncSession, who: Who, task_id: int) -> Task:
    task = await queries.task(session, who, task_id)
    if not rules.may_close(who, task.assignee_id, task.created_by):
        raise RuleBroken("This task is somebody else's. They, or a grid lead, can close it.")
    return task


async def _check_colleague(session: AsyncSession, who: Who, user_id: int, field: str) -> None:
    if user_id == who.user_id:
        return
    if user_id not in {user.id for user in await accounts.staff(session, who.here)}:
        raise InvalidInput({field: "Choose somebody who works in this branch."})


async def _check_objects(
    session: AsyncSession, who: Who, customer_id: int | None, cell_id: int | None
) -> int | None:
    """Refuse what this person may not see; return the cell, the customer's own if none is given."""
    if cell_id is not None:
        await grids.cell(session, who, cell_id)
    if customer_id is None:
        return cell_id
    customer = await customers.one(session, who, customer_id)
    return cell_id or customer.cell_id


def _next_task(visit: Visit, who: Who, now: datetime) -> Task:
    assert visit.next_on is not None
    return Task(
        branch_id=visit.branch_id,
        title=visit.next_step,
        assignee_id=who.user_id,
        customer_id=visit.customer_id,
        cell_id=visit.cell_id,
        due_on=visit.next_on,
        created_by=who.user_id,
        created_at=now,
    )
