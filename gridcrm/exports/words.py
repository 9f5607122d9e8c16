"""Lists, uses and columns in the reader's language."""

from collections.abc import Mapping

from gridcrm.core.i18n import gettext
from gridcrm.events.models import Suppression
from gridcrm.events.words import reason
from gridcrm.exports.columns import Column, headers
from gridcrm.exports.models import ListKind, Use
from gridcrm.exports.rules import TERMS


def use(value: Use) -> str:
    """Return what a list is for."""
    return gettext(TERMS[value].title)


def uses(values: list[Use]) -> list[tuple[str, str, str, str]]:
    """Return uses as cards: value, title, what comes with it, icon."""
    return [(v, use(v), gettext(TERMS[v].text), TERMS[v].icon) for v in values]


def kind(value: ListKind) -> str:
    """Return what kind of list it is."""
    return {
        ListKind.SEGMENT: gettext("Segment"),
        ListKind.EVENT_INVITED: gettext("Event: invited"),
        ListKind.EVENT_REGISTERED: gettext("Event: registered"),
        ListKind.EVENT_ATTENDED: gettext("Event: attended"),
        ListKind.CELL: gettext("Cell"),
        ListKind.CUSTOMERS: gettext("Customers"),
    }[value]


def column(key: str) -> str:
    """Return a column's header; one that is no longer known keeps its key."""
    return gettext(headers().get(key, key))


def column_options(columns: list[Column]) -> list[tuple[str, str]]:
    """Return columns for a choice."""
    return [(column.key, gettext(column.header)) for column in columns]


def column_headers(columns: list[Column]) -> list[str]:
    """Return the headers of columns."""
    return [gettext(column.header) for column in columns]


def dropped(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return why people were left out, and how many for each reason."""
    return [(_reason(Suppression(key)), n) for key, n in counts.items() if n]


def _reason(why: Suppression) -> str:
    return gettext("did not consent to this") if why is Suppression.NO_CONSENT else reason(why)
