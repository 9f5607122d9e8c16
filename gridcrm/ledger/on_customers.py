"""What the desk adds to customers: a panel of tasks and visits, and lines of the timeline."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import HOME_ZONE, local_day
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Entry, Panel
from gridcrm.ledger import queries, showing, words

PANEL = "desk"
_LAST_VISITS = 3
_NOON = time(12, tzinfo=ZoneInfo(HOME_ZONE))


async def panel(session: AsyncSession, who: Who, customer: Customer, now: datetime) -> Panel | None:
    """Return a customer's open tasks and last visits, as far as this person may see them."""
    if not who.may(Right.DESK_USE):
        return None
    tasks = await queries.tasks_about(session, who, customer.id or 0)
    visits = await queries.visits_to(session, who, customer.id or 0)
    context = {
        "todo": [line for line in tasks if line.task.done_at is None],
        "visits": visits[:_LAST_VISITS],
        "result_word": words.result_word,
        **showing.task_words(local_day(now)),
    }
    return Panel(PANEL, gettext("Tasks and visits"), "ledger/_panel.html", context)


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return the visits to a customer and what was done for them."""
    if not who.may(Right.DESK_USE):
        return []
    visited = gettext("{visitor} visited: {result}")
    found = [
        Entry(
            at=datetime.combine(line.visit.visited_on, _NOON),
            icon="walk",
            text=visited.format(visitor=line.visitor, result=words.result_word(line.visit.result))
            + (f" · {line.visit.need}" if line.visit.need else ""),
        )
        for line in await queries.visits_to(session, who, customer.id or 0)
    ]
    finished = gettext("Done by {assignee}: {title}")
    for line in await queries.tasks_about(session, who, customer.id or 0):
        if line.task.done_at is not None:
            text = finished.format(assignee=line.assignee, title=line.task.title)
            found.append(Entry(line.task.done_at, "check", text))
    return found
