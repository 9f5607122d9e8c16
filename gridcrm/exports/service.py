"""Taking a list: the file is made, handed over and forgotten; the register keeps what it held."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.i18n import gettext
from gridcrm.core.sheets_write import write_csv, write_xlsx
from gridcrm.core.who import Right, Who
from gridcrm.exports import contents, rules, sources
from gridcrm.exports.columns import Column, When, chosen
from gridcrm.exports.contents import Counted
from gridcrm.exports.forms import TakeIn
from gridcrm.exports.models import ExportEntry, ExportMember, FileFormat
from gridcrm.exports.sources import Source

_MEDIA_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILENAME_CHARS = 40


@dataclass(frozen=True)
class Taken:
    """A file and its entry in the register."""

    entry: ExportEntry
    filename: str
    media_type: str
    content: bytes


async def take(session: AsyncSession, who: Who, form: TakeIn, now: datetime) -> Taken:
    """Make the file of a list and enter it in the register.

    Consent and refusals are asked now, not when the list was thought of.
    """
    who.must(Right.EXPORTS_TAKE)
    rules.check_use(form.use, form.kind, form.reason)
    source = await sources.load(session, who, form.wanted, now)
    when = await contents.when_here(session, who, now)
    counted = await contents.count(session, source, form.use, when)
    rules.check_length(counted.rows)
    columns = chosen(form.kind, form.use, form.columns)
    masked = rules.is_masked(form.use, who, asked_whole=form.whole)
    rows = await contents.everybody(session, source, columns, form.use, when)
    entry = await _enter(session, who, form, source, columns, counted, masked=masked, now=now)
    content = await asyncio.to_thread(_file, entry, who, rows, columns, when)
    entry.sha256, entry.row_count = hashlib.sha256(content).hexdigest(), len(rows)
    session.add(entry)
    await _remember(session, entry, [row[0] for row in rows])
    audit.record(
        session, who, "export", ("export", entry.id), kind=form.kind, use=form.use,
        rows=len(rows), masked=masked, columns=[column.key for column in columns],
    )  # fmt: skip
    return Taken(entry, _filename(entry, when), _MEDIA_TYPES[form.format], content)


async def _enter(
    session: AsyncSession,
    who: Who,
    form: TakeIn,
    source: Source,
    columns: Sequence[Column],
    counted: Counted,
    *,
    masked: bool,
    now: datetime,
) -> ExportEntry:
    entry = ExportEntry(
        branch_id=who.here,
        kind=form.kind,
        object_id=form.id,
        title=source.title[:160],
        filter=source.filter,
        columns=[column.key for column in columns],
        masked=masked,
        purpose=form.use,
        reason=form.reason.strip(),
        format=form.format,
        row_count=counted.rows,
        dropped={why.value: n for why, n in counted.dropped.items()},
        sha256="",
        taken_by=who.user_id,
        taken_at=now,
    )
    session.add(entry)
    await session.flush()
    return entry


def _file(
    entry: ExportEntry,
    who: Who,
    rows: Sequence[Row[Any]],
    columns: Sequence[Column],
    when: When,
) -> bytes:
    headers = [gettext(column.header) for column in columns]
    lines = (line[1:] for line in contents.cells(rows, columns, when, masked=entry.masked))
    if entry.format is FileFormat.CSV:
        return b"".join(write_csv(headers, lines))
    return write_xlsx(headers, lines, entry.title, _marks(entry, who, when))


def _marks(entry: ExportEntry, who: Who, when: When) -> dict[str, str]:
    """What the file itself says about who took it, when and what for; printed on every page."""
    return {
        gettext("List no."): str(entry.id),
        gettext("Taken by"): who.display_name,
        gettext("Taken at"): f"{entry.taken_at.astimezone(when.zone):%Y-%m-%d %H:%M}",
        gettext("For"): gettext(": ").join(
            (gettext(rules.TERMS[entry.purpose].title), entry.reason)
        ),
    }


async def _remember(session: AsyncSession, entry: ExportEntry, customer_ids: Sequence[int]) -> None:
    """Keep who stood on the list, so that one can ask which lists a person was on."""
    members = [{"export_id": entry.id, "customer_id": number} for number in set(customer_ids)]
    if members:
        await session.exec(insert(ExportMember), params=members)


def _filename(entry: ExportEntry, when: When) -> str:
    words = "".join(c if c.isalnum() or c in "-_" else "-" for c in entry.title)
    return f"{words[:_FILENAME_CHARS].strip('-')}-{when.today:%Y%m%d}-{entry.id}.{entry.format}"
