"""A look into .xlsx and .ods before they are opened: size, bombs, forbidden XML, used area."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from gridcrm.core.sheets_limits import (
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
    SheetError,
    check_area,
)

_END_OF_DIRECTORY = b"PK\x05\x06"
_MAX_DIRECTORY_BYTES = MAX_ENTRIES * 512
_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # also NotImplementedError: encrypted, or an unknown compression
)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def check_archive(data: bytes) -> None:
    """Refuse a zip file that is a bomb, has overlapping entries or XML entities, or is no table."""
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_kind({entry.filename.lower() for entry in entries})
            _check_sizes(entries)
            _check_overlap(entries)
            for entry in entries:
                _check_entry(archive, entry)
    except SheetError:
        raise
    except _BAD_ZIP as error:
        raise _damaged() from error


def _check_directory(data: bytes) -> None:
    """Read the counts at the end, so that a directory of a million entries is never parsed."""
    at = data.rfind(_END_OF_DIRECTORY)
    if at < 0 or at + 22 > len(data):
        raise _damaged()
    entries, directory_bytes = struct.unpack_from("<HI", data, at + 10)
    if entries > MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise _bomb()


def _check_kind(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise SheetError("Workbooks in the .xlsb format are not read. Save it as .xlsx.")
    if "content.xml" not in names and not any(name.startswith("xl/") for name in names):
        raise SheetError(
            "There is no table in this file: it is packed like a workbook but is none."
            " Bring a .csv, .xlsx, .xls or .ods file."
        )


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _bomb()
    for entry in entries:
        large = entry.file_size > RATIO_FREE_BYTES
        if large and entry.file_size > MAX_RATIO * entry.compress_size:
            raise _bomb()


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    spans = sorted(
        (
            entry.header_offset,
            entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size,
        )
        for entry in entries
    )
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise _bomb()


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack an entry once, in pieces: its checksum then also vouches for its declared size."""
    if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
        with archive.open(entry) as stream:
            while stream.read(_CHUNK_BYTES):
                pass
        return
    area = _OdsArea() if entry.filename == "content.xml" else _XlsxArea()
    with archive.open(entry) as stream:
        for piece in _tags(stream):
            if _DOCTYPE.search(piece):
                raise _doctype()
            area.see(piece)
    area.judge(entry.filename)


def _tags(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """Yield the XML in pieces that end before a tag begins."""
    rest = stream.read(_CHUNK_BYTES)
    if rest.startswith(_UTF16):
        raise _doctype()
    while chunk := stream.read(_CHUNK_BYTES):
        rest += chunk
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


class _XlsxArea:
    """The rectangle that a worksheet uses, from the references of its rows and cells.

    A missing reference means the next row or cell, so those are counted on top.
    """

    _ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
    _ROW_REF = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"'](\d+)")
    _CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
    _CELL_REF = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")
    _FAR_REF = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]{2,})\d")

    def __init__(self) -> None:
        self._is_sheet = False
        self._rows = self._columns = self._bare_rows = self._bare_cells = self._open_cells = 0

    def see(self, piece: bytes) -> None:
        self._is_sheet = self._is_sheet or b"sheetData" in piece
        if not self._is_sheet:
            return
        refs = [int(ref[:9]) for ref in self._ROW_REF.findall(piece)]
        self._rows = max(self._rows, *refs, 0)
        self._bare_rows += len(self._ROW.findall(piece)) - len(refs)
        far = {_column_number(ref) for ref in self._FAR_REF.findall(piece)}
        self._columns = max(self._columns, *far, 26)
        cell_refs = self._CELL_REF.findall(piece)
        if len(cell_refs) < len(self._CELL.findall(piece)) or self._bare_cells:
            self._see_bare_cells(piece)

    def _see_bare_cells(self, piece: bytes) -> None:
        for n, row in enumerate(self._ROW.split(piece)):
            cells = len(self._CELL.findall(row))
            self._open_cells = cells if n else self._open_cells + cells
            self._bare_cells = max(self._bare_cells, self._open_cells)

    def judge(self, name: str) -> None:
        if self._is_sheet:
            check_area(
                self._rows + self._bare_rows,
                self._columns + self._bare_cells,
                name.rsplit("/", 1)[-1],
            )


class _OdsArea:
    """The rectangle that a table uses, with its repeated rows and cells."""

    _TAG = re.compile(rb"<(/?)table:(table|table-row|(?:covered-)?table-cell)(\s[^>]*?)?(/?)>")
    _REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"'](\d+)")

    def __init__(self) -> None:
        self._row = self._rows = self._column = self._columns = self._repeat = 0

    def see(self, piece: bytes) -> None:
        for closing, kind, attributes, empty in self._TAG.findall(piece):
            if closing:
                continue
            if kind == b"table":
                self._row = 0
            elif kind == b"table-row":
                self._row += self._times(attributes)
                self._column = 0
            else:
                self._column += self._times(attributes)
                if not empty or b"office:" in attributes:
                    self._rows = max(self._rows, self._row)
                    self._columns = max(self._columns, self._column)

    def _times(self, attributes: bytes) -> int:
        repeated = self._REPEATED.search(attributes)
        return int(repeated.group(1)[:9]) if repeated else 1

    def judge(self, name: str) -> None:
        check_area(self._rows, self._columns, name)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + letter - 64
    return number


def _damaged() -> SheetError:
    return SheetError(
        "The workbook is damaged or protected and cannot be opened."
        " Open it in a spreadsheet, take its password off and save it again as .xlsx."
    )


def _bomb() -> SheetError:
    return SheetError(
        "The workbook unpacks to more than {limit_mb} MB or is packed in an unusual way, so it was"
        " not opened. Copy the table into a new workbook and save it as .xlsx.",
        limit_mb=MAX_UNPACKED_BYTES // 1024 // 1024,
    )


def _doctype() -> SheetError:
    return SheetError(
        "The workbook carries XML declarations that no spreadsheet program writes, so it was not"
        " opened. Copy the table into a new workbook and save it as .xlsx."
    )
