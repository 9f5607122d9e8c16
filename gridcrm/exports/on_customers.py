"""What exports add to a customer's page."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Panel
from gridcrm.exports import queries, words


async def panel(
    session: AsyncSession, who: Who, customer: Customer, _now: datetime
) -> Panel | None:
    """Return which lists a customer was on, for those who keep the register."""
    if not who.may(Right.EXPORTS_REGISTER) or customer.id is None:
        return None
    lines = await queries.with_customer(session, who, customer.id)
    return Panel(
        key="exports",
        title=gettext("Lists out"),
        template="exports/_customer.html",
        context={"lines": lines, "words": words},
    )
