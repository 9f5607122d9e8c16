"""Delimited text: which encoding, which line end, which delimiter, and its records."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gridcrm.core.sheets_limits import (
    HEADER_SEARCH_ROWS,
    MAX_ROWS,
    SheetError,
    too_many_rows,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r'"?sep=([,;\t|])"?\s*$', re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.01
_SAMPLE_CHARS = 65_536
_HEAD_BYTES = 4_096


@dataclass(frozen=True)
class Text:
    """Decoded text and how it was written; `eol` is LF, CRLF, CR or mixed."""

    text: str
    encoding: str
    bom: bool
    eol: str


def decode(data: bytes) -> Text:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or GB18030, with or without a mark."""
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return _text(_strict(data[len(mark) :], codec, name), name, bom=True)
    if codec := _unmarked_utf16(data):
        return _text(_strict(data, codec, "UTF-16"), "UTF-16", bom=False)
    try:
        return _text(data.decode("utf-8"), "UTF-8", bom=False)
    except UnicodeDecodeError as error:
        if _is_broken_utf8(data):
            raise _undecodable(data, "UTF-8", error.start) from None
    return _text(_strict(data, "gb18030", "UTF-8 / GB18030"), "GB18030", bom=False)


def delimiter_of(text: str) -> str:
    """Return the delimiter under which most lines of the text fall into equally many fields."""
    first = text[: text.find("\n") if "\n" in text else None]
    if declared := _SEP_LINE.match(first):
        return declared.group(1)
    sample = text[:_SAMPLE_CHARS]
    if len(sample) < len(text):
        sample = sample[: sample.rfind("\n") + 1] or sample
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the 1-based line that it begins in."""
    if '"' not in text and text.count("\n") > MAX_ROWS + HEADER_SEARCH_ROWS:
        raise too_many_rows()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line, last = 1, 1
    cells: list[str] = []
    try:
        for count, cells in enumerate(reader, 1):
            if count > MAX_ROWS + HEADER_SEARCH_ROWS:
                raise too_many_rows()
            yield line, cells
            line, last = reader.line_num + 1, line
    except csv.Error as error:
        raise _unclosed(line) from error
    if cells and "\n" in cells[-1] and not text.rstrip().endswith('"'):
        raise _unclosed(last)


def _strict(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise _undecodable(data, name, error.start) from error


def _undecodable(data: bytes, name: str, at: int) -> SheetError:
    return SheetError(
        "Byte {byte} in line {line} is not text in {encoding}."
        ' Open the file in a spreadsheet and save it as "CSV UTF-8" or as .xlsx.',
        byte=at + 1,
        line=data.count(b"\n", 0, at) + 1,
        encoding=name,
    )


def _unmarked_utf16(data: bytes) -> str:
    """Return the codec if every other byte of the beginning tends to be NUL, as of ASCII in it."""
    head = data[:_HEAD_BYTES]
    if len(data) % 2:
        return ""
    high, low = head[0::2].count(0), head[1::2].count(0)
    least = max(2, len(head) // 20)
    if low >= least and not high:
        return "utf-16-le"
    return "utf-16-be" if high >= least and not low else ""


def _is_broken_utf8(data: bytes) -> bool:
    """Tell UTF-8 with a few damaged bytes from another encoding, which has few whole characters."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\N{REPLACEMENT CHARACTER}")
    good = sum(char > "\x7f" for char in text) - bad
    return good > 4 * bad


def _text(text: str, encoding: str, *, bom: bool) -> Text:
    control = len(_CONTROL.findall(text))
    if control > len(text) * _MAX_CONTROL_SHARE:
        raise SheetError(
            "This is not a table but a binary file. Bring a .csv, .xlsx, .xls or .ods file."
        )
    if control:
        text = _CONTROL.sub("", text)
    return Text(text, encoding, bom, _eol(text))


def _eol(text: str) -> str:
    both = text.count("\r\n")
    ends = {"CRLF": both, "LF": text.count("\n") - both, "CR": text.count("\r") - both}
    used = [name for name, count in ends.items() if count]
    return "mixed" if len(used) > 1 else (used or ["LF"])[0]


def _evenness(sample: str, delimiter: str) -> int:
    """Return how many fields the most frequent width above one separates."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = Counter(len(cells) for cells in reader if len(cells) > 1)
    except csv.Error:
        return 0
    return max(((width - 1) * count for width, count in widths.items()), default=0)


def _unclosed(line: int) -> SheetError:
    return SheetError(
        "A quotation mark that opens in line {line} is never closed, so the rows after it cannot"
        " be told apart. Delete it, or save the file as .xlsx.",
        line=line,
    )
