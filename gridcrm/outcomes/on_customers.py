"""What outcomes add to a customer's page."""

from datetime import datetime, time

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Customer
from gridcrm.customers.products import name_of
from gridcrm.customers.registry import Entry, Panel
from gridcrm.outcomes import queries, words
from gridcrm.outcomes.crediting import zone_of
from gridcrm.outcomes.models import OutcomeState


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return a customer's verified outcomes for their timeline."""
    if not who.may(Right.OUTCOMES_VIEW) or customer.id is None:
        return []
    kinds = words.kinds()
    noon = time(12, tzinfo=await zone_of(session, customer.branch_id))
    return [
        Entry(
            at=datetime.combine(line.outcome.happened_on, noon),
            icon="target-arrow",
            text=_said(kinds[line.outcome.kind], line.event_title),
            url=f"/outcomes/{line.outcome.id}",
        )
        for line in await queries.of_customer(session, customer.id)
        if line.outcome.state is OutcomeState.VERIFIED
    ]


async def panel(
    session: AsyncSession, who: Who, customer: Customer, _now: datetime
) -> Panel | None:
    """Return a customer's outcomes as a part of their page."""
    if not who.may(Right.OUTCOMES_VIEW) or customer.id is None:
        return None
    return Panel(
        key="outcomes",
        title=gettext("Outcomes"),
        template="outcomes/_customer.html",
        context={
            "customer_id": customer.id,
            "lines": await queries.of_customer(session, customer.id),
            "kinds": words.kinds(),
            "states": words.states(),
            "product_name": name_of,
        },
    )


def _said(what: str, event_title: str | None) -> str:
    if event_title is None:
        return what
    return gettext("{what}, after “{event}”").format(what=what, event=event_title)
