"""What is padding around a value and what the value is."""

import re
from datetime import date, datetime, time, timedelta

from gridcrm.core.sheets_limits import Cell

PADDING = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)

_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)  # ="00123" keeps its zeros in a spreadsheet
_DASHES = re.compile(r"[-‐-―−－_]{2,}|—")
_GUARDED = re.compile(r"'[\s\"',;]*[=+\-@|%＝＋－＠\d]")
_ODD_BEGINNINGS = frozenset("='-‐‑‒–—―−－_")


def clean_text(raw: str) -> str | None:
    """Return a value without padding and without what guarded it; None if it stands for nothing."""
    text = raw.strip(PADDING)
    if text and text[0] in _ODD_BEGINNINGS:
        return _without_guard(text)
    return text or None


def clean_cell(raw: object) -> Cell:
    """Return a workbook's cell as text, number or date; a date at midnight has no time."""
    if isinstance(raw, str):
        return clean_text(raw)
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        return float(raw)
    if isinstance(raw, datetime):
        return raw.date() if raw.time() == time() else raw
    if isinstance(raw, date):
        return raw
    return str(raw) if isinstance(raw, time | timedelta) else None


def _without_guard(text: str) -> str | None:
    if formula := _TEXT_FORMULA.fullmatch(text):
        return formula.group(1).strip(PADDING) or None
    if _GUARDED.match(text):
        return text[1:].strip(PADDING)
    return None if _DASHES.fullmatch(text) else text
