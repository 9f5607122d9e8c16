"""The rectangle that a sheet uses, found in its XML before a reader allocates it."""

import re
from typing import Protocol

from gridcrm.core.sheets_limits import check_area

_ONE_LETTER_COLUMNS = 26
_MAX_LETTERS = 6
_MAX_DIGITS = 9


class Area(Protocol):
    """Sees the XML of one sheet in pieces that hold whole tags, then judges its size."""

    def see(self, piece: bytes) -> None:
        """Take the next piece into account."""

    def judge(self, name: str) -> None:
        """Refuse a sheet that is too large."""


class XlsxArea:
    """The used rectangle of a worksheet: from `<c r="B7"` as everyone writes it, else tag by tag."""

    _ODD = re.compile(rb"<(?:\w+:)?(?:c|row)(?![\w:])(?! r=\")")
    _NUMBERS = re.compile(rb" r=\"[A-Za-z]*(\d+)")
    _FAR_COLUMNS = re.compile(rb" r=\"([A-Za-z]{2,})\d")
    _TAG = re.compile(rb"<(?:\w+:)?(c|row)(?![\w:])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
    _REF = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]*)(\d*)")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._is_sheet = False
        self._row = self._column = self._rows = self._columns = 0

    def see(self, piece: bytes) -> None:
        """Take the next piece into account, once the sheet's data have begun."""
        self._is_sheet = self._is_sheet or b"sheetData" in piece
        if not self._is_sheet:
            return
        if self._ODD.search(piece):
            self._walk(piece)
        else:
            self._glance(piece)

    def judge(self, name: str) -> None:
        """Refuse a worksheet that is too large."""
        check_area(self._rows, self._columns, name.rsplit("/", 1)[-1])

    def _glance(self, piece: bytes) -> None:
        numbers = set(self._NUMBERS.findall(piece))
        self._row = max((_number(digits) for digits in numbers), default=self._row)
        self._rows = max(self._rows, self._row)
        far = map(_column_number, set(self._FAR_COLUMNS.findall(piece)))
        self._column = self._columns = max(self._columns, _ONE_LETTER_COLUMNS, *far)

    def _walk(self, piece: bytes) -> None:
        for kind, attributes in self._TAG.findall(piece):
            ref = self._REF.search(attributes)
            letters, digits = ref.groups() if ref else (b"", b"")
            if kind == b"row":
                self._row = _number(digits) or self._row + 1
                self._column = 0
                continue
            self._column = _column_number(letters) or self._column + 1
            self._row = _number(digits) or self._row
            self._rows = max(self._rows, self._row)
            self._columns = max(self._columns, self._column)


class OdsArea:
    """The used rectangle of the largest table in an OpenDocument sheet, repetitions counted."""

    _TAG = re.compile(
        rb"<table:(table|table-row|(?:covered-)?table-cell)(?![\w-])"
        rb"((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
    )
    _REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"'](\d+)")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._row = self._column = self._rows = self._columns = 0

    def see(self, piece: bytes) -> None:
        """Take the next piece into account."""
        for kind, attributes in self._TAG.findall(piece):
            if kind == b"table":
                self._row = 0
            elif kind == b"table-row":
                self._row += self._times(attributes)
                self._column = 0
            else:
                self._see_cell(attributes)

    def judge(self, name: str) -> None:
        """Refuse a table that is too large."""
        check_area(self._rows, self._columns, name)

    def _see_cell(self, attributes: bytes) -> None:
        self._column += self._times(attributes)
        if b"office:" in attributes or not attributes.endswith(b"/"):
            self._rows = max(self._rows, self._row)
            self._columns = max(self._columns, self._column)

    def _times(self, attributes: bytes) -> int:
        repeated = self._REPEATED.search(attributes)
        return _number(repeated.group(1)) if repeated else 1


def _number(digits: bytes) -> int:
    return int(digits[:_MAX_DIGITS] or b"0")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:_MAX_LETTERS].upper():
        number = number * 26 + letter - 64
    return number
