"""What an import of a ledger will do, decided before anything is written."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from gridcrm.core.i18n import N_
from gridcrm.customers.cells import Reason
from gridcrm.customers.models import Customer
from gridcrm.outcomes import rules
from gridcrm.outcomes.crediting import Credit, credit_among, may_credit
from gridcrm.outcomes.ledger_rows import BadRow, Column, LedgerRow
from gridcrm.outcomes.queries import Attended
from gridcrm.outcomes.rules import Claim, Clash

_TWO = N_("If there were two outcomes, give each its reference number.")
_NO_CREDIT = N_(
    "It credits no event: the reference of the recording is missing, or the person is staff or a"
    " minor."
)
_NOT_THERE = N_(
    "The customer was not checked in at “{event}”, or its window does not hold the day."
)


@dataclass(frozen=True)
class Known:
    """What the database knows about the people in a ledger."""

    customers: Mapping[str, Customer]
    attended: Mapping[int, list[Attended]]
    standing: Mapping[int, list[tuple[Claim, str]]]
    references: set[str]
    zone: ZoneInfo


@dataclass(frozen=True)
class Ready:
    """A row that will become a claim, under a reference that keeps it from coming in twice."""

    row: LedgerRow
    customer: Customer
    reference: str
    credit: Credit


@dataclass
class Plan:
    """What becomes of each row: a claim, known already, or refused; warnings keep no row out."""

    ready: list[Ready] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[BadRow] = field(default_factory=list)


def plan(rows: Iterable[LedgerRow | BadRow], known: Known) -> Plan:
    """Return what will become of each row, in the order of the file."""
    made = Plan()
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, BadRow):
            made.bad.append(row)
        else:
            _place(row, known, made, seen)
    return made


def customer_keys(rows: Iterable[LedgerRow | BadRow]) -> set[str]:
    """Return the numbers and phones by which the rows name their customers."""
    return {row.customer for row in rows if isinstance(row, LedgerRow)}


def _place(row: LedgerRow, known: Known, made: Plan, seen: dict[str, int]) -> None:
    customer = known.customers.get(row.customer)
    if customer is None or customer.id is None:
        made.bad.append(_nobody(row))
        return
    reference = row.reference or _fingerprint(row, customer.id)
    if reference in known.references:
        made.known.append(row.line)
        return
    refusal = _said_before(row, reference, seen) or _claimed_before(row, customer.id, known)
    if refusal:
        made.bad.append(refusal)
        return
    seen[reference] = row.line
    attended = known.attended.get(customer.id, [])
    chosen = next((item.event_id for item in attended if item.title == row.event), None)
    credited = credit_among(customer, row, attended, known.zone, chosen)
    made.ready.append(Ready(row, customer, reference, credited))
    made.warnings.extend(_doubts(row, customer, chosen, credited))


def _nobody(row: LedgerRow) -> BadRow:
    reason = N_("No customer of this branch has this number or phone.")
    return _bad(row, Column.CUSTOMER, reason, N_("Check each digit, or add the customer first."))


def _said_before(row: LedgerRow, reference: str, seen: Mapping[str, int]) -> BadRow | None:
    if reference not in seen:
        return None
    return _bad(row, Column.REFERENCE, N_("Line {line} says the same."), _TWO, line=seen[reference])


def _claimed_before(row: LedgerRow, customer_id: int, known: Known) -> BadRow | None:
    """A hand-made claim without a reference stands for the row of the ledger."""
    new = Claim(customer_id, row.kind, row.happened_on, row.amount_fen, row.reference)
    for other, name in known.standing.get(customer_id, []):
        if rules.clash(new, other) is Clash.SAME:
            reason = N_("{name} claimed the same outcome of {day} already.")
            day = other.happened_on.isoformat()
            return _bad(row, Column.CUSTOMER, reason, _TWO, name=name, day=day)
    return None


def _doubts(
    row: LedgerRow, customer: Customer, chosen: int | None, credited: Credit
) -> list[BadRow]:
    if not may_credit(customer, row):
        return [_bad(row, Column.PRODUCT, _NO_CREDIT, N_("It may stay so, or add the reference."))]
    if row.event and (chosen is None or chosen != credited.last):
        remedy = N_("The last event attended gets the credit, if there is one.")
        return [_bad(row, Column.EVENT, _NOT_THERE, remedy, event=row.event)]
    return []


def _fingerprint(row: LedgerRow, customer_id: int) -> str:
    parts = (row.happened_on, customer_id, row.kind, row.product, row.amount_fen, row.handler_id)
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return f"file:{digest[:40]}"


def _bad(row: LedgerRow, column: Column, reason: str, remedy: str, **params: object) -> BadRow:
    return BadRow(row.line, column, Reason(reason, params), Reason(remedy, params))
