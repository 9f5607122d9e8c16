"""What segments add to a customer's page: which of the branch's segments the person is in."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Panel
from gridcrm.segments.why import segments_of


async def panel(session: AsyncSession, who: Who, customer: Customer, now: datetime) -> Panel | None:
    """Return the segments of a customer, to who may see segments; none where the branch has none."""
    if not who.may(Right.SEGMENTS_VIEW):
        return None
    found = await segments_of(session, who, customer.id or 0, now)
    if not found:
        return None
    return Panel("segments", gettext("Segments"), "segments/_panel.html", {"segments": found})
