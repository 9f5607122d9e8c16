"""Tables for people's spreadsheets, in which no value of ours can turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

from gridcrm.core.sheets_limits import SheetError
from gridcrm.core.sheets_values import PADDING

WriteCell = str | float | Decimal | date | bool | None

_BOM = b"\xef\xbb\xbf"
_BATCH_ROWS = 500
_XLSX_MAX_ROWS = 1_048_576
_XLSX_MAX_CHARS = 32_767
_SHEET_NAME_CHARS = 31
_FOOTER_CHARS = 255
_FIRST_XLSX_DATE = date(1900, 3, 1)  # spreadsheets count a day in February 1900 that never was
_WIDTH_MIN, _WIDTH_MAX = 8, 60
_WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_LINE_ENDS = re.compile(r"\r\n?")

_TRIGGER = "=+\\-@|%＝＋－＠"
_BEFORE = re.escape(PADDING) + "\"'`,;"
_RISKY = re.compile(rf"\A[{_BEFORE}]*[{_TRIGGER}]")
# A program that divides at another sign makes a new cell behind it.
_RISKY_INSIDE = re.compile(rf"([;\t\n])(?=[{_BEFORE}]*[{_TRIGGER}])")

_STANDARD_PROPERTIES = frozenset(
    {"title", "subject", "author", "manager", "company", "category", "keywords", "comments"}
)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[WriteCell]]) -> Iterator[bytes]:
    """Yield a table as CSV in pieces: UTF-8 with its mark, CRLF, text inert, numbers as numbers."""
    source = iter(rows)
    yield _BOM + _csv_rows([columns])
    while batch := list(islice(source, _BATCH_ROWS)):
        yield _csv_rows(batch)


def write_xlsx(
    columns: Sequence[str],
    rows: Iterable[Sequence[WriteCell]],
    title: str,
    properties: Mapping[str, str],
) -> bytes:
    """Return a table as one worksheet; `properties` are kept in the file and printed in its footer.

    Text is written as text, never as a formula, a number or a link.
    """
    target = io.BytesIO()
    from xlsxwriter import Workbook  # here, because it is slow to load

    book = Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    sheet = book.add_worksheet(_sheet_name(title))
    widths, last_row = _fill(book, sheet, columns, rows)
    _finish(sheet, widths, last_row)
    sheet.set_footer(_footer(title, properties))
    _set_properties(book, title, properties)
    book.close()
    return target.getvalue()


def inert(text: str) -> str:
    """Return text with an apostrophe wherever a spreadsheet would begin a formula in it."""
    text = _LINE_ENDS.sub("\n", _CONTROL.sub("", text))
    if _RISKY.match(text):
        text = f"'{text}"
    return _RISKY_INSIDE.sub(r"\1'", text)


def _csv_rows(rows: Iterable[Sequence[WriteCell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _csv_cell(cell: WriteCell) -> object:
    if isinstance(cell, str):
        return inert(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if cell is None or not isfinite(cell):
        return ""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _fill(
    book: "Workbook",
    sheet: "Worksheet",
    columns: Sequence[str],
    rows: Iterable[Sequence[WriteCell]],
) -> tuple[list[int], int]:
    """Write header and rows; return the widest text of each column and the last row's index."""
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    styles: dict[type[date], Format] = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    widths = [_width(name) + 2 for name in columns]
    for n, name in enumerate(columns):
        sheet.write_string(0, n, _xlsx_text(name), head)
    at = 0
    for at, row in enumerate(rows, 1):
        if at >= _XLSX_MAX_ROWS:
            raise SheetError(
                "A worksheet holds {limit} rows. Choose fewer rows, or export as CSV.",
                limit=_XLSX_MAX_ROWS - 1,
            )
        for n, cell in enumerate(row):
            shown = _write(sheet, at, n, cell, styles)
            if n < len(widths):
                widths[n] = max(widths[n], _width(shown))
    return widths, at


def _write(
    sheet: "Worksheet", at: int, n: int, cell: WriteCell, styles: Mapping[type[date], "Format"]
) -> str:
    """Write one cell by its type; return what it shows."""
    if cell is None:
        return ""
    if isinstance(cell, date) and _as_day(cell) >= _FIRST_XLSX_DATE:
        kind = datetime if isinstance(cell, datetime) else date
        moment = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
        sheet.write_datetime(at, n, moment, styles[kind])
    elif isinstance(cell, bool):
        sheet.write_boolean(at, n, cell)
    elif isinstance(cell, str | date):
        sheet.write_string(at, n, _xlsx_text(str(cell)))
    elif isfinite(cell):
        sheet.write_number(at, n, float(cell))
    return str(cell)


def _as_day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _finish(sheet: "Worksheet", widths: list[int], last_row: int) -> None:
    last_column = max(0, len(widths) - 1)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last_row, last_column)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for n, width in enumerate(widths):
        sheet.set_column(n, n, min(_WIDTH_MAX, max(_WIDTH_MIN, width + 1)))


def _set_properties(book: "Workbook", title: str, properties: Mapping[str, str]) -> None:
    book.set_properties(
        {"title": title} | {k: v for k, v in properties.items() if k in _STANDARD_PROPERTIES}
    )
    for name, value in properties.items():
        if name not in _STANDARD_PROPERTIES:
            book.set_custom_property(name, value, "text")


def _footer(title: str, properties: Mapping[str, str]) -> str:
    words = " · ".join([title, *properties.values()]).replace("&", "&&")
    return "&L" + words[: _FOOTER_CHARS - len("&L&RP / N") - 8] + "&R&P / &N"


def _sheet_name(title: str) -> str:
    name = re.sub(r"[\[\]:*?/\\]", " ", _CONTROL.sub("", title)).strip(" '")
    return name[:_SHEET_NAME_CHARS].strip(" '") or "Sheet1"


def _xlsx_text(text: str) -> str:
    clean = _LINE_ENDS.sub("\n", _CONTROL.sub("", text))
    return clean if len(clean) <= _XLSX_MAX_CHARS else clean[: _XLSX_MAX_CHARS - 1] + "…"


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))
