"""How the list of customers is shown: columns, their order, chips, and addresses that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from gridcrm.core.i18n import N_, gettext
from gridcrm.customers.listing import FilterIn, Owner, Sort

PATH = "/customers"


class Column(StrEnum):
    """What the list can show beside the name."""

    PHONE = "phone"
    NUMBER = "number"
    AGE = "age"
    GENDER = "gender"
    COMMUNITY = "community"
    CELL = "cell"
    DISTANCE = "distance"
    TIER = "tier"
    LIFECYCLE = "lifecycle"
    OWNER = "owner"
    ACTIVE = "active"
    OPENED = "opened"
    SOURCE = "source"


_LABELS = {
    Column.PHONE: N_("Phone"),
    Column.NUMBER: N_("Number"),
    Column.AGE: N_("Age"),
    Column.GENDER: N_("Gender"),
    Column.COMMUNITY: N_("Community"),
    Column.CELL: N_("Cell"),
    Column.DISTANCE: N_("Distance"),
    Column.TIER: N_("Tier"),
    Column.LIFECYCLE: N_("Lifecycle"),
    Column.OWNER: N_("Looked after by"),
    Column.ACTIVE: N_("Last active"),
    Column.OPENED: N_("Opened"),
    Column.SOURCE: N_("Source"),
}
_DEFAULT = (
    Column.PHONE,
    Column.AGE,
    Column.COMMUNITY,
    Column.CELL,
    Column.TIER,
    Column.LIFECYCLE,
    Column.OWNER,
)
_ON_PHONES = frozenset({Column.TIER, Column.CELL})
_SORTS = {
    Column.DISTANCE: (Sort.NEAREST, Sort.FARTHEST),
    Column.TIER: (Sort.LOWEST_TIER, Sort.HIGHEST_TIER),
    Column.ACTIVE: (Sort.LONGEST_QUIET, Sort.LAST_ACTIVE),
}


@dataclass(frozen=True)
class Shown:
    """A filter, other domains' filters and columns, as one address holds them."""

    given: FilterIn
    facets: Mapping[str, str]
    columns: tuple[Column, ...]

    @property
    def params(self) -> dict[str, Any]:
        """Return everything that differs from the plain list."""
        chosen = self.given.model_dump(mode="json", exclude_defaults=True)
        flat = {key: "1" if value is True else value for key, value in chosen.items()}
        shown = {} if self.columns == _DEFAULT else {"cols": [str(c) for c in self.columns]}
        return flat | {key: value for key, value in self.facets.items() if value} | shown

    def url(self, **changes: object) -> str:
        """Return the list's address with some of it changed; None takes a filter away."""
        kept = {key: value for key, value in (self.params | changes).items() if value is not None}
        return f"{PATH}?{urlencode(kept, doseq=True)}" if kept else PATH


def columns_of(names: list[str]) -> tuple[Column, ...]:
    """Return the columns that an address names, in their usual order; the default for none."""
    return tuple(column for column in Column if column in names) or _DEFAULT


def head(shown: Shown, *, picking: bool) -> list[Any]:
    """Return the table's head: labels, and addresses that sort by a column."""
    boxes = [(gettext("Pick"), "not-phone")] if picking else []
    return [*boxes, gettext("Customer name"), *[_head(shown, column) for column in shown.columns]]


def column_choices() -> list[tuple[str, str]]:
    """Return all columns with their words."""
    return [(column, gettext(label)) for column, label in _LABELS.items()]


def chips(shown: Shown, words: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """Return the usual filters, and those in force with the words of their values."""
    quick: list[tuple[str, str, str]] = [
        (gettext("Mine"), "owner", Owner.ME),
        (gettext("Nobody's"), "owner", Owner.NOBODY),
        (gettext("Without a cell"), "unplaced", "1"),
    ]
    params = shown.params
    found = []
    for label, key, value in quick:
        on = params.get(key) == value
        found.append((label, shown.url(**{key: None if on else value}), on))
    usual = {(key, value) for _label, key, value in quick}
    for key, value in params.items():
        if key not in ("sort", "cols") and (key, value) not in usual:
            found.append((words.get(key) or str(value), shown.url(**{key: None}), True))
    return found


def _head(shown: Shown, column: Column) -> Any:
    label = gettext(_LABELS[column])
    place = "num" if column is Column.DISTANCE else ""
    if column not in _ON_PHONES:
        place = f"{place} not-phone".strip()
    if column not in _SORTS:
        return (label, place)
    up, down = _SORTS[column]
    sort = shown.given.sort
    order = {up: "ascending", down: "descending"}.get(sort, "")
    return (label, place, shown.url(sort=str(down if sort is up else up)), order)
