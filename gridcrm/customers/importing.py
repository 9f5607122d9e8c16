"""A customer file checked row by row before anything is stored: what is good, what not, and why."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from geo import Datum
from gridcrm.core.sheets import Sheet, SheetError
from gridcrm.customers.cells import CellError, ValueClass
from gridcrm.customers.columns import Field, suggest_mapping
from gridcrm.customers.imported import BadCell, Checked, CustomerRow, KnownNames, Merged
from gridcrm.customers.reading import RowReader
from gridcrm.customers.same_person import People

__all__ = [
    "BadCell",
    "Checked",
    "CustomerRow",
    "Field",
    "KnownNames",
    "Merged",
    "check",
    "suggest_mapping",
]


def check(
    sheet: Sheet,
    mapping: Mapping[str, Field | None],
    *,
    known: KnownNames,
    default_datum: Datum,
    now: datetime,
    read_as: Mapping[Datum, Datum] = MappingProxyType({}),
) -> Checked:
    """Return the people of a table with plain values, and every reason that keeps a row out.

    `read_as` is what a person answered: positions said to be in one datum are in another.
    Raises SheetError if the mapping cannot say who the people are.
    """
    _check_mapping(sheet, mapping)
    reader = RowReader(sheet.columns, mapping, known, default_datum, now.date(), read_as)
    people = People()
    bad: list[BadCell] = []
    for row in sheet.rows:
        found = reader.read(row)
        if isinstance(found, list):
            bad += found
            continue
        try:
            people.add(found, row.cells)
        except CellError as error:
            phone = reader.column_of(Field.PHONE)
            bad.append(BadCell(row.line, phone, ValueClass.NUMBER, error.reason, error.remedy))
    return Checked(
        sheet=sheet.name,
        rows=len(sheet.rows),
        good=people.kept(),
        bad=bad,
        duplicates=people.duplicates,
        merged=people.merged,
        unused_columns=[column for column in sheet.columns if mapping.get(column) is None],
    )


def _check_mapping(sheet: Sheet, mapping: Mapping[str, Field | None]) -> None:
    used = Counter(field for column in sheet.columns if (field := mapping.get(column)))
    if not used.keys() & {Field.NAME, Field.NUMBER}:
        raise SheetError(
            "No column holds names or customer numbers."
            " Say which column holds the name, or choose another sheet."
        )
    for field, count in used.items():
        if count > 1:
            raise SheetError(
                "{count} columns are said to hold the field {field}. Choose one of them.",
                count=count,
                field=str(field),
            )
    if (Field.LON in used) != (Field.LAT in used):
        raise SheetError("Longitude and latitude belong together. Choose both columns, or neither.")
