"""What outcomes add to an event's page."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.events.models import Event
from gridcrm.events.registry import EventPanel
from gridcrm.outcomes import views, words
from gridcrm.outcomes.attribution import Touch


async def panel(session: AsyncSession, who: Who, event: Event, now: datetime) -> EventPanel | None:
    """Return how far the people of an event came, as a part of its results."""
    if not who.may(Right.OUTCOMES_VIEW):
        return None
    asked = views.Asked("event", event.id, None, Touch.LAST)
    view = await views.view(session, who, asked, now)
    return EventPanel(
        key="funnel",
        title=gettext("How far people came"),
        template="outcomes/_event.html",
        context={"view": view, "kinds": words.kinds()},
    )
