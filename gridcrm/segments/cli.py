"""Segments, from the terminal."""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.acting import acting_in
from gridcrm.branches.models import Branch
from gridcrm.core.counts import FEWEST_SHOWN
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal
from gridcrm.core.who import Right
from gridcrm.segments import queries
from gridcrm.segments.answer import answer
from gridcrm.segments.models import Segment


async def _count(terminal: Terminal, given: Namespace) -> Result:
    asked = await asyncio.to_thread(_read, Path(given.predicate)) if given.predicate else None
    async with terminal.database.read() as session:
        given.branch = given.branch or await _branch_of(session, given.id)
        _, who = await acting_in(session, given, Right.SEGMENTS_VIEW)
        if asked is None:
            asked = (await queries.one(session, who, given.id)).predicate
        return await answer(session, who, asked, terminal.now())


def _arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", metavar="ID", nargs="?", type=int, help="number of the segment")
    which.add_argument("--predicate", metavar="FILE", help="file with a condition as JSON")
    parser.add_argument(
        "--branch", metavar="CODE", help="branch to count in (default: the segment's own)"
    )
    parser.add_argument(
        "--as", dest="acting", metavar="USER", help="user in whose name (default: a manager)"
    )


async def _branch_of(session: AsyncSession, segment_id: int | None) -> str:
    """Return the code of the branch that a segment belongs to."""
    query = select(Branch.code).join(Segment, col(Segment.branch_id) == Branch.id)
    code = (await session.exec(query.where(Segment.id == segment_id))).first()
    if code is None:
        raise InvalidInput({"--branch": "Say in which branch to count."})
    return code


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError:
        raise InvalidInput({"--predicate": "The file holds no JSON."}) from None


def _show(found: Result) -> str:
    steps = [
        f"  {_number(step['before']):>9} → {_number(step['after']):>9}  {step['condition']}"
        for step in found["steps"]
    ]
    counts = {name: _number(found[name]) for name in ("count", "total")}
    last = gettext("{count} of {total} people").format(**counts)
    return "\n".join([found["explanation"], *steps, last])


def _number(count: int | None) -> str:
    return f"<{FEWEST_SHOWN}" if count is None else f"{count:,}"


COMMANDS = [
    Command(
        name="segment count",
        help="count the people in a segment, with what each condition leaves",
        example="gridcrm segment count 17 --json",
        arguments=_arguments,
        run=_count,
        show=_show,
    ),
]
