"""Lifecycles move on with the days, even where nobody touches a customer."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.customers.bulk import set_values
from gridcrm.customers.models import Customer, Holding
from gridcrm.customers.rules import lifecycle_of


async def refresh(session: AsyncSession, now: datetime) -> int:
    """Bring the lifecycle of every customer of every branch up to today; return how many moved."""
    today = local_day(now)
    holders = set(await session.exec(select(Holding.customer_id).distinct()))
    rows = await session.exec(
        select(
            Customer.id,
            Customer.opened_on,
            Customer.last_active_on,
            Customer.lifecycle,
            Customer.aum_fen,
        )  # type: ignore[call-overload]
    )
    changed = []
    for customer_id, opened_on, last_active_on, before, aum_fen in rows:
        holds = customer_id in holders or bool(aum_fen)
        stands = lifecycle_of(opened_on, last_active_on, before, today, holds_product=holds)
        if stands.lifecycle is not before:
            changed.append((customer_id, stands.lifecycle))
    await set_values(session, "lifecycle", changed)
    return len(changed)
