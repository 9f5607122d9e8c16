"""What the API says about customers: names and phones masked, years of birth as bands."""

from dataclasses import asdict
from datetime import date
from typing import Any, Self

import msgspec

from gridcrm.branches.datum_doubt import Doubt, of_report
from gridcrm.branches.datum_shown import told
from gridcrm.core.masking import mask_name, mask_phone
from gridcrm.core.tables import stored
from gridcrm.customers.models import Customer
from gridcrm.customers.reports import said
from gridcrm.customers.rules import age_band


class CustomerOut(msgspec.Struct):
    """A customer of a branch; `lon` and `lat` are never given, the cell is."""

    id: int
    number: str | None
    name: str
    phone: str | None
    age: str | None
    gender: str
    community: str
    cell_id: int | None
    cell: str | None
    distance_m: float | None
    walk_min: float | None
    tier: str | None
    lifecycle: str
    owner: str | None
    opened_on: date | None
    last_active_on: date | None
    source: str
    do_not_contact: bool

    @classmethod
    def of(cls, customer: Customer, cell: str | None, owner: str | None, today: date) -> Self:
        """Return what is said about a customer."""
        return cls(
            id=stored(customer.id),
            number=customer.number,
            name=mask_name(customer.name),
            phone=mask_phone(customer.phone) if customer.phone else None,
            age=age_band(customer.birth_year, today),
            gender=customer.gender,
            community=customer.community,
            cell_id=customer.cell_id,
            cell=cell,
            distance_m=None if customer.distance_m is None else round(customer.distance_m, 1),
            walk_min=customer.walk_min,
            tier=customer.tier,
            lifecycle=customer.lifecycle,
            owner=owner,
            opened_on=customer.opened_on,
            last_active_on=customer.last_active_on,
            source=customer.source,
            do_not_contact=customer.do_not_contact,
        )


class CustomersOut(msgspec.Struct):
    """One page of customers, and how many there are in all."""

    total: int
    page: int
    pages: int
    items: list[CustomerOut]


class BadRowOut(msgspec.Struct):
    """Why a row of a file stays out, and what to do; the value itself is not repeated."""

    line: int
    column: str
    reason: str
    remedy: str


class WarningOut(msgspec.Struct):
    """What is worth a look in rows that are taken in: how many have it, and the first of them."""

    line: int
    column: str
    reason: str
    rows: int


class DatumDoubtOut(msgspec.Struct):
    """Positions that most likely are not in the datum they are said to be in, and why.

    Of so many compared, so many lie at known places if read in either; nothing was changed.
    """

    said: str
    found: str
    positions: int
    compared: int
    near_said: int
    near_found: int
    message: str

    @classmethod
    def of(cls, doubt: Doubt) -> Self:
        """Return a doubt in the reader's language."""
        return cls(**asdict(doubt), message=told(doubt))


class ImportOut(msgspec.Struct):
    """What a file did, or would do."""

    dry_run: bool
    rows: int
    new: int
    changed: int
    same: int
    bad_rows: int
    duplicates: int
    merged: int
    unplaced: int | None
    extras: dict[str, int]
    bad: list[BadRowOut]
    warnings: list[WarningOut]
    datum_doubts: list[DatumDoubtOut]

    @classmethod
    def of(cls, report: dict[str, Any], *, dry_run: bool) -> Self:
        """Return a report in the reader's language."""
        counts = ("rows", "new", "changed", "same", "bad_rows", "duplicates", "merged")
        bad = [
            BadRowOut(cell["line"], cell["column"], said(cell["reason"]), said(cell["remedy"]))
            for cell in report["bad"]
        ]
        return cls(
            dry_run=dry_run,
            unplaced=report.get("unplaced"),
            extras=report.get("extras", {}),
            bad=bad,
            warnings=[
                WarningOut(one["line"], one["column"], said(one["reason"]), one["count"])
                for one in report["warnings"]
            ],
            datum_doubts=[DatumDoubtOut.of(one) for one in of_report(report)],
            **{key: report[key] for key in counts},
        )
