"""What events add to a label's page, and what a merge of labels has to change."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import ngettext
from gridcrm.core.who import Right, Who
from gridcrm.events.models import Event, EventLabel
from gridcrm.labels.models import Label
from gridcrm.labels.registry import Link, Use

LINK = Link(EventLabel, "event_id")


async def uses(session: AsyncSession, who: Who, label: Label) -> list[Use]:
    """Return how many of the branch's events are about a label."""
    if not who.may(Right.EVENTS_VIEW) or who.branch_id is None:
        return []
    query = (
        select(func.count())
        .select_from(EventLabel)
        .join(Event, col(Event.id) == EventLabel.event_id)
        .where(EventLabel.label_id == label.id, Event.branch_id == who.here)
    )
    n = (await session.exec(query)).one()
    text = ngettext("{n} event of the branch", "{n} events of the branch", n).format(n=n)
    return [Use("calendar-event", text, "/events")] if n else []
