"""A file of labels: a customer number or a phone number, and the labels of that person."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.sheets import Cell, Sheet, SheetError, read_table
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers import phones, queries
from gridcrm.customers.cells import plain
from gridcrm.customers.columns import Field, suggest_mapping
from gridcrm.customers.models import Customer
from gridcrm.labels import service

_SEPARATORS = re.compile(r"[、,，;；/／|｜\n]+")
_AT_ONCE = 500


@dataclass(frozen=True)
class LabelRow:
    """What a line says: who, by number or phone, and the names of labels."""

    line: int
    number: str
    phone: str
    names: tuple[str, ...]


@dataclass
class Report:
    """What a file of labels did; lines are those of the file."""

    rows: int = 0
    given: int = 0
    incomplete_lines: list[int] = field(default_factory=list)
    unknown_people_lines: list[int] = field(default_factory=list)
    unknown_labels: list[str] = field(default_factory=list)


async def import_file(session: AsyncSession, who: Who, upload: Upload, now: datetime) -> Report:
    """Give the people of a file their labels; what nobody knows is told, not made up."""
    rows = await asyncio.to_thread(_read, upload)
    report = Report(rows=len(rows))
    whole = [row for row in rows if row.names and (row.number or row.phone)]
    report.incomplete_lines = [row.line for row in rows if row not in whole]
    names: dict[int, list[str]] = {}
    for start in range(0, len(whole), _AT_ONCE):
        some = whole[start : start + _AT_ONCE]
        ids = await _ids(session, who, some)
        for row in some:
            customer_id = ids.get(row.number) or ids.get(row.phone)
            if customer_id is None:
                report.unknown_people_lines.append(row.line)
            else:
                names.setdefault(customer_id, []).extend(row.names)
    done, report.unknown_labels = await service.assign_by_name(session, who, names, now)
    report.given = done.given
    return report


async def _ids(session: AsyncSession, who: Who, rows: Sequence[LabelRow]) -> dict[str, int]:
    """Return number or phone → id, for those whom this person may see."""
    numbers = {row.number for row in rows if row.number}
    telephones = {row.phone for row in rows if row.phone}
    asked = queries.visible(who).where(
        or_(col(Customer.number).in_(numbers), col(Customer.phone).in_(telephones))
    )
    found: dict[str, int] = {}
    for one in await session.exec(asked):
        found |= {key: one.id or 0 for key in (one.phone, one.number) if key}
    return found


def _read(upload: Upload) -> list[LabelRow]:
    try:
        sheet = read_table(upload.content, upload.filename)
    except SheetError as error:
        said = gettext(error.message).format(**error.params)
        raise InvalidInput({"file": said}) from None
    columns = _columns(sheet)
    if Field.LABELS not in columns or len(columns) == 1:
        raise InvalidInput(
            {"file": "The file needs a column with labels and one with customer or phone numbers."}
        )
    return [_row(row.line, row.cells, columns) for row in sheet.rows]


def _columns(sheet: Sheet) -> dict[Field, int]:
    mapping = suggest_mapping(sheet.columns)
    kinds = [mapping[name] for name in sheet.columns]
    wanted = (Field.LABELS, Field.NUMBER, Field.PHONE)
    return {kind: kinds.index(kind) for kind in wanted if kind in kinds}


def _row(line: int, cells: Sequence[Cell], columns: Mapping[Field, int]) -> LabelRow:
    said = {kind: plain(cells[at]) for kind, at in columns.items()}
    names = [name.strip() for name in _SEPARATORS.split(said[Field.LABELS])]
    phone = said.get(Field.PHONE, "")
    return LabelRow(
        line=line,
        number=said.get(Field.NUMBER, ""),
        phone=phones.digits_of(phone) or "" if phone else "",
        names=tuple(name for name in names if name),
    )
