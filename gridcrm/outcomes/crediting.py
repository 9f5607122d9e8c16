"""Which event an outcome of this customer credits, from what the database knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Branch
from gridcrm.customers.models import Customer
from gridcrm.customers.products import by_slug
from gridcrm.outcomes import queries, rules
from gridcrm.outcomes.attribution import Attendance, Touch, counts_until, covers, credit
from gridcrm.outcomes.queries import Attended


class Sale(Protocol):
    """What of a claim or an outcome decides its credit."""

    @property
    def happened_on(self) -> date:
        """The day of the sale."""

    @property
    def product(self) -> str:
        """The slug of the product."""

    @property
    def sales_zone(self) -> bool:
        """Whether it took place in the sales zone."""

    @property
    def recording_ref(self) -> str:
        """The reference of its recording."""


@dataclass(frozen=True)
class Credit:
    """The event that an outcome credits, and the one that a first-touch view credits."""

    last: int | None = None
    first: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """An event that an outcome may credit until a day."""

    event_id: int
    title: str
    ended_on: date
    counts_until: date


async def zone_of(session: AsyncSession, branch_id: int) -> ZoneInfo:
    """Return the time zone in which a branch counts its days."""
    return ZoneInfo((await session.get_one(Branch, branch_id)).time_zone)


async def credit_of(
    session: AsyncSession, customer: Customer, sale: Sale, zone: ZoneInfo, chosen: int | None = None
) -> Credit:
    """Return the credit of an outcome, by what the customer attended."""
    return credit_among(customer, sale, await queries.attended(session, customer), zone, chosen)


def credit_among(
    customer: Customer,
    sale: Sale,
    attended: Iterable[Attended],
    zone: ZoneInfo,
    chosen: int | None = None,
) -> Credit:
    """Return the credit of an outcome; a chosen event stands if its window holds the day."""
    if not may_credit(customer, sale):
        return Credit()
    attendances = [_attendance(item) for item in attended]
    inside = {item.event_id for item in attendances if covers(item, sale.happened_on, zone)}
    last = chosen if chosen in inside else credit(sale.happened_on, attendances, zone)
    return Credit(last, credit(sale.happened_on, attendances, zone, Touch.FIRST))


def may_credit(customer: Customer, sale: Sale) -> bool:
    """Return whether this outcome of this person may credit an event at all."""
    return counts(customer, sale.happened_on) and rules.sale_counts(
        sale.sales_zone, sale.recording_ref, must_be_recorded=must_be_recorded(sale.product)
    )


def counts(customer: Customer, on: date) -> bool:
    """Return whether anything this person does may credit an event."""
    return rules.person_counts(customer.birth_year, on, is_staff=customer.is_staff)


def must_be_recorded(slug: str) -> bool:
    """Return whether a product is sold in the sales zone and recorded."""
    product = by_slug(slug)
    return product is not None and product.recorded


async def suggestions(
    session: AsyncSession, customer: Customer, today: date, zone: ZoneInfo
) -> list[Suggestion]:
    """Return the attended events that an outcome of today may still credit, newest first."""
    found = [(item, _attendance(item)) for item in await queries.attended(session, customer)]
    return [
        Suggestion(
            item.event_id,
            item.title,
            item.ended_at.astimezone(zone).date(),
            counts_until(attendance, zone),
        )
        for item, attendance in found
        if counts_until(attendance, zone) >= today
    ]


def _attendance(item: Attended) -> Attendance:
    return Attendance(item.event_id, item.ended_at, item.window_days)
