"""A file of customers on its way in: stored, checked as often as it takes, taken in once."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.accounts import queries as accounts
from gridcrm.branches import datum_doubt
from gridcrm.branches.datum_doubt import Doubt
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import gettext
from gridcrm.core.sheets import Sheet, SheetError, read_table
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers import placing, queries, reports
from gridcrm.customers.columns import Field, suggest_mapping
from gridcrm.customers.differences import Differences
from gridcrm.customers.importing import BadCell, Checked, KnownNames, check
from gridcrm.customers.intake import Taken, differences, entered_points, import_rows
from gridcrm.customers.models import ImportFile, ImportState

KEEP_DAYS = 30
"""After this long an uncommitted file, or the refused rows of a committed one, are dropped."""
_LONGEST_SHEET = 80
Columns = Mapping[str, Field | None]
Answers = Mapping[Datum, Datum]
"""In which datum positions are, where a doubt was answered, by the datum they were said to be in."""


@dataclass(frozen=True)
class Choice:
    """What somebody said about a file; no mapping means the one that the headers suggest."""

    datum: Datum
    sheet: str = ""
    mapping: Columns | None = None
    answers: Answers = field(default_factory=dict)

    def answering(self, said: Datum, datum: Datum) -> "Choice":
        """Return the choice of somebody who says in which datum the positions really are."""
        default = datum if self.datum is said else self.datum
        return replace(self, datum=default, answers={**self.answers, said: datum})


@dataclass(frozen=True)
class Examined:
    """A file that was read and checked, before anything stored was asked."""

    sheet: Sheet
    mapping: Columns
    checked: Checked
    doubts: list[Doubt]


async def examine(
    session: AsyncSession, who: Who, upload: Upload, choice: Choice, now: datetime
) -> Examined:
    """Read and check a file; raise InvalidInput on the field that has to change.

    Reading takes a while: the session is to be one that nobody waits for.
    """
    known = await _known(session, who)
    try:
        read = await asyncio.to_thread(_examine, upload, choice, known, now)
    except SheetError as error:
        said = gettext(error.message).format(**error.params)
        raise InvalidInput({"file": said}) from None
    sheet, mapping, checked = read
    found = await datum_doubt.doubts(session, who.here, entered_points(checked.good))
    return Examined(sheet, mapping, checked, found)


async def keep(
    session: AsyncSession,
    who: Who,
    upload: Upload,
    choice: Choice,
    examined: Examined,
    now: datetime,
) -> ImportFile:
    """Store a file with its check; nothing is taken in yet."""
    file = _new_file(who, upload, choice, now)
    await _fill(session, who, file, examined, choice, now)
    await _drop_old(session, who, now)
    audit.record(session, who, "import_check", ("import_file", file.id))
    return file


async def preview(
    session: AsyncSession, who: Who, examined: Examined, now: datetime
) -> dict[str, Any]:
    """Return the report of a file without storing anything."""
    found = await differences(session, who, examined.checked.good, now)
    return _report(examined, found)


async def take_in(
    session: AsyncSession,
    who: Who,
    upload: Upload,
    choice: Choice,
    examined: Examined,
    now: datetime,
) -> dict[str, Any]:
    """Take an examined file in at once, for programs; return its report."""
    file = _new_file(who, upload, choice, now)
    await _take(session, who, file, examined, now)
    return file.report


async def check_again(
    session: AsyncSession,
    who: Who,
    import_id: int,
    choice: Choice,
    examined: Examined,
    now: datetime,
) -> None:
    """Keep the new check of a stored file, with another mapping, datum or sheet."""
    file = await open_file(session, who, import_id)
    await _fill(session, who, file, examined, choice, now)


async def commit(
    session: AsyncSession, who: Who, import_id: int, examined: Examined, now: datetime
) -> Taken:
    """Take a checked file in, all of its good rows or none; keep only the refused rows of it."""
    file = await open_file(session, who, import_id)
    datum_doubt.answered(examined.doubts, choice_of(file).answers)
    return await _take(session, who, file, examined, now)


async def refused_rows(
    session: AsyncSession, who: Who, import_id: int, now: datetime
) -> bytes | None:
    """Return the rows that stay out, as CSV with the reasons; None where there are none."""
    file = await queries.import_file(session, who, import_id)
    if file.state is ImportState.COMMITTED or file.content is None:
        return file.content
    examined = await examine(session, who, upload_of(file), choice_of(file), now)
    found = await differences(session, who, examined.checked.good, now)
    return reports.refused_rows_csv(examined.sheet, _refused(examined, found))


async def open_file(session: AsyncSession, who: Who, import_id: int) -> ImportFile:
    """Return a file that can still be checked and taken in."""
    file = await queries.import_file(session, who, import_id)
    if file.state is not ImportState.CHECKED:
        raise RuleBroken("This file has been taken in. To bring it again, upload it again.")
    if file.content is None:
        raise RuleBroken("This file is no longer kept. Upload it again.")
    return file


def choice_of(file: ImportFile) -> Choice:
    """Return what was said about a stored file last."""
    mapping = {column: Field(name) if name else None for column, name in file.mapping.items()}
    return Choice(file.datum, file.sheet, mapping or None, datum_doubt.answers_of(file.report))


def upload_of(file: ImportFile) -> Upload:
    """Return a stored file as it came."""
    return Upload(file.filename, file.content or b"")


def _examine(
    upload: Upload, choice: Choice, known: KnownNames, now: datetime
) -> tuple[Sheet, Columns, Checked]:
    sheet = read_table(upload.content, upload.filename, choice.sheet or None)
    mapping = choice.mapping or suggest_mapping(sheet.columns)
    checked = check(
        sheet,
        mapping,
        known=known,
        default_datum=choice.datum,
        now=now,
        read_as=choice.answers,
    )
    return sheet, mapping, checked


async def _known(session: AsyncSession, who: Who) -> KnownNames:
    staff = await accounts.staff(session, who.here)
    names = {user.display_name for user in staff} | {user.username for user in staff}
    communities = await placing.community_names(session, who.here)
    return KnownNames(communities=communities or None, owners=frozenset(names))


def _new_file(who: Who, upload: Upload, choice: Choice, now: datetime) -> ImportFile:
    return ImportFile(
        branch_id=who.here,
        filename=upload.filename,
        sha256=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
        created_by=who.user_id,
        created_at=now,
        mapping={},
        report={},
        datum=choice.datum,
    )


async def _take(
    session: AsyncSession, who: Who, file: ImportFile, examined: Examined, now: datetime
) -> Taken:
    taken = await import_rows(session, who, examined.checked.good, now)
    bad = _refused(examined, taken.differences)
    report = _report(examined, taken.differences)
    file.content = reports.refused_rows_csv(examined.sheet, bad)
    answers = {"answers": file.report["answers"]} if "answers" in file.report else {}
    file.report = report | answers | {"unplaced": taken.unplaced, "extras": taken.extras}
    file.mapping = {column: field or "" for column, field in examined.mapping.items()}
    file.state, file.committed_at = ImportState.COMMITTED, now
    session.add(file)
    await session.flush()
    counts = {key: report[key] for key in ("new", "changed", "same", "bad_rows")}
    audit.record(session, who, "import_commit", ("import_file", file.id), **counts)
    return taken


async def _fill(
    session: AsyncSession,
    who: Who,
    file: ImportFile,
    examined: Examined,
    choice: Choice,
    now: datetime,
) -> None:
    """Write the outcome of a check onto the stored file."""
    found = await differences(session, who, examined.checked.good, now)
    examples = reports.examples(examined.sheet, examined.mapping)
    file.report = _report(examined, found) | {"examples": examples, "answers": choice.answers}
    file.mapping = {column: field or "" for column, field in examined.mapping.items()}
    file.datum, file.sheet = choice.datum, examined.sheet.name[:_LONGEST_SHEET]
    session.add(file)
    await session.flush()


def _report(examined: Examined, found: Differences) -> dict[str, Any]:
    report = reports.report_of(examined.sheet, examined.checked, found, _refused(examined, found))
    return report | {"doubts": datum_doubt.as_json(examined.doubts)}


def _refused(examined: Examined, found: Differences) -> list[BadCell]:
    columns = {field: column for column, field in examined.mapping.items() if field}
    return reports.refused_cells(examined.checked, found, columns.get(Field.PHONE, ""))


async def _drop_old(session: AsyncSession, who: Who, now: datetime) -> None:
    """Forget the contents of files that have lain here for long."""
    old = (
        update(ImportFile)
        .where(
            col(ImportFile.branch_id) == who.here,
            col(ImportFile.created_at) < now - timedelta(days=KEEP_DAYS),
            col(ImportFile.content).is_not(None),
        )
        .values(content=None)
    )
    await session.exec(old)
