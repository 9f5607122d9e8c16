"""Reading outcomes, as far as a person may see them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, or_, true
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.accounts.models import User
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Right, Role, Who
from gridcrm.customers import phones
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event, Registration, RegistrationState
from gridcrm.outcomes.forms import FilterIn
from gridcrm.outcomes.models import Outcome, OutcomeLedger, OutcomeState

_AT_ONCE = 500
_OURS = re.compile(r"#\d{1,18}")


class Tab(StrEnum):
    """The parts of the list."""

    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True)
class Line:
    """An outcome with the names that a list shows."""

    outcome: Outcome
    customer: Customer
    claimed_by: str
    decided_by: str | None
    event_title: str | None


@dataclass(frozen=True)
class Attended:
    """An event at which a customer was checked in."""

    event_id: int
    title: str
    ended_at: datetime
    window_days: int


def visible(who: Who) -> SelectOfScalar[Outcome]:
    """Select the outcomes that a person may open: the branch's, or one's own claims.

    A grid officer opens those of the customers whom they may open.
    """
    query = select(Outcome).where(Outcome.branch_id == who.here)
    own = col(Outcome.claimed_by) == who.user_id
    if not who.may(Right.OUTCOMES_VIEW):
        return query.where(own if who.may(Right.OUTCOMES_CLAIM) else false())
    if who.role is not Role.GRID_OFFICER:
        return query
    known = customers.visible(who).with_only_columns(col(Customer.id))
    return query.where(or_(own, col(Outcome.customer_id).in_(known)))


async def one(session: AsyncSession, who: Who, outcome_id: int) -> Outcome:
    """Return an outcome that this person may see."""
    found = (await session.exec(visible(who).where(Outcome.id == outcome_id))).first()
    if found is None:
        raise NotFound
    return found


async def locked(session: AsyncSession, who: Who, outcome_id: int) -> Outcome:
    """Return an outcome for a decision; a second decision waits until the first is made."""
    query = visible(who).where(Outcome.id == outcome_id)
    found = (await session.exec(query.with_for_update(of=Outcome))).first()
    if found is None:
        raise NotFound
    return found


async def line(session: AsyncSession, who: Who, outcome_id: int) -> Line:
    """Return one outcome with its names."""
    found = (await session.exec(_with_names(visible(who).where(Outcome.id == outcome_id)))).first()
    if found is None:
        raise NotFound
    return Line(*found)


async def counts(session: AsyncSession, who: Who, given: FilterIn) -> dict[Tab, int]:
    """Return how many outcomes each tab holds, in one statement."""
    fits = visible(who).where(*_filter(given)).subquery()
    sums = [func.sum(case((_in_tab(who, tab, fits.c), 1), else_=0)) for tab in Tab]
    row = (await session.exec(sql_select(*sums).select_from(fits))).one()  # type: ignore[call-overload]
    return {tab: int(n or 0) for tab, n in zip(Tab, row, strict=True)}


async def lines(
    session: AsyncSession, who: Who, tab: Tab, given: FilterIn, *, offset: int, limit: int
) -> list[Line]:
    """Return a page of a tab; claims to verify are oldest first, the rest newest first."""
    at = col(Outcome.claimed_at)
    order = at.asc() if tab is Tab.TO_VERIFY else at.desc()
    query = _with_names(visible(who).where(_in_tab(who, tab, Outcome), *_filter(given)))
    rows = await session.exec(query.order_by(order, col(Outcome.id)).offset(offset).limit(limit))
    return [Line(*row) for row in rows]


async def to_verify_count(session: AsyncSession, who: Who) -> int:
    """Return how many claims wait for this person; 0 for those who may not verify."""
    if not who.may(Right.OUTCOMES_VERIFY):
        return 0
    query = visible(who).where(
        Outcome.state == OutcomeState.CLAIMED,
        Outcome.claimed_by != who.user_id,
        func.coalesce(Outcome.entered_by, 0) != who.user_id,
    )
    return (await session.exec(select(func.count()).select_from(query.subquery()))).one()


async def find_customer(session: AsyncSession, who: Who, words: str) -> Customer | None:
    """Return the customer with exactly this phone or customer number, if they may be seen."""
    return (await called(session, who, [words])).get(words)


async def called(session: AsyncSession, who: Who, words: Sequence[str]) -> dict[str, Customer]:
    """Return customers by what names them exactly: customer number, phone, or #12 in our records."""
    digits = {word: phones.digits_of(word) for word in words}
    found: dict[str, Customer] = {}
    for start in range(0, len(words), _AT_ONCE):
        part = words[start : start + _AT_ONCE]
        calls = [number for word in part if (number := digits[word])]
        either = or_(
            col(Customer.number).in_(part),
            col(Customer.phone).in_(calls),
            col(Customer.id).in_(_ours(who, part)),
        )
        rows = list(await session.exec(customers.visible(who).where(either)))
        names = {f"#{row.id}": row for row in rows}
        names |= {row.phone: row for row in rows if row.phone}
        names |= {row.number: row for row in rows if row.number}
        hits = {word: names.get(word) or names.get(digits[word] or "") for word in part}
        found |= {word: row for word, row in hits.items() if row}
    return found


