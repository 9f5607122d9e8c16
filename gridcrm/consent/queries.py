"""Reading consents; whoever may see a customer may see what they agreed to."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent import rules
from gridcrm.consent.models import Consent, Purpose

_AT_ONCE = 500


async def statements(session: AsyncSession, customer_id: int) -> list[Consent]:
    """Return all that a customer said, newest first; the caller has already seen the customer."""
    query = select(Consent).where(Consent.customer_id == customer_id)
    order = col(Consent.given_at).desc(), col(Consent.id).desc()
    return list(await session.exec(query.order_by(*order)))


async def current(session: AsyncSession, customer_id: int, purpose: Purpose) -> Consent | None:
    """Return the statement that counts for one purpose."""
    return rules.latest(await statements(session, customer_id)).get(purpose)


async def current_of(
    session: AsyncSession, customer_ids: Sequence[int]
) -> dict[tuple[int, Purpose], Consent]:
    """Return the statements that count, by customer and purpose, of customers already seen."""
    found: dict[tuple[int, Purpose], Consent] = {}
    order = col(Consent.given_at), col(Consent.id)
    for start in range(0, len(customer_ids), _AT_ONCE):
        part = customer_ids[start : start + _AT_ONCE]
        query = select(Consent).where(col(Consent.customer_id).in_(part)).order_by(*order)
        found |= {(one.customer_id, one.purpose): one for one in await session.exec(query)}
    return found
