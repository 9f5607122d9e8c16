"""Any table that people bring: .csv and .txt in any encoding, .xlsx, .xls and .ods."""

from dataclasses import dataclass
from pathlib import PurePath

from gridcrm.core.sheets_biff import OLE_MAGIC
from gridcrm.core.sheets_book import Book, open_book
from gridcrm.core.sheets_layout import Layout, Row, find_table
from gridcrm.core.sheets_limits import MAX_ROWS, MAX_UPLOAD_BYTES, Cell, SheetError
from gridcrm.core.sheets_text import decode, delimiter_of, records
from gridcrm.core.sheets_values import clean_text

__all__ = [
    "MAX_ROWS",
    "MAX_UPLOAD_BYTES",
    "Cell",
    "Row",
    "Sheet",
    "SheetError",
    "read_table",
]

_ZIP_MAGIC = b"PK\x03\x04"
_PACKED = {".xlsx", ".xlsm", ".ods"}
_TEXT = {".csv", ".tsv", ".txt"}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"{\\rtf", b"%pdf")


@dataclass(frozen=True)
class Sheet:
    """One table and how its file was written; `header_row` is 0-based, `Row.line` 1-based."""

    name: str
    sheets: tuple[str, ...]
    encoding: str | None
    bom: bool
    eol: str | None
    delimiter: str | None
    header_row: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    preamble: tuple[str, ...]
    total_rows: int
    footer_rows: int
    repeated_headers: int


def read_table(data: bytes, filename: str, sheet: int | str | None = None) -> Sheet:
    """Return the table in a file: of the sheet asked for, or of the first one that holds a table.

    Raises SheetError for whatever cannot be read.
    """
    _check_size(data, filename)
    if _is_workbook(data, filename):
        return _from_book(open_book(data), sheet)
    return _from_text(data, filename)


def _check_size(data: bytes, filename: str) -> None:
    if not data.strip(b"\x00 \t\r\n"):
        raise SheetError("The file {filename} is empty.", filename=filename)
    if len(data) > MAX_UPLOAD_BYTES:
        raise SheetError(
            "The file {filename} is larger than {limit_mb} MB."
            " Split it, or delete the columns that are not needed.",
            filename=filename,
            limit_mb=MAX_UPLOAD_BYTES // 1024 // 1024,
        )


def _is_workbook(data: bytes, filename: str) -> bool:
    """Tell a workbook from text by its content; a name that promises something else is refused."""
    ending = PurePath(filename.lower()).suffix
    packed, old = data.startswith(_ZIP_MAGIC), data.startswith(OLE_MAGIC)
    if ending not in _PACKED | _TEXT | {".xls"}:
        raise SheetError(
            "Files like {filename} are not read. Bring a .csv, .xlsx, .xls or .ods file.",
            filename=filename,
        )
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise SheetError(
            "The file {filename} is a web page or a document, whatever its name says."
            " Open it in a spreadsheet and save it as .xlsx.",
            filename=filename,
        )
    if (ending in _TEXT and (packed or old)) or (ending in _PACKED and not (packed or old)):
        raise SheetError(
            "What is in {filename} is not what its name says."
            " Open it in a spreadsheet and save it as .xlsx.",
            filename=filename,
        )
    return packed or old


def _from_text(data: bytes, filename: str) -> Sheet:
    text = decode(data)
    delimiter = delimiter_of(text.text)
    lines = [
        (line, [clean_text(cell) for cell in cells])
        for line, cells in records(text.text, delimiter)
    ]
    name = PurePath(filename).stem
    return _sheet(
        find_table(lines),
        name,
        (name,),
        encoding=text.encoding,
        bom=text.bom,
        eol=text.eol,
        delimiter=delimiter,
    )


def _from_book(book: Book, wanted: int | str | None) -> Sheet:
    if wanted is not None:
        name = _named(book, wanted)
        return _sheet(_table_in(book, name), name, book.names)
    first: Sheet | None = None
    refusal: SheetError | None = None
    for name in book.names:
        try:
            found = _sheet(_table_in(book, name), name, book.names)
        except SheetError as error:
            refusal = refusal or error
            continue
        if len(found.columns) > 1:
            return found
        first = first or found
    if first is None:
        raise refusal or SheetError("No sheet of the workbook holds a table.")
    return first


def _named(book: Book, wanted: int | str) -> str:
    if isinstance(wanted, str) and wanted in book.names:
        return wanted
    if isinstance(wanted, int) and 0 <= wanted < len(book.names):
        return book.names[wanted]
    raise SheetError(
        "The workbook has no visible sheet {wanted}. It has: {names}.",
        wanted=wanted,
        names=", ".join(book.names),
    )


def _table_in(book: Book, name: str) -> Layout:
    return find_table(list(enumerate(book.rows(name), 1)))


def _sheet(
    table: Layout,
    name: str,
    sheets: tuple[str, ...],
    *,
    encoding: str | None = None,
    bom: bool = False,
    eol: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    return Sheet(
        name=name,
        sheets=sheets,
        encoding=encoding,
        bom=bom,
        eol=eol,
        delimiter=delimiter,
        **vars(table),
    )
