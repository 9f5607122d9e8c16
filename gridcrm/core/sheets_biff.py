"""A look into an old .xls before it is opened: the area that its records claim.

The reader reserves memory for what the DIMENSIONS record says; a forged one would end the process.
"""

import struct
from collections.abc import Iterator

from gridcrm.core.sheets_limits import SheetError, check_area

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST_SECTOR = 0xFFFFFFFA  # larger numbers are marks, not sectors
_ENTRY_BYTES = 128
_ROOT = 5
_SECTOR_SHIFTS = {9, 12}
_MINI_SHIFT = 6
_PLACE_BYTES = 4
_BEGIN_OF_SHEET = {0x0009, 0x0209, 0x0409, 0x0809}
_DIMENSIONS = {0x0000, 0x0200}
_DIMENSION_FORMS = {10: "<HHHH", 14: "<IIHH"}
_MAX_ROWS, _MAX_COLUMNS = 65_536, 256
_CELLS = {0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206}
_CELLS |= {0x0406, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD}
_MANY_CELLS = {0x00BD, 0x00BE}


def check_biff(data: bytes) -> None:
    """Refuse an .xls file that is damaged, protected by a password, or claims too large an area."""
    try:
        stream = _workbook_stream(data)
        for rows, columns in _areas(stream):
            check_area(rows, columns)
    except (struct.error, IndexError) as error:
        raise _damaged() from error


def _workbook_stream(data: bytes) -> bytes:
    container = _Container(data)
    streams = {name.lower(): (start, size) for name, start, size in container.streams()}
    if "encryptedpackage" in streams:
        raise SheetError(
            "The workbook is protected by a password. Take the password off and save it again."
        )
    for name in ("workbook", "book"):
        if name in streams:
            return container.read(*streams[name])
    raise SheetError(
        "There is no table in this file: it is an old office document but no workbook."
        " Bring a .csv, .xlsx, .xls or .ods file."
    )


class _Container:
    """The compound file that holds the streams of an old office document."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        sector_shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if sector_shift not in _SECTOR_SHIFTS or mini_shift != _MINI_SHIFT:
            raise _damaged()
        self._sector_bytes, self._mini_bytes = 1 << sector_shift, 1 << mini_shift
        self._most_sectors = len(data) // self._sector_bytes + 1
        directory, _, _, self._mini_limit, mini_table = struct.unpack_from("<5I", data, 48)
        self._next = self._table(self._table_sectors())
        self._entries = self._chain_bytes(directory)
        self._next_mini = self._table(self._chain(mini_table))
        self._mini_data: bytes | None = None

    def streams(self) -> Iterator[tuple[str, int, int]]:
        """Yield name, first sector and size of each stream; the root holds the small ones."""
        for at in range(0, len(self._entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            name_bytes, kind = struct.unpack_from("<HB", self._entries, at + 64)
            start, size = struct.unpack_from("<II", self._entries, at + 116)
            name = self._entries[at : at + max(0, min(name_bytes, 64) - 2)]
            if kind == _ROOT:
                self._mini_data = self._chain_bytes(start)[:size]
            elif kind:
                yield name.decode("utf-16-le", "replace"), start, size

    def read(self, start: int, size: int) -> bytes:
        """Return a stream's bytes, from the small store if it is small."""
        if size >= self._mini_limit or self._mini_data is None:
            return self._chain_bytes(start)[:size]
        width = self._mini_bytes
        pieces = (
            self._mini_data[n * width : (n + 1) * width]
            for n in self._follow(start, self._next_mini)
        )
        return b"".join(pieces)[:size]

    def _table_sectors(self) -> list[int]:
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        following, count = struct.unpack_from("<II", self._data, 68)
        entries = self._sector_bytes // 4
        for _ in range(min(count, self._most_sectors)):
            if following >= _LAST_SECTOR:
                break
            more = struct.unpack(f"<{entries}I", self._sector(following))
            sectors += more[:-1]
            following = more[-1]
        return [sector for sector in sectors if sector < _LAST_SECTOR]

    def _table(self, sectors: list[int]) -> list[int]:
        table: list[int] = []
        for sector in sectors[: self._most_sectors]:
            table += struct.unpack(f"<{self._sector_bytes // 4}I", self._sector(sector))
        return table

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._sector_bytes
        found = self._data[at : at + self._sector_bytes]
        if not found:
            raise _damaged()
        return found.ljust(self._sector_bytes, b"\0")

    def _chain(self, start: int) -> list[int]:
        return list(self._follow(start, self._next))

    def _chain_bytes(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._follow(start, self._next)))

    def _follow(self, start: int, table: list[int]) -> Iterator[int]:
        seen = 0
        while start < _LAST_SECTOR:
            seen += 1
            if seen > len(table):
                raise _damaged()
            yield start
            start = table[start]


def _areas(stream: bytes) -> Iterator[tuple[int, int]]:
    """Yield the area claimed so far by each sheet, after each record that makes it larger."""
    rows = columns = at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4
        if kind in _BEGIN_OF_SHEET:
            rows = columns = 0
        elif kind in _DIMENSIONS and size in _DIMENSION_FORMS:
            _check_dimensions(stream, at, size)
        elif kind in _CELLS and size >= _PLACE_BYTES and at + size <= len(stream):
            row, column = _far_corner(stream, at, kind, size)
            if row >= rows or column >= columns:
                rows, columns = max(rows, row + 1), max(columns, column + 1)
                yield rows, columns
        at += size


def _check_dimensions(stream: bytes, at: int, size: int) -> None:
    """Refuse a claim that no .xls can fulfil; a merely generous one is never filled."""
    _, end_row, _, end_column = struct.unpack_from(_DIMENSION_FORMS[size], stream, at)
    if end_row > _MAX_ROWS or end_column > _MAX_COLUMNS:
        raise _damaged()


def _far_corner(stream: bytes, at: int, kind: int, size: int) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", stream, at)
    if kind in _MANY_CELLS:
        column = max(column, *struct.unpack_from("<H", stream, at + size - 2))
    return row, column


def _damaged() -> SheetError:
    return SheetError(
        "The .xls file is damaged and cannot be opened."
        " Open it in a spreadsheet and save it again as .xlsx."
    )
