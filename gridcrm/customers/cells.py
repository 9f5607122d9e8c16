"""What a cell of a customer file is, and how it is refused."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gridcrm.core.sheets import Cell


class ValueClass(StrEnum):
    """What kind of value stands in a refused cell, so that the value itself need not be shown."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    SCIENTIFIC = "scientific"
    DATE = "date"
    MASKED = "masked"
    MIXED = "mixed"
    ID_NUMBER = "id_number"


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence for the reader: a msgid with named placeholders, and what belongs into them."""

    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.params)


class CellError(ValueError):
    """A value that cannot be taken: why, and what the person with the file can do."""

    def __init__(self, reason: Reason, remedy: Reason) -> None:
        """Keep both sentences."""
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(slots=True)
class Reading:
    """What a parser may ask while it reads a row, and where it leaves its warnings."""

    today: date
    column: str = ""
    warnings: list[Reason] = field(default_factory=list)

    def warn(self, message: str, **params: object) -> None:
        """Note something in the column at hand that does not keep the row out."""
        self.warnings.append(Reason(message, {"column": self.column} | params))


BLANKS = frozenset(
    {
        "",
        "/",
        "\\",
        "-",
        "—",
        "N/A",
        "n/a",
        "NA",
        "#N/A",
        "NULL",
        "null",
        "None",
        "NaN",
        "nan",
        "\\N",
    }
)

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,5}")
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?")
_MAX_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number


def plain(cell: Cell) -> str:
    """Return a cell as text in ordinary width; a whole number has no decimals."""
    if isinstance(cell, str):
        return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if cell is not None else ""


def is_exact(cell: Cell) -> bool:
    """Tell whether a number has kept all its digits."""
    return not isinstance(cell, float) or abs(cell) < _MAX_EXACT


def is_scientific(text: str) -> bool:
    """Tell whether a text is a number that a spreadsheet has shortened."""
    return _SCIENTIFIC.fullmatch(text) is not None


def class_of(cell: Cell) -> ValueClass:
    """Return what kind of value stands in a cell."""
    if cell is None:
        return ValueClass.EMPTY
    if isinstance(cell, float):
        return ValueClass.NUMBER
    if isinstance(cell, date):
        return ValueClass.DATE
    return _class_of_text(plain(cell))


def refuse(message: str, remedy: str, **params: object) -> CellError:
    """Return the refusal of a value; both sentences share the placeholders."""
    return CellError(Reason(message, params), Reason(remedy, params))


def _class_of_text(text: str) -> ValueClass:
    if "*" in text:
        return ValueClass.MASKED
    for pattern, kind in (
        (_SCIENTIFIC, ValueClass.SCIENTIFIC),
        (_NUMBER, ValueClass.NUMBER),
        (_DATE, ValueClass.DATE),
    ):
        if pattern.fullmatch(text):
            return kind
    return ValueClass.MIXED if any(char.isdigit() for char in text) else ValueClass.TEXT
