"""The columns a list may have, what they read, and how they look masked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from gridcrm.accounts.models import User
from gridcrm.core.i18n import N_, Language, current
from gridcrm.core.masking import mask_address, mask_name, mask_phone
from gridcrm.core.sheets_write import WriteCell
from gridcrm.customers import words
from gridcrm.customers.forms import Gender
from gridcrm.customers.models import Customer
from gridcrm.customers.rules import age_band
from gridcrm.events import words as event_words
from gridcrm.events.models import Invitation, Registration
from gridcrm.exports.models import ListKind, Use
from gridcrm.exports.rules import TERMS
from gridcrm.grids.models import GridCell
from gridcrm.labels.clauses import live
from gridcrm.labels.models import CustomerLabel, Label

Show = Callable[[Any], WriteCell]
_EVENTS = frozenset({ListKind.EVENT_REGISTERED, ListKind.EVENT_ATTENDED})
_LIST_SEPARATOR = "、"


@dataclass(frozen=True)
class When:
    """The moment, the day and the zone in which values are written."""

    now: datetime
    today: date
    zone: ZoneInfo


@dataclass(frozen=True)
class Column:
    """One column: its header (a msgid), its SQL, and how a value is written and masked.

    `identifies` columns are left out of lists that must not name anybody.
    """

    key: str
    header: str
    sql: Callable[[When], Any]
    show: Callable[[Any, When], WriteCell] = lambda value, _when: value
    mask: Callable[[str], str] | None = None
    identifies: bool = False
    kinds: frozenset[ListKind] = frozenset(ListKind)
    uses: frozenset[Use] = frozenset(Use)
    chosen: bool = False


def columns_for(kind: ListKind, use: Use) -> list[Column]:
    """Return the columns that a list of this kind may have for this use."""
    named = TERMS[use].names_people
    return [
        column
        for column in _COLUMNS
        if kind in column.kinds and use in column.uses and (named or not column.identifies)
    ]


def chosen(kind: ListKind, use: Use, keys: list[str]) -> list[Column]:
    """Return the wanted columns that may be had, in their own order; the usual ones if none is."""
    allowed = columns_for(kind, use)
    wanted = [column for column in allowed if column.key in keys]
    return wanted or [column for column in allowed if column.chosen]


def headers() -> dict[str, str]:
    """Return the header of every column by its key, as msgids."""
    return {column.key: column.header for column in _COLUMNS}


def writer(column: Column, when: When, *, masked: bool) -> Show:
    """Return what turns a value of the database into a cell."""
    mask = column.mask if masked else None
    if mask is None:
        return lambda value: None if value is None else column.show(value, when)
    return lambda value: mask(value) if value else None


def _word(value: Any, _when: When) -> WriteCell:
    return words.word(value)


def _gender(value: str, _when: When) -> WriteCell:
    return words.word(Gender(value)) if value else None


def _event_word(value: Any, _when: When) -> WriteCell:
    return event_words.word(value)


def _moment(value: datetime, when: When) -> WriteCell:
    return value.astimezone(when.zone).replace(tzinfo=None)


def _band(value: int, when: When) -> WriteCell:
    return str(age_band(value, when.today) or "")


def _cell_name(_when: When) -> ColumnElement[Any]:
    named = select(col(GridCell.name)).where(col(GridCell.id) == Customer.cell_id)
    return named.scalar_subquery()


def _owner_name(_when: When) -> ColumnElement[Any]:
    owner = aliased(User)
    named = select(col(owner.display_name)).where(col(owner.id) == Customer.owner_id)
    return named.scalar_subquery()


def _label_names(when: When) -> ColumnElement[Any]:
    name = col(Label.name_zh if current() is Language.ZH else Label.name_en)
    return (
        select(func.aggregate_strings(name, _LIST_SEPARATOR))
        .select_from(CustomerLabel)
        .join(Label, col(Label.id) == CustomerLabel.label_id)
        .where(col(CustomerLabel.customer_id) == Customer.id, live(when.today))
        .scalar_subquery()
    )


_COLUMNS = (
    Column("number", N_("Customer number"), lambda _: col(Customer.number), identifies=True, chosen=True),
    Column("name", N_("Customer name"), lambda _: col(Customer.name), mask=mask_name, identifies=True, chosen=True),
    Column("phone", N_("Phone"), lambda _: col(Customer.phone), mask=mask_phone, identifies=True, chosen=True),
    Column("cell", N_("Cell"), _cell_name, chosen=True),
    Column("community", N_("Community"), lambda _: col(Customer.community), chosen=True),
    Column(
        "building", N_("Building"), lambda _: col(Customer.building), mask=mask_address,
        identifies=True, uses=frozenset({Use.VISIT}),
    ),
    Column("age", N_("Age"), lambda _: col(Customer.birth_year), show=_band),
    Column("gender", N_("Gender"), lambda _: col(Customer.gender), show=_gender),
    Column("tier", N_("Tier"), lambda _: col(Customer.tier), show=_word, chosen=True),
    Column("lifecycle", N_("Lifecycle"), lambda _: col(Customer.lifecycle), show=_word),
    Column("labels", N_("Labels"), _label_names),
    Column("owner", N_("Looked after by"), _owner_name),
    Column("distance", N_("Distance (m)"), lambda _: func.round(col(Customer.distance_m))),
    Column("walk", N_("Walk to the branch (min)"), lambda _: col(Customer.walk_min)),
    Column("last_active", N_("Last active"), lambda _: col(Customer.last_active_on)),
    Column(
        "answer", N_("Answer"), lambda _: col(Invitation.state),
        show=_event_word, kinds=frozenset({ListKind.EVENT_INVITED}), chosen=True,
    ),
    Column(
        "state", N_("State"), lambda _: col(Registration.state),
        show=_event_word, kinds=frozenset({ListKind.EVENT_REGISTERED}), chosen=True,
    ),
    Column("party", N_("Party size"), lambda _: col(Registration.party_size), kinds=_EVENTS, chosen=True),
    Column("registered_at", N_("Registered at"), lambda _: col(Registration.created_at), show=_moment, kinds=_EVENTS),
    Column(
        "came_at", N_("Checked in at"), lambda _: col(Registration.checked_in_at), show=_moment,
        kinds=frozenset({ListKind.EVENT_ATTENDED}), chosen=True,
    ),
)  # fmt: skip
