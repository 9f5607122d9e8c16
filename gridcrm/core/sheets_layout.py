"""Where in a sheet the table is: what stands above it, its header, its rows, and its totals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gridcrm.core.sheets_limits import (
    HEADER_SEARCH_ROWS,
    MAX_ROWS,
    Cell,
    SheetError,
    too_many_rows,
)

Line = tuple[int, Sequence[Cell]]  # 1-based line or row number, cleaned cells

_LOOK_AHEAD = 50
_LEAST_COVERED = 0.75
_MAX_LABEL_CHARS = 40
_MAX_TOTAL_CHARS = 16
_FIRST_CELLS = 3

_LETTER = re.compile(r"[^\W\d_]")
_GENERATED = re.compile(r"(?:column|field|列|字段)\s*\d+", re.IGNORECASE)
_WITH_VALUE = re.compile(r"[:：].*\S|@|\d{7}")  # 填表人：张三, an address, a phone number
_TOTAL = re.compile(
    r"(?:本[页期月行日]|以上|全部|grand|sub-?)?(?:合计|总计|小计|共计|totals?)"
    r"(?:金额|户数|人数|笔数|数)?(?:[(（][^)）]{0,4}[)）])?[:：]?[\d,.]*[户人元笔条位家名]?",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"(?:注|备注|说明|制表|填表|填报|审核|复核|负责人|经办|打印|日期|单位|note|source|prepared)"
    r"[^:：]{0,8}[:：]|[-=*_─—]{3,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of data: its 1-based place in the source; `surplus` counts values beyond the header."""

    line: int
    cells: tuple[Cell, ...]
    surplus: int = 0


@dataclass(frozen=True)
class Layout:
    """A table found in a sheet; `header_row` is 0-based."""

    header_row: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    preamble: tuple[str, ...]
    total_rows: int
    footer_rows: int
    repeated_headers: int


def find_table(lines: Sequence[Line]) -> Layout:
    """Return the table in cleaned lines: a row of labels with rows that fill the same columns."""
    at = _header_at(lines)
    header = lines[at][1]
    body = [line for line in lines[at + 1 :] if any(cell is not None for cell in line[1])]
    footers = _footnotes(body, len(header))
    body = body[: len(body) - footers]
    kept = _kept_columns(header, body)
    data, totals, repeated = _sorted_out(body, _padded(header, kept), kept)
    if len(data) > MAX_ROWS:
        raise too_many_rows()
    return Layout(
        header_row=lines[at][0] - 1,
        columns=_names(header, kept),
        rows=tuple(data),
        preamble=_preamble(lines[:at]),
        total_rows=totals,
        footer_rows=footers,
        repeated_headers=repeated,
    )


def _header_at(lines: Sequence[Line]) -> int:
    head = lines[: HEADER_SEARCH_ROWS + _LOOK_AHEAD]
    filled = [[n for n, cell in enumerate(cells) if cell is not None] for _, cells in head]
    candidates = [
        at
        for at, columns in enumerate(filled[:HEADER_SEARCH_ROWS])
        if columns and all(_is_label(head[at][1][n]) for n in columns)
    ]
    fitting = [at for at in candidates if _fits(filled[at], filled[at + 1 :])]
    if fitting:
        widest = max(len(filled[at]) for at in fitting)
        return next(at for at in fitting if len(filled[at]) >= _LEAST_COVERED * widest)
    for at in candidates:
        if _fits_alone(filled, at, candidates):
            return at
    raise SheetError(
        "No header was found in the first {count} rows. Put one row with the names of the columns"
        " (for example 姓名, 手机号, 小区) directly above the data.",
        count=HEADER_SEARCH_ROWS,
    )


def _is_label(cell: Cell) -> bool:
    return (
        isinstance(cell, str)
        and len(cell) <= _MAX_LABEL_CHARS
        and _LETTER.search(cell) is not None
        and _WITH_VALUE.search(cell) is None
        and _GENERATED.fullmatch(cell) is None
    )


def _fits(header: list[int], after: list[list[int]]) -> bool:
    """Tell whether nearly all that stands below stands below one of several labels."""
    below = [columns for columns in after if columns][:_LOOK_AHEAD]
    own = set(header)
    covered = sum(len(own.intersection(columns)) for columns in below)
    return len(own) > 1 and covered >= _LEAST_COVERED * sum(map(len, below))


def _fits_alone(filled: list[list[int]], at: int, candidates: list[int]) -> bool:
    """Tell whether this is the header of a single column, and not a title above it."""
    below = [n for n in range(at + 1, len(filled)) if filled[n]]
    if len(filled[at]) > 1 or any(filled[n] != filled[at] for n in below):
        return False
    is_title = len(below) > 1 and below[0] in candidates and below[1] not in candidates
    return not is_title


def _footnotes(body: Sequence[Line], width: int) -> int:
    """Count the closing lines under a table that are remarks, not data."""
    count = 0
    for _, cells in reversed(body):
        texts = [cell for cell in cells if cell is not None]
        remarks = [isinstance(text, str) and bool(_FOOTNOTE.match(text)) for text in texts]
        if width < _FIRST_CELLS or not all(remarks):
            break
        count += 1
    return count


def _kept_columns(header: Sequence[Cell], body: Sequence[Line]) -> list[int]:
    """Return the columns with a name or with data under the header's width."""
    unnamed = {n for n, cell in enumerate(header) if cell is None}
    used = {n for _, cells in body for n in unnamed if n < len(cells) and cells[n] is not None}
    return [n for n in range(len(header)) if n not in unnamed or n in used]


def _names(header: Sequence[Cell], kept: list[int]) -> tuple[str, ...]:
    names: list[str] = []
    for n in kept:
        name = str(header[n]) if header[n] is not None else f"Column {n + 1}"
        again = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({again + 1})" if again else name)
    return tuple(names)


def _sorted_out(
    body: Sequence[Line], header: tuple[Cell, ...], kept: list[int]
) -> tuple[list[Row], int, int]:
    """Split the body into data, the number of totals, and the number of repeated headers."""
    rows: list[Row] = []
    totals = repeated = 0
    plain = kept == list(range(len(kept)))
    for line, cells in body:
        if _is_total(cells):
            totals += 1
            continue
        values = _padded(cells, kept, plain=plain)
        if values == header:
            repeated += 1
            continue
        rows.append(Row(line, values, _surplus(cells, kept)))
    return rows, totals, repeated


def _padded(cells: Sequence[Cell], kept: list[int], *, plain: bool = False) -> tuple[Cell, ...]:
    if plain and len(cells) >= len(kept):
        return tuple(cells[: len(kept)])
    return tuple(cells[n] if n < len(cells) else None for n in kept)


def _surplus(cells: Sequence[Cell], kept: list[int]) -> int:
    return sum(cell is not None for cell in cells[kept[-1] + 1 :]) if kept else 0


def _is_total(cells: Sequence[Cell]) -> bool:
    return any(
        isinstance(cell, str)
        and len(cell) <= _MAX_TOTAL_CHARS
        and _TOTAL.fullmatch("".join(cell.split())) is not None
        for cell in cells[:_FIRST_CELLS]
    )


def _preamble(lines: Sequence[Line]) -> tuple[str, ...]:
    texts = (" ".join(str(cell) for cell in cells if cell is not None) for _, cells in lines)
    return tuple(text for text in texts if text)
