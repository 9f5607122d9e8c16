"""Rows of one file that are the same person: the later row wins, and it is said."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gridcrm.core.sheets import Cell
from gridcrm.customers.cells import CellError, Reason, refuse
from gridcrm.customers.imported import CustomerRow, Merged, SameBy

GENERATED_NAME = "Household {number}"

_FILLED = (
    "number",
    "phone",
    "community",
    "building",
    "organisation",
    "gender",
    "occupation",
    "segment_hint",
    "label_names",
    "tier",
    "aum_fen",
    "owner_name",
    "source",
    "opened_on",
    "last_active_on",
    "moved_in_on",
    "has_child",
    "products",
)
_TOGETHER = (("lon", "lat", "datum"), ("birth_year", "age_band"))


class People:
    """The people of a file so far, found again by customer number and by phone."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.duplicates: list[int] = []
        self.merged: list[Merged] = []
        self._rows: dict[int, CustomerRow] = {}
        self._line_of_cells: dict[tuple[Cell, ...], int] = {}
        self._line_of_number: dict[str, int] = {}
        self._line_of_phone: dict[str, int] = {}
        self._kept_line: dict[int, int] = {}

    def kept(self) -> list[CustomerRow]:
        """Return one row for each person, in the order of the lines kept."""
        return list(self._rows.values())

    def add(self, row: CustomerRow, cells: tuple[Cell, ...]) -> None:
        """Take a row in; raise CellError if its phone is already that of somebody else."""
        if self._line_of_cells.get(cells) in self._rows:
            self.duplicates.append(row.line)
            return
        for line, by in dict(self._same(row)).items():
            earlier = self._rows.pop(line)
            self.merged.append(Merged(line, row.line, by, _why(earlier, row, by)))
            self._kept_line[line] = row.line
            row = _filled(row, earlier)
        self._rows[row.line] = row
        self._line_of_cells[cells] = row.line
        if row.number:
            self._line_of_number[row.number] = row.line
        if row.phone:
            self._line_of_phone[row.phone] = row.line

    def _same(self, row: CustomerRow) -> Iterator[tuple[int, SameBy]]:
        """Yield the earlier lines of the same person; the phone first, as it may be refused."""
        line = self._latest(self._line_of_phone, row.phone)
        if line is not None and _is_same_by_phone(self._rows[line], row):
            yield line, SameBy.PHONE
        line = self._latest(self._line_of_number, row.number)
        if line is not None:
            yield line, SameBy.NUMBER

    def _latest(self, lines: dict[str, int], key: str | None) -> int | None:
        """Return the line that a key's line went up in, after however many merges."""
        line = lines.get(key or "")
        while line in self._kept_line:
            line = self._kept_line[line]
        return line


def _is_same_by_phone(earlier: CustomerRow, row: CustomerRow) -> bool:
    """Tell whether an equal phone means one person; a family's or an office's phone does not."""
    is_landline = (row.phone or "").startswith("0")
    is_other = earlier.number and row.number and earlier.number != row.number
    if not is_other and not (is_landline and earlier.name != row.name):
        return True
    if earlier.phone == row.phone:
        raise _taken(earlier)
    return False  # it was theirs, until a later row gave them another


def _taken(earlier: CustomerRow) -> CellError:
    return refuse(
        "This phone number already belongs to somebody else, in line {line}.",
        "Leave the phone empty in one of the two rows, or give it its own.",
        line=earlier.line,
    )


def _why(earlier: CustomerRow, row: CustomerRow, by: SameBy) -> Reason:
    params = {"line": earlier.line, "kept": row.line}
    if by is SameBy.PHONE and earlier.name != row.name:
        return Reason(
            "Lines {line} and {kept} have the same phone but different names; the later name was"
            " kept.",
            params,
        )
    if by is SameBy.NUMBER and earlier.phone and row.phone and earlier.phone != row.phone:
        return Reason(
            "Lines {line} and {kept} have the same customer number but different phones; the later"
            " phone was kept.",
            params,
        )
    return Reason("Lines {line} and {kept} are the same person; the later one was kept.", params)


def _filled(row: CustomerRow, earlier: CustomerRow) -> CustomerRow:
    """Return a row whose gaps are filled from an earlier one; a refusal is never overwritten."""
    empty = (None, ())
    gaps = [name for name in _FILLED if getattr(row, name) in empty]
    for names in _TOGETHER:
        if all(getattr(row, name) is None for name in names):
            gaps += names
    changes: dict[str, Any] = {name: getattr(earlier, name) for name in gaps}
    if row.name == GENERATED_NAME.format(number=row.number):
        changes["name"] = earlier.name
    changes |= _consent(row, earlier)
    return replace(row, **changes)


def _consent(row: CustomerRow, earlier: CustomerRow) -> dict[str, object]:
    if row.consent is None or earlier.consent in (None, row.consent):
        return {"consent": row.consent or earlier.consent}
    doubt = Reason(
        "Line {line} and this row differ about consent; the refusal was kept.",
        {"line": earlier.line},
    )
    return {"consent": "refused", "warnings": (*row.warnings, doubt)}
