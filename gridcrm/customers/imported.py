"""What comes out of a customer file: people, refused cells, and rows that were one person."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo import Datum
from gridcrm.customers.cells import Reason, ValueClass
from gridcrm.customers.models import Tier


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One person as a file describes them; what it does not say is None or empty.

    `age_band` holds ages of today (35, 30-39 or 60+), only where no year of birth is given.
    `consent` is granted, refused or None; `gender` is male, female or None.
    """

    line: int
    name: str
    number: str | None = None
    phone: str | None = None
    community: str | None = None
    building: str | None = None
    organisation: str | None = None
    birth_year: int | None = None
    age_band: str | None = None
    gender: str | None = None
    occupation: str | None = None
    segment_hint: str | None = None
    label_names: tuple[str, ...] = ()
    tier: Tier | None = None
    aum_fen: int | None = None
    owner_name: str | None = None
    consent: str | None = None
    source: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: Datum | None = None
    opened_on: date | None = None
    last_active_on: date | None = None
    moved_in_on: date | None = None
    has_child: bool | None = None
    products: tuple[str, ...] = ()
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why a row stays out: where, what kind of value, why, and what to do; never the value."""

    line: int
    column: str
    value_class: ValueClass
    reason: Reason
    remedy: Reason


class SameBy(StrEnum):
    """What two rows have in common that makes them one person."""

    NUMBER = "number"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Merged:
    """A row that went up in a later one of the same person."""

    line: int
    kept_line: int
    by: SameBy
    reason: Reason


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that the branch already uses, to warn of others; None where none are to be checked."""

    communities: frozenset[str] | None = None
    labels: frozenset[str] | None = None
    owners: frozenset[str] | None = None
    segments: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file: every row's line is in exactly one of good, bad, duplicates and merged.

    `bad` may name a row more than once; `duplicates` are lines equal to an earlier one.
    """

    sheet: str
    rows: int
    good: list[CustomerRow]
    bad: list[BadCell]
    duplicates: list[int]
    merged: list[Merged]
    unused_columns: list[str]
