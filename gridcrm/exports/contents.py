"""What is in a list: who stays, who is left out and why, and the rows themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, case, false, func, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.consent.clauses import allows
from gridcrm.core.days import local_day
from gridcrm.core.sheets_write import WriteCell
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.eligibility import grown_up_by
from gridcrm.events.models import Suppression
from gridcrm.exports.columns import Column, When, writer
from gridcrm.exports.models import Use
from gridcrm.exports.rules import TERMS
from gridcrm.exports.sources import Source

SAMPLE_ROWS = 5
_STAYS = ""


@dataclass(frozen=True)
class Counted:
    """How many people stay on a list, and how many are left out for which reason."""

    rows: int
    dropped: dict[Suppression, int]

    @property
    def total(self) -> int:
        """Return how many there were before anybody was left out."""
        return self.rows + sum(self.dropped.values())


async def when_here(session: AsyncSession, who: Who, now: datetime) -> When:
    """Return the moment and the zone in which the branch at hand writes."""
    zone = ZoneInfo((await branches.here(session, who)).time_zone)
    return When(now, local_day(now, zone.key), zone)


async def count(session: AsyncSession, source: Source, use: Use, when: When) -> Counted:
    """Count who stays and who is left out, in one statement; each person has one reason."""
    reason = _reason(use, when).label("reason")
    asked = source.people.with_only_columns(reason, maintain_column_froms=True).subquery()
    query: Any = select(asked.c.reason, func.count()).group_by(asked.c.reason)
    found = {str(key): int(n) for key, n in await session.exec(query)}
    dropped = {why: found[why] for why in TERMS[use].leaves_out if why in found}
    return Counted(found.get(_STAYS, 0), dropped)


async def sample(
    session: AsyncSession, source: Source, columns: Sequence[Column], use: Use, when: When
) -> list[list[WriteCell]]:
    """Return the first rows of a list, masked for whoever asks."""
    connection = await session.connection()
    query = _rows(source, columns, use, when).limit(SAMPLE_ROWS)
    found = (await connection.execute(query)).all()
    return [row[1:] for row in cells(found, columns, when, masked=True)]


async def everybody(
    session: AsyncSession, source: Source, columns: Sequence[Column], use: Use, when: When
) -> Sequence[Row[Any]]:
    """Return the stored values of a list, the customer's id first: plain rows, no objects."""
    connection = await session.connection()
    return (await connection.execute(_rows(source, columns, use, when))).all()


def cells(
    rows: Sequence[Row[Any]], columns: Sequence[Column], when: When, *, masked: bool
) -> Iterator[list[WriteCell]]:
    """Yield the id and the cells of each row as they are written, masked or whole."""
    writers = [writer(column, when, masked=masked) for column in columns]
    for row in rows:
        customer_id, *values = tuple[Any, ...](row)
        yield [customer_id, *(write(value) for write, value in zip(writers, values, strict=True))]


def _rows(source: Source, columns: Sequence[Column], use: Use, when: When) -> Any:
    read = [column.sql(when).label(column.key) for column in columns]
    return (
        source.people.with_only_columns(col(Customer.id), *read, maintain_column_froms=True)
        .where(_reason(use, when) == _STAYS)
        .order_by(col(Customer.id))
    )


def _reason(use: Use, when: When) -> ColumnElement[str]:
    """The first reason that leaves a person out, empty for those who stay."""
    checks = _checks(use, when)
    reasons = [(checks[why], literal(why.value)) for why in TERMS[use].leaves_out]
    return case(*reasons, else_=literal(_STAYS)) if reasons else literal(_STAYS)


def _checks(use: Use, when: When) -> dict[Suppression, Any]:
    consent = TERMS[use].consent
    birth_year = col(Customer.birth_year)
    return {
        Suppression.DECEASED: col(Customer.deceased),
        Suppression.STAFF: col(Customer.is_staff),
        Suppression.MINOR: and_(birth_year.is_not(None), birth_year > grown_up_by(when.today)),
        Suppression.DO_NOT_CONTACT: col(Customer.do_not_contact),
        Suppression.OPEN_COMPLAINT: col(Customer.open_complaint),
        Suppression.NO_CONSENT: ~allows(consent, when.now, when.zone.key) if consent else false(),
        Suppression.NO_REACHABLE_CHANNEL: func.coalesce(Customer.phone, "") == "",
    }
