"""A look into .xlsx and .ods before they are opened: size, bombs, forbidden XML, used area."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from gridcrm.core.sheets_area import OdsArea, XlsxArea
from gridcrm.core.sheets_limits import SheetError

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100  # unpacked : packed, of any entry larger than RATIO_FREE_BYTES
RATIO_FREE_BYTES = 100 * 1024
MAX_ENTRIES = 2_000

_END_OF_DIRECTORY = b"PK\x05\x06"
_LARGER_DIRECTORY = b"PK\x06\x07"  # stands just before the end and takes its counts' place
_LARGER_DIRECTORY_BYTES = 20
_MAX_DIRECTORY_BYTES = MAX_ENTRIES * 512
_CHUNK_BYTES = 1 << 20
_MAX_TAG_BYTES = 8 << 20  # with the text behind it
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
# The reader reserves memory for a declared count; eight digits would end the process.
_FORGED_COUNT = re.compile(
    rb"count\s*=\s*(?:\"(?:[^\"]{8}|[^\"]*&)|'(?:[^']{8}|[^']*&))", re.IGNORECASE
)


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
    is_larger = data[max(0, at - _LARGER_DIRECTORY_BYTES) : at].startswith(_LARGER_DIRECTORY)
    if is_larger or entries > MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
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
    area = OdsArea() if entry.filename == "content.xml" else XlsxArea()
    with archive.open(entry) as stream:
        for piece in _tags(stream):
            if _DOCTYPE.search(piece) or _FORGED_COUNT.search(piece):
                raise _unusual_xml()
            area.see(piece)
    area.judge(entry.filename)


def _tags(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML in pieces that end before a tag begins; UTF-16 loses its NULs, to be seen."""
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        rest += chunk.replace(b"\0", b"")
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _MAX_TAG_BYTES:
            raise _unusual_xml()
    yield rest


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


def _unusual_xml() -> SheetError:
    return SheetError(
        "The workbook carries XML declarations that no spreadsheet program writes, so it was not"
        " opened. Copy the table into a new workbook and save it as .xlsx."
    )
