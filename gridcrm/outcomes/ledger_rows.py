"""The rows of an outcome ledger as plain values, before anybody is looked up."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gridcrm.core.errors import InvalidInput
from gridcrm.core.sheets import Cell, Row, Sheet
from gridcrm.customers.cells import BLANKS, CellError, Reading, Reason, plain, refuse
from gridcrm.customers.cells_numbers import parse_money, parse_past_day
from gridcrm.customers.columns import unit_yuan
from gridcrm.customers.products import Product, named
from gridcrm.outcomes import rules
from gridcrm.outcomes.models import OutcomeKind


class Column(StrEnum):
    """A column of the ledger."""

    DAY = "day"
    CUSTOMER = "customer"
    PRODUCT = "product"
    AMOUNT = "amount"
    KIND = "kind"
    HANDLER = "handler"
    EVENT = "event"
    REFERENCE = "reference"
    EVENT_OR_REFERENCE = "event_or_reference"
    RECORDING = "recording"


_HEADERS = {
    Column.DAY: "日期 成交日期 办理日期 业务日期 交易日期 date day happenedon",
    Column.CUSTOMER: "客户 客户号 客户编号 客户手机 客户手机号 手机号 手机 电话 客户(号/手机) 客户号/手机 "
    "客户号/手机号 customer customernumber customerphone phone",
    Column.PRODUCT: "产品 产品名称 业务品种 办理产品 product",
    Column.AMOUNT: "金额 成交金额 办理金额 amount",
    Column.KIND: "类型 成交类型 业务类型 kind type outcome",
    Column.HANDLER: "经办 经办人 客户经理 办理人 handler staff by",
    Column.EVENT: "关联活动 活动 活动名称 event",
    Column.REFERENCE: "参考号 流水号 业务流水号 凭证号 业务编号 reference ref",
    Column.EVENT_OR_REFERENCE: "关联活动/参考号 event/reference",
    Column.RECORDING: "双录编号 双录 双录号 录音录像编号 recording recordingref",
}
_BY_HEADER = {word: column for column, words in _HEADERS.items() for word in words.split()}
_NEEDED = (Column.DAY, Column.CUSTOMER, Column.PRODUCT)
_LONGEST_REFERENCE = 64


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One outcome as a ledger tells it; `customer` is a number or a phone, as written."""

    line: int
    happened_on: date
    customer: str
    product: str
    kind: OutcomeKind
    amount_fen: int | None
    handler_id: int | None
    event: str
    reference: str | None
    recording_ref: str

    @property
    def sales_zone(self) -> bool:
        """Return whether the sale was in the sales zone: what is recorded is sold there."""
        return bool(self.recording_ref)


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row stays out: where, what is wrong, and what to do."""

    line: int
    column: Column
    reason: Reason
    remedy: Reason


@dataclass(frozen=True)
class Names:
    """Names that a ledger may use: colleagues (None where two share one), and titles of events."""

    handlers: Mapping[str, int | None]
    events: frozenset[str]


def columns_of(sheet: Sheet) -> dict[Column, int]:
    """Return where each column of the ledger stands, or say which are missing."""
    found: dict[Column, int] = {}
    for index, header in enumerate(sheet.columns):
        key = _key(header)
        column = _BY_HEADER.get(key) or _BY_HEADER.get(key.split("(")[0])
        if column and column not in found:
            found[column] = index
    if any(column not in found for column in _NEEDED):
        raise InvalidInput(
            {
                "file": "The file needs the columns 日期, 客户 (number or phone) and 产品."
                " Check the header row."
            }
        )
    return found


def usual_header(column: Column) -> str:
    """Return what a column is usually called, where a file has none of it."""
    return _HEADERS[column].split()[0]


def read_row(
    row: Row, where: Mapping[Column, int], sheet: Sheet, names: Names, today: date
) -> LedgerRow | BadRow:
    """Return a row as values, or the first reason against it."""
    reader = _Reader(row, where, sheet, today)
    try:
        return reader.read(names)
    except CellError as error:
        return BadRow(row.line, reader.at, error.reason, error.remedy)


class _Reader:
    """Reads one row and remembers in which column it is."""

    def __init__(self, row: Row, where: Mapping[Column, int], sheet: Sheet, today: date) -> None:
        self._row, self._where, self._sheet = row, where, sheet
        self._reading = Reading(today)
        self.at = Column.DAY

    def read(self, names: Names) -> LedgerRow:
        product = self._product()
        kind = self._kind(product)
        event, reference = self._event_and_reference(names)
        return LedgerRow(
            line=self._row.line,
            happened_on=parse_past_day(self._needed(Column.DAY), self._reading),
            customer=plain(self._needed(Column.CUSTOMER)),
            product=product.slug,
            kind=kind,
            amount_fen=self._amount(kind),
            handler_id=self._handler(names),
            event=event,
            reference=reference,
            recording_ref=self._text(Column.RECORDING)[:_LONGEST_REFERENCE],
        )

    def _product(self) -> Product:
        product = named(plain(self._needed(Column.PRODUCT)))
        if product is None:
            raise refuse(
                "This product is not in the catalogue.", "Write one of its names, such as 定期存款."
            )
        return product

    def _kind(self, product: Product) -> OutcomeKind:
        text = self._text(Column.KIND)
        if not text:
            return OutcomeKind(product.outcome)
        if text not in set(OutcomeKind):
            raise refuse(
                "This kind of outcome is not known.",
                "Leave it empty, or write one such as product_purchased.",
            )
        return OutcomeKind(text)

    def _amount(self, kind: OutcomeKind) -> int | None:
        cell = self._cell(Column.AMOUNT)
        amount_fen = self._money(cell) if cell is not None else None
        try:
            rules.check_amount(kind, amount_fen)
        except InvalidInput:
            raise refuse("The amount is missing.", "Write the amount in yuan.") from None
        return amount_fen

    def _money(self, cell: Cell) -> int:
        header = self._sheet.columns[self._where[Column.AMOUNT]]
        return parse_money(cell, unit_yuan(header))

    def _handler(self, names: Names) -> int | None:
        text = self._text(Column.HANDLER)
        if text and text not in names.handlers:
            raise refuse(
                "Nobody in this branch has this name.",
                "Write the name as it is shown in GridCRM, or leave it empty.",
            )
        found = names.handlers.get(text)
        if text and found is None:
            raise refuse(
                "More than one colleague has this name.", "Write the user name of the one meant."
            )
        return found

    def _event_and_reference(self, names: Names) -> tuple[str, str | None]:
        either = self._text(Column.EVENT_OR_REFERENCE)
        is_event = either in names.events
        event = self._text(Column.EVENT) or (either if is_event else "")
        reference = self._text(Column.REFERENCE) or ("" if is_event else either)
        if len(reference) > _LONGEST_REFERENCE:
            raise refuse("This reference is too long.", "Use at most 64 characters.")
        return event, reference or None

    def _needed(self, column: Column) -> Cell:
        cell = self._cell(column)
        if cell is None:
            raise refuse("This cell is empty.", "Fill it in, or delete the row.")
        return cell

    def _text(self, column: Column) -> str:
        return plain(self._cell(column)).strip()

    def _cell(self, column: Column) -> Cell:
        self.at = column
        index = self._where.get(column)
        if index is None:
            return None
        cell = self._row.cells[index]
        return None if isinstance(cell, str) and cell.strip() in BLANKS else cell


def _key(header: str) -> str:
    return "".join(unicodedata.normalize("NFKC", header).split()).replace("_", "").lower()
