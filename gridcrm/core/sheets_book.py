"""Workbooks (.xlsx, .xls, .ods) through python-calamine, after a look at what is in them."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

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
from gridcrm.core.sheets_values import clean_cell

_MAX_SHEETS = 256
_T = TypeVar("_T")


@dataclass(frozen=True)
class Book:
    """An opened workbook and the names of its visible worksheets."""

    workbook: CalamineWorkbook
    names: tuple[str, ...]

    def rows(self, name: str) -> Iterator[list[Cell]]:
        """Yield the cleaned cells of each row of a worksheet, from its very first row."""
        sheet: CalamineSheet = _guarded(lambda: self.workbook.get_sheet_by_name(name))
        if sheet.end:
            check_area(sheet.end[0] + 1, sheet.end[1] + 1, name)
        for row in sheet.iter_rows():
            yield [clean_cell(cell) for cell in row]


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


def _guarded(read: Callable[[], _T]) -> _T:
    """Turn what the reader raises into a refusal; its panics are not even an Exception."""
    try:
        return read()
    except PasswordError as error:
        raise SheetError(
            "The workbook is protected by a password. Take the password off and save it again."
        ) from error
    except CalamineError as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged() from error


def _damaged() -> SheetError:
    return SheetError(
        "The workbook is damaged and cannot be read."
        " Open it in a spreadsheet and save it again as .xlsx."
    )
