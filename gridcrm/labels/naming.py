"""What a label may be called, and the slug that its name gives."""

import re
from collections.abc import Collection

from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.labels import forbidden


def check_names(name_zh: str, name_en: str) -> None:
    """Refuse a name that says what a label must never say."""
    wrong = {
        field: gettext(found.reason).format(word=found.word)
        for field, name in (("name_zh", name_zh), ("name_en", name_en))
        if (found := forbidden.found_in(name))
    }
    if wrong:
        raise InvalidInput(wrong, "This label is not allowed.")


def slug_part(name_en: str) -> str:
    """Return the last part of a slug for an English name."""
    part = re.sub(r"[^a-z0-9]+", "_", name_en.casefold()).strip("_")[:24].strip("_")
    return part or "label"


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return the slug, with a number if it is taken."""
    tries = [wanted, *(f"{wanted}_{n}" for n in range(2, len(taken) + 3))]
    return next(slug for slug in tries if slug not in taken)