def _ours(who: Who, words: Sequence[str]) -> list[int]:
    """The numbers in #12, for those who may list customers; others could count them through."""
    if not who.may(Right.CUSTOMERS_LIST):
        return []
    return [int(word[1:]) for word in words if _OURS.fullmatch(word)]


async def attended(session: AsyncSession, customer: Customer) -> list[Attended]:
    """Return the events at which a customer was checked in, newest first."""
    assert customer.id is not None
    return (await attended_by(session, [customer.id])).get(customer.id, [])


async def attended_by(
    session: AsyncSession, customer_ids: Sequence[int]
) -> dict[int, list[Attended]]:
    """Return the events at which each of these customers was checked in, newest first."""
    found: dict[int, list[Attended]] = {}
    columns = (Event.id, Event.title, Event.ends_at, Event.outcome_window_days)
    for start in range(0, len(customer_ids), _AT_ONCE):
        query = (
            sql_select(col(Registration.customer_id), *(col(column) for column in columns))
            .join(Event, col(Event.id) == Registration.event_id)
            .where(
                col(Registration.customer_id).in_(customer_ids[start : start + _AT_ONCE]),
                col(Registration.state) == RegistrationState.CHECKED_IN,
            )
            .order_by(col(Event.ends_at).desc())
        )
        for customer_id, *values in await session.exec(query):  # type: ignore[call-overload]
            found.setdefault(customer_id, []).append(Attended(*values))
    return found


async def of_customer(session: AsyncSession, customer_id: int) -> list[Line]:
    """Return a customer's outcomes, newest first; the caller has already seen the customer."""
    query = _with_names(select(Outcome).where(Outcome.customer_id == customer_id))
    rows = await session.exec(
        query.order_by(col(Outcome.happened_on).desc(), col(Outcome.id).desc())
    )
    return [Line(*row) for row in rows]


async def standing(
    session: AsyncSession, customer_ids: Sequence[int]
) -> dict[int, list[tuple[Outcome, str]]]:
    """Return the claimed and verified outcomes of customers, with who claimed each."""
    found: dict[int, list[tuple[Outcome, str]]] = {}
    for start in range(0, len(customer_ids), _AT_ONCE):
        query = (
            select(Outcome, User.display_name)
            .join(User, col(User.id) == Outcome.claimed_by)
            .where(
                col(Outcome.customer_id).in_(customer_ids[start : start + _AT_ONCE]),
                col(Outcome.state).in_((OutcomeState.CLAIMED, OutcomeState.VERIFIED)),
            )
        )
        for outcome, name in await session.exec(query):
            found.setdefault(outcome.customer_id, []).append((outcome, name))
    return found


async def references(session: AsyncSession, branch_id: int) -> set[str]:
    """Return the references that a branch's outcomes have."""
    query = select(Outcome.reference).where(
        Outcome.branch_id == branch_id, col(Outcome.reference).is_not(None)
    )
    return {reference for reference in await session.exec(query) if reference}


async def has_reference(session: AsyncSession, branch_id: int, reference: str) -> bool:
    """Return whether an outcome of the branch has this reference."""
    query = select(Outcome.id).where(Outcome.branch_id == branch_id, Outcome.reference == reference)
    return (await session.exec(query)).first() is not None


async def ledger(session: AsyncSession, who: Who, ledger_id: int) -> OutcomeLedger:
    """Return a ledger file that somebody of this branch brought in."""
    query = select(OutcomeLedger).where(
        OutcomeLedger.id == ledger_id, OutcomeLedger.branch_id == who.here
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


def _with_names(outcomes: SelectOfScalar[Outcome]) -> Any:
    claimant, decider = aliased(User), aliased(User)
    fits = outcomes.whereclause
    assert fits is not None
    names = (col(claimant.display_name), col(decider.display_name), col(Event.title))
    return (
        sql_select(Outcome, Customer, *names)
        .join(Customer, col(Customer.id) == Outcome.customer_id)
        .join(claimant, col(claimant.id) == Outcome.claimed_by)
        .outerjoin(decider, col(decider.id) == Outcome.decided_by)
        .outerjoin(Event, col(Event.id) == Outcome.event_id)
        .where(fits)
    )


def _in_tab(who: Who, tab: Tab, row: Any) -> ColumnElement[bool]:
    conditions: dict[Tab, ColumnElement[bool]] = {
        Tab.TO_VERIFY: row.state == OutcomeState.CLAIMED,
        Tab.VERIFIED: row.state == OutcomeState.VERIFIED,
        Tab.MINE: row.claimed_by == who.user_id,
        Tab.ALL: true(),
    }
    return conditions[tab]


def _filter(given: FilterIn) -> list[ColumnElement[bool]]:
    equal = {
        col(Outcome.kind): given.kind,
        col(Outcome.product): given.product,
        col(Outcome.event_id): given.event,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if given.since:
        found.append(col(Outcome.happened_on) >= given.since)
    if given.until:
        found.append(col(Outcome.happened_on) <= given.until)
    return found
