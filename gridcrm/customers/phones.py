"""Phone numbers as they are typed and as they are kept."""

from datetime import date

from gridcrm.core.i18n import gettext
from gridcrm.customers.cells import CellError, Reading
from gridcrm.customers.cells_numbers import parse_phone


def digits_of(text: str) -> str | None:
    """Return the digits under which a phone number is kept; None if it is no phone number."""
    try:
        return parse_phone(text, Reading(date.min))
    except CellError:
        return None


def checked(text: str) -> str:
    """Return the digits of a phone number, or refuse it with what is wrong."""
    try:
        return parse_phone(text, Reading(date.min))
    except CellError as error:
        words = [gettext(one.message).format(**one.params) for one in (error.reason, error.remedy)]
        raise ValueError(" ".join(words)) from None
