"""What consent adds to customers: a panel, badges, the timeline, a filter, a column of imports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.consent import clauses, queries, rules, words
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.consent.rules import How, Standing
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_, gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import Entry, Facet, Panel

PANEL = "consent"
_MARKETING = (Purpose.MARKETING_SMS, Purpose.MARKETING_CALL)
"""What a ledger's column of consent to marketing speaks of."""
_LOOKS = {Standing.GRANTED: ("good", "check"), Standing.UNKNOWN: ("neutral", "help-circle")}
_NO = ("bad", "ban")


async def panel(session: AsyncSession, who: Who, customer: Customer, now: datetime) -> Panel:
    """Return a customer's standing on every purpose, and the form that records a statement."""
    today = local_day(now)
    latest = rules.latest(await queries.statements(session, customer.id or 0))
    rows = [
        (purpose, latest.get(purpose), rules.standing(latest.get(purpose), today))
        for purpose in Purpose
    ]
    context = {
        "rows": rows,
        "staff": await accounts.staff_names(session, customer.branch_id),
        "consent_word": words.word,
        "how_word": words.how_word,
        "purposes": words.purposes(),
        "ways": words.ways(),
        "may_edit": who.may(Right.CUSTOMERS_EDIT),
    }
    marks = tuple(
        (f"{words.word(purpose)}{gettext(': ')}{words.word(standing)}", *_LOOKS.get(standing, _NO))
        for purpose, _statement, standing in rows
        if purpose in _MARKETING
    )
    return Panel(PANEL, gettext("Consent"), "consent/_panel.html", context, marks)


async def timeline(session: AsyncSession, _who: Who, customer: Customer) -> list[Entry]:
    """Return what a customer said about their data, and when they took it back."""
    found: list[Entry] = []
    for statement in await queries.statements(session, customer.id or 0):
        found.append(_given(statement))
        if statement.withdrawn_at is not None:
            purpose = words.word(statement.purpose)
            text = gettext("Consent withdrawn: {purpose}").format(purpose=purpose)
            found.append(Entry(statement.withdrawn_at, "ban", text))
    return found


async def store_imported(
    session: AsyncSession, who: Who, pairs: Sequence[tuple[int, CustomerRow]], now: datetime
) -> dict[str, int]:
    """Keep what imported rows say of marketing, where it adds to what is known."""
    said = {customer_id: row.consent for customer_id, row in pairs if row.consent}
    known = await queries.current_of(session, list(said))
    today = local_day(now)
    new = [
        _statement(who, customer_id, purpose, ConsentState(state), now)
        for customer_id, state in said.items()
        for purpose in _MARKETING
        if rules.file_adds(known.get((customer_id, purpose)), ConsentState(state), today)
    ]
    session.add_all(new)
    await session.flush()
    return {"consents": len(new)} if said else {}


def _given(statement: Consent) -> Entry:
    granted = statement.state is not ConsentState.REFUSED
    text = (
        gettext("Consent granted: {purpose}, {how}")
        if granted
        else gettext("Consent refused: {purpose}, {how}")
    )
    how = words.how_word(statement.obtained_how)
    said = text.format(purpose=words.word(statement.purpose), how=how)
    return Entry(statement.given_at, "check" if granted else "ban", said)


def _statement(
    who: Who, customer_id: int, purpose: Purpose, state: ConsentState, now: datetime
) -> Consent:
    return Consent(
        customer_id=customer_id,
        branch_id=who.here,
        purpose=purpose,
        state=state,
        obtained_how=How.IMPORTED,
        recorded_by=who.user_id,
        given_at=now,
    )


async def _options(_session: AsyncSession, _who: Who) -> list[tuple[str, str]]:
    yes, no = gettext("{purpose}: yes"), gettext("{purpose}: no")
    granted = [(value, yes.format(purpose=text)) for value, text in words.purposes()]
    return granted + [(f"-{value}", no.format(purpose=text)) for value, text in words.purposes()]


def _condition(value: str, now: datetime) -> ColumnElement[bool]:
    purpose = value.removeprefix("-")
    if purpose not in set(Purpose):
        raise InvalidInput({"consent": "Choose one of the list."})
    allowed = clauses.allows(Purpose(purpose), now)
    return ~allowed if value.startswith("-") else allowed


FACET = Facet("consent", N_("Consent"), _options, _condition)
