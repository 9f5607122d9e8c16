"""Taking the list of a segment, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.acting import acting
from gridcrm.branches.models import Branch
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal
from gridcrm.exports import service
from gridcrm.exports.forms import TakeIn
from gridcrm.exports.models import FileFormat, ListKind, Use
from gridcrm.segments.models import Segment


async def _export(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.out)
    form = TakeIn(
        kind=ListKind.SEGMENT,
        id=given.segment_id,
        use=Use(given.use),
        reason=given.purpose,
        columns=given.columns.split(",") if given.columns else [],
        whole=given.unmasked,
        format=FileFormat.CSV if path.suffix.lower() == ".csv" else FileFormat.XLSX,
    )
    async with terminal.database.transaction() as session:
        branch_id = await _branch_id(session, given.segment_id, given.branch)
        who = await acting(session, branch_id, given.acting)
        taken = await service.take(session, who, form, terminal.now())
        await asyncio.to_thread(path.write_bytes, taken.content)
    entry = taken.entry
    return {
        "list": entry.id,
        "file": str(path),
        "rows": entry.row_count,
        "dropped": entry.dropped,
        "columns": entry.columns,
        "masked": entry.masked,
        "sha256": entry.sha256,
    }


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("segment_id", metavar="SEGMENT_ID", type=int)
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write: .csv or .xlsx")
    parser.add_argument(
        "--purpose", required=True, metavar="TEXT", help="what the list is needed for"
    )
    parser.add_argument(
        "--use",
        default=Use.VISIT.value,
        choices=[use.value for use in Use if use is not Use.EVENT],
        help="what it is used for; marketing leaves out who did not consent (default: visit)",
    )
    parser.add_argument("--columns", metavar="NAMES", help="such as name,phone,cell")
    parser.add_argument("--unmasked", action="store_true", help="whole names and phone numbers")
    parser.add_argument("--branch", metavar="CODE", help="needed for a ready-made segment")
    parser.add_argument("--as", dest="acting", metavar="USER", help="user who takes the list")


def _words(done: Result) -> str:
    left_out = sum(done["dropped"].values())
    text = gettext("List {list}: {rows} rows in {file}, {left_out} people left out.")
    return text.format(left_out=left_out, **done)


async def _branch_id(session: AsyncSession, segment_id: int, code: str | None) -> int:
    """The segment's branch; for a ready-made one the branch named, or the only one there is."""
    segment = await session.get(Segment, segment_id)
    if segment is None:
        raise InvalidInput({"SEGMENT_ID": "There is no such segment."})
    if segment.branch_id is not None:
        return segment.branch_id
    query = select(Branch.id).where(col(Branch.code) == code if code else col(Branch.id) > 0)
    found = list(await session.exec(query.limit(2)))
    if len(found) != 1 or found[0] is None:
        raise InvalidInput({"--branch": "Say for which branch: give its code."})
    return found[0]


COMMANDS = [
    Command(
        name="segment export",
        help="write the members of a segment to a file and enter it in the register",
        example='gridcrm segment export 3 --out members.xlsx --purpose "autumn walk"',
        arguments=_arguments,
        run=_export,
        show=_words,
    ),
]
