"""What geo refuses, said in the reader's language."""

from geo import GeoError
from geo.errors import Reason
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext


def said(error: GeoError | Reason) -> str:
    """Return what is wrong and what to do about it."""
    words = [gettext(text) for text in (error.message, error.remedy) if text]
    return " ".join(words).format(**error.params)


def refusal(field: str, error: GeoError) -> InvalidInput:
    """Return the refusal of a form's field."""
    return InvalidInput({field: said(error)})
