"""What is known of people before they are invited: a handful of statements, however many people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent.clauses import allows
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.customers.models import Customer
from gridcrm.events.eligibility import Person
from gridcrm.events.models import Channel, Event, Invitation, InvitationState
from gridcrm.ledger.models import Visit, VisitResult

PURPOSE = {
    Channel.SMS: Purpose.MARKETING_SMS,
    Channel.CALL: Purpose.MARKETING_CALL,
    Channel.WECHAT: Purpose.WECHAT_CONTACT,
}
_MONTH = timedelta(days=30)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be invited, with the invitation to this event that they have already."""

    customer_id: int
    cell_id: int | None
    person: Person
    invitation_id: int | None = None


@dataclass(frozen=True)
class _History:
    """What happened with the candidates before, by customer."""

    said: Mapping[int, Any] = field(default_factory=dict)
    touched: Mapping[int, Any] = field(default_factory=dict)
    declined: Mapping[int, Any] = field(default_factory=dict)
    turned_away: Mapping[int, date] = field(default_factory=dict)
    zone: str = ""


async def candidates(
    session: AsyncSession, event: Event, ids: Select[Any], now: datetime, zone: str
) -> list[Candidate]:
    """Return the people with these ids, with what the contact rules ask about them."""
    history = _History(
        said=await _by_customer(session, _statements(ids)),
        touched=await _by_customer(session, _touches(ids, now)),
        declined=await _by_customer(session, _declines(ids, event.series_id)),
        turned_away=dict(list(await session.exec(_refused_visits(ids)))),
        zone=zone,
    )
    rows = await session.exec(_customers(event, ids, now, zone))
    return [_candidate(row, history) for row in rows]


def _customers(event: Event, ids: Select[Any], now: datetime, zone: str) -> Any:
    agreed = [allows(PURPOSE[way], now, zone).label(way.value) for way in Channel]
    mine = and_(col(Invitation.customer_id) == Customer.id, col(Invitation.event_id) == event.id)
    return (
        select(Customer, Invitation.id, Invitation.state, *agreed)
        .outerjoin(Invitation, mine)
        .where(col(Customer.id).in_(ids))
        .order_by(col(Customer.id))
    )


def _statements(ids: Select[Any]) -> Any:
    refused_at = case(
        (col(Consent.state) == ConsentState.REFUSED, col(Consent.given_at)),
        (col(Consent.withdrawn_at).is_not(None), col(Consent.withdrawn_at)),
    )
    granted = and_(col(Consent.state) == ConsentState.GRANTED, col(Consent.withdrawn_at).is_(None))
    return (
        select(
            Consent.customer_id,
            func.max(refused_at).label("refused_at"),
            func.max(case((granted, col(Consent.given_at)))).label("agreed_at"),
        )
        .where(col(Consent.purpose).in_(PURPOSE.values()), col(Consent.customer_id).in_(ids))
        .group_by(col(Consent.customer_id))
    )


def _touches(ids: Select[Any], now: datetime) -> Any:
    call = and_(col(Invitation.channel) == Channel.CALL, col(Invitation.sent_at) > now - _WEEK)
    return (
        select(
            Invitation.customer_id,
            func.count().label("month"),
            func.count(case((call, 1))).label("calls"),
        )
        .where(
            col(Invitation.sent_at) > now - _MONTH,
            col(Invitation.state) != InvitationState.SUPPRESSED,
            col(Invitation.customer_id).in_(ids),
        )
        .group_by(col(Invitation.customer_id))
    )


def _declines(ids: Select[Any], series_id: int | None) -> Any:
    return (
        select(
            Invitation.customer_id,
            func.count().label("times"),
            func.max(Invitation.answered_at).label("last_at"),
        )
        .join(Event, col(Event.id) == Invitation.event_id)
        .where(
            col(Event.series_id) == (series_id or 0),
            col(Invitation.state) == InvitationState.DECLINED,
            col(Invitation.customer_id).in_(ids),
        )
        .group_by(col(Invitation.customer_id))
    )


def _refused_visits(ids: Select[Any]) -> Any:
    return (
        select(Visit.customer_id, func.max(Visit.visited_on))
        .where(col(Visit.result) == VisitResult.REFUSED, col(Visit.customer_id).in_(ids))
        .group_by(col(Visit.customer_id))
    )


async def _by_customer(session: AsyncSession, query: Any) -> dict[int, Any]:
    return {row.customer_id: row for row in await session.exec(query)}


def _candidate(row: Any, history: _History) -> Candidate:
    customer, invitation_id, state, *agreed = row
    has_one = state is not None and state is not InvitationState.SUPPRESSED
    ways = frozenset(way for way, yes in zip(Channel, agreed, strict=True) if yes)
    person = _person(customer, history, ways, already_invited=has_one)
    return Candidate(customer.id, customer.cell_id, person, invitation_id)


def _person(
    customer: Customer, history: _History, ways: frozenset[Channel], *, already_invited: bool
) -> Person:
    assert customer.id is not None
    said = history.said.get(customer.id)
    touched = history.touched.get(customer.id)
    declined = history.declined.get(customer.id)
    return Person(
        branch_id=customer.branch_id,
        agreed_to=ways,
        has_phone=bool(customer.phone),
        birth_year=customer.birth_year,
        tier=customer.tier,
        lifecycle=customer.lifecycle,
        do_not_contact=customer.do_not_contact,
        is_staff=customer.is_staff,
        deceased=customer.deceased,
        open_complaint=customer.open_complaint,
        care_until=customer.care_until,
        updated_at=customer.updated_at,
        already_invited=already_invited,
        touches_this_month=touched.month if touched else 0,
        calls_this_week=touched.calls if touched else 0,
        refused_at=_latest(said.refused_at if said else None, _noon(customer.id, history)),
        agreed_at=said.agreed_at if said else None,
        declined_in_series=declined.times if declined else 0,
        last_declined_at=declined.last_at if declined else None,
    )


def _noon(customer_id: int, history: _History) -> datetime | None:
    """A visit has a day and no hour; noon of that day stands for it."""
    day = history.turned_away.get(customer_id)
    return datetime.combine(day, time(12), ZoneInfo(history.zone)) if day else None


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
