"""What the desk's pages and forms need to know."""

from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.forms import Form
from gridcrm.core.who import Role, Who
from gridcrm.customers import queries as customers
from gridcrm.grids import queries as grids
from gridcrm.ledger import words
from gridcrm.ledger.rules import urgency


async def today_here(session: AsyncSession, who: Who, now: datetime) -> date:
    """Return the date in the branch at hand."""
    return local_day(now, (await branches.here(session, who)).time_zone)


def task_words(today: date) -> dict[str, Any]:
    """Return what a list of tasks needs to say how each one stands."""
    return {
        "today": today,
        "urgency": lambda task: urgency(task.due_on, task.done_at, today),
        "urgency_word": words.urgency_word,
    }


async def about(session: AsyncSession, who: Who, form: Form) -> dict[str, Any]:
    """Return the customer that a form is about, and the cells and colleagues to choose from."""
    given = form.values.get("customer_id")
    is_number = isinstance(given, int) or (isinstance(given, str) and given.isdecimal())
    customer = await customers.one(session, who, int(given)) if given and is_number else None
    staff = await accounts.staff(session, who.here)
    others = [(str(user.id), user.display_name) for user in staff if user.id != who.user_id]
    return {"customer": customer, "colleagues": others, "cells": await cells(session, who)}


async def visit_choices(session: AsyncSession, who: Who) -> dict[str, Any]:
    """Return what visits can be filtered by and how they can end."""
    staff = await accounts.staff(session, who.here)
    return {
        "cells": await cells(session, who),
        "visitors": [(str(user.id), user.display_name) for user in staff],
        "results": words.results(),
        "result_word": words.result_word,
    }


async def cells(session: AsyncSession, who: Who) -> list[tuple[str, str]]:
    """Return the published cells to choose from; a grid officer's own come first."""
    found = await grids.published_rows(session, who.here)
    if who.role is Role.GRID_OFFICER:
        found.sort(key=lambda cell: who.user_id not in (cell.lead_id, cell.backup_id))
    return [(str(cell.id), cell.name) for cell in found]
