"""Bringing in a ledger of outcomes: checked first, then committed; the same file adds nothing."""

import asyncio
import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import gettext
from gridcrm.core.sheets import Sheet, SheetError, read_table
from gridcrm.core.who import Who
from gridcrm.events.models import Event
from gridcrm.outcomes import queries
from gridcrm.outcomes.crediting import zone_of
from gridcrm.outcomes.ledger_plan import Known, Plan, Ready, customer_keys, plan
from gridcrm.outcomes.ledger_rows import BadRow, Column, Names, columns_of, read_row, usual_header
from gridcrm.outcomes.models import LedgerState, Outcome, OutcomeLedger
from gridcrm.outcomes.service import claim_of

_MOST_REPORTED = 500


async def check(
    session: AsyncSession, who: Who, filename: str, content: bytes, now: datetime
) -> OutcomeLedger:
    """Check a ledger and keep it with its report until it is committed; nothing is claimed yet."""
    report = await dry_run(session, who, filename, content, now)
    await _forget_unused(session, who)
    ledger = OutcomeLedger(
        branch_id=who.here,
        filename=filename,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        report=report,
        created_by=who.user_id,
        created_at=now,
    )
    session.add(ledger)
    await session.flush()
    return ledger


async def commit(session: AsyncSession, who: Who, ledger_id: int, now: datetime) -> OutcomeLedger:
    """Claim every good row of a checked ledger, once."""
    ledger = await queries.ledger(session, who, ledger_id)
    if ledger.state is LedgerState.COMMITTED:
        raise RuleBroken("This file is imported already.")
    if ledger.content is None:
        raise RuleBroken("Another file was checked after this one. Check this one again.")
    ledger.report = await import_file(session, who, ledger.filename, ledger.content, now)
    ledger.state, ledger.committed_at, ledger.content = LedgerState.COMMITTED, now, None
    session.add(ledger)
    return ledger


async def dry_run(
    session: AsyncSession, who: Who, filename: str, content: bytes, now: datetime
) -> dict[str, Any]:
    """Return what an import would do, row by row where something is wrong."""
    sheet, made = await _planned(session, who, filename, content, now)
    return _report(sheet, made)


async def import_file(
    session: AsyncSession, who: Who, filename: str, content: bytes, now: datetime
) -> dict[str, Any]:
    """Claim every good row of a ledger and return the report."""
    sheet, made = await _planned(session, who, filename, content, now)
    session.add_all([_outcome(item, who, now) for item in made.ready])
    await session.flush()
    audit.record(
        session, who, "outcome_import", ("branch", who.here), claimed=len(made.ready),
        known=len(made.known), bad=len(made.bad), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return _report(sheet, made)


async def _planned(
    session: AsyncSession, who: Who, filename: str, content: bytes, now: datetime
) -> tuple[Sheet, Plan]:
    sheet = await _sheet(filename, content)
    where = columns_of(sheet)
    zone = await zone_of(session, who.here)
    names = await _names(session, who)
    today = local_day(now, zone.key)
    rows = [read_row(row, where, sheet, names, today) for row in sheet.rows]
    customers = await queries.called(session, who, sorted(customer_keys(rows)))
    ids = sorted({customer.id for customer in customers.values() if customer.id})
    standing = await queries.standing(session, ids)
    known = Known(
        customers=customers,
        attended=await queries.attended_by(session, ids),
        standing={
            key: [(claim_of(outcome), name) for outcome, name in found]
            for key, found in standing.items()
        },
        references=await queries.references(session, who.here),
        zone=zone,
    )
    return sheet, plan(rows, known)


async def _sheet(filename: str, content: bytes) -> Sheet:
    try:
        return await asyncio.to_thread(read_table, content, filename)
    except SheetError as error:
        raise InvalidInput({"file": gettext(error.message).format(**error.params)}) from None


async def _names(session: AsyncSession, who: Who) -> Names:
    staff = select(User.id, User.username, User.display_name).where(User.branch_id == who.here)
    handlers: dict[str, int | None] = {}
    for user_id, *names in await session.exec(staff):
        for name in names:
            handlers[name] = user_id if handlers.get(name, user_id) == user_id else None
    titles = await session.exec(select(Event.title).where(Event.branch_id == who.here).distinct())
    return Names(handlers, frozenset(titles))


async def _forget_unused(session: AsyncSession, who: Who) -> None:
    """Drop the bytes of files that the same person checked and left."""
    unused = col(OutcomeLedger.state) == LedgerState.CHECKED
    await session.exec(
        update(OutcomeLedger)
        .where(unused, col(OutcomeLedger.created_by) == who.user_id)
        .values(content=None)
    )


def _outcome(item: Ready, who: Who, now: datetime) -> Outcome:
    row = item.row
    assert item.customer.id is not None
    return Outcome(
        branch_id=item.customer.branch_id,
        customer_id=item.customer.id,
        event_id=item.credit.last,
        first_event_id=item.credit.first,
        kind=row.kind,
        product=row.product,
        amount_fen=row.amount_fen,
        happened_on=row.happened_on,
        reference=item.reference,
        sales_zone=row.sales_zone,
        recording_ref=row.recording_ref,
        claimed_by=row.handler_id or who.user_id,
        entered_by=who.user_id,
        claimed_at=now,
    )


def _report(sheet: Sheet, made: Plan) -> dict[str, Any]:
    where = columns_of(sheet)
    headers = {column: usual_header(column) for column in Column}
    headers |= {column: sheet.columns[index] for column, index in where.items()}
    return {
        "rows": len(sheet.rows),
        "ready": len(made.ready),
        "credited": sum(item.credit.last is not None for item in made.ready),
        "known": len(made.known),
        "bad": len({row.line for row in made.bad}),
        "bad_rows": [_plain(row, headers) for row in made.bad[:_MOST_REPORTED]],
        "warnings": [_plain(row, headers) for row in made.warnings[:_MOST_REPORTED]],
    }


def _plain(row: BadRow, headers: dict[Column, str]) -> dict[str, Any]:
    return {
        "line": row.line,
        "column": headers[row.column],
        "reason": row.reason.message,
        "remedy": row.remedy.message,
        "params": dict(row.reason.params) | dict(row.remedy.params),
    }
