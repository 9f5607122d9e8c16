"""Workbooks (.xlsx, .xls, .ods) through python-calamine, after a look at what is in them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gridcrm.core.sheets_archive import check_archive
from gridcrm.core.sheets_biff import OLE_MAGIC, check_biff
from gridcrm.core.sheets_limits import Cell, SheetError, check_area
from gridcrm.core.sheets_values import clean_text

_MAX_SHEETS = 256
_RawCell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Book:
    """An opened workbook and the names of its visible worksheets."""

    workbook: CalamineWorkbook
    names: tuple[str, ...]

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """Yield the cleaned cells of each row of a worksheet, from its very first row."""
        sheet = _guarded(lambda: self.workbook.get_sheet_by_name(name))
        check_area(sheet.total_height, sheet.total_width, name)
        return _rows(sheet)


def open_book(data: bytes) -> Book:
    """Open a workbook from its bytes; bombs and damaged files are refused before they are read."""
    if data.startswith(OLE_MAGIC):
        check_biff(data)
    else:
        check_archive(data)
    workbook = _guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    names = tuple(
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    )
    if not names or len(names) > _MAX_SHEETS:
        raise SheetError(
            "The workbook has {count} visible sheets; between 1 and {limit} can be read.",
            count=len(names),
            limit=_MAX_SHEETS,
        )
    return Book(workbook, names)
