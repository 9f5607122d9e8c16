"""Recording what people agree to, and taking it back in one step."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent import queries, rules
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer


async def record(
    session: AsyncSession,
    who: Who | None,
    customer_id: int,
    purpose: Purpose,
    state: ConsentState,
    how: str,
    now: datetime,
    *,
    notice_version: str = "",
    expires_on: date | None = None,
) -> Consent:
    """Keep a new statement beside the older ones; it counts from now on.

    `who` is None where the customer speaks for themselves, through a link that is theirs.
    """
    if state is ConsentState.WITHDRAWN:
        raise InvalidInput({"state": "Choose granted or refused; a grant is withdrawn on its own."})
    rules.check_lasts(expires_on, local_day(now))
    customer = await _customer(session, who, customer_id)
    row = Consent(
        customer_id=customer_id,
        branch_id=customer.branch_id,
        purpose=purpose,
        state=state,
        notice_version=notice_version,
        obtained_how=how,
        recorded_by=who.user_id if who else None,
        given_at=now,
        expires_on=expires_on if state is ConsentState.GRANTED else None,
    )
    session.add(row)
    await session.flush()
    _note(session, who, f"consent_{state}", customer, purpose, how)
    return row


async def withdraw(
    session: AsyncSession,
    who: Who | None,
    customer_id: int,
    purpose: Purpose,
    how: str,
    now: datetime,
) -> None:
    """Take a grant back at once; where there was none, keep that the person said no."""
    customer = await _customer(session, who, customer_id)
    statement = await queries.current(session, customer_id, purpose)
    if statement is None:
        await record(session, who, customer_id, purpose, ConsentState.REFUSED, how, now)
    elif statement.state is ConsentState.GRANTED:
        statement.state, statement.withdrawn_at = ConsentState.WITHDRAWN, now
        session.add(statement)
        await session.flush()
        _note(session, who, "consent_withdrawn", customer, purpose, how)


async def _customer(session: AsyncSession, who: Who | None, customer_id: int) -> Customer:
    if who is not None:
        return await customers.one(session, who, customer_id)
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise NotFound
    return customer


def _note(
    session: AsyncSession,
    who: Who | None,
    action: str,
    customer: Customer,
    purpose: Purpose,
    how: str,
) -> None:
    audit.record(
        session,
        who,
        action,
        ("customer", customer.id),
        branch_id=customer.branch_id,
        purpose=purpose,
        how=how,
    )
