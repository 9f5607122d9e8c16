"""Consent as a condition over Customer, asked at the moment of use."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.days import HOME_ZONE, local_day
from gridcrm.customers.models import Customer


def allows(purpose: Purpose, now: datetime, zone: str = HOME_ZONE) -> ColumnElement[bool]:
    """Return the condition that a customer's latest statement grants a purpose now."""
    given, later = aliased(Consent), aliased(Consent)
    lasts = or_(col(given.expires_on).is_(None), col(given.expires_on) >= local_day(now, zone))
    superseded = (
        select(col(later.id))
        .where(
            col(later.customer_id) == given.customer_id,
            col(later.purpose) == purpose,
            tuple_(col(later.given_at), col(later.id)) > tuple_(col(given.given_at), col(given.id)),
        )
        .exists()
    )
    return (
        select(col(given.id))
        .where(
            col(given.customer_id) == Customer.id,
            col(given.purpose) == purpose,
            col(given.state) == ConsentState.GRANTED,
            col(given.withdrawn_at).is_(None),
            lasts,
            ~superseded,
        )
        .exists()
    )
