"""Segments, from the terminal."""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.acting import acting_in
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.who import Right, Who
from gridcrm.segments import queries
from gridcrm.segments.answer import answer


async def _count(terminal: Terminal, given: Namespace) -> Result:
    text = (
        await asyncio.to_thread(Path(given.predicate).read_text, "utf-8") if given.predicate else ""
    )
    async with terminal.database.read() as session:
        _, who = await acting_in(session, given, Right.SEGMENTS_VIEW)
        predicate = _parsed(text) if text else await _stored(session, who, given.id)
        return await answer(session, who, predicate, terminal.now())


def _arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", metavar="ID", nargs="?", type=int, help="number of the segment")
    which.add_argument("--predicate", metavar="FILE", help="file with a condition as JSON")
    acting_arguments(parser)


async def _stored(session: AsyncSession, who: Who, segment_id: int) -> object:
    return (await queries.one(session, who, segment_id)).predicate


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidInput({"--predicate": "The file holds no JSON."}) from None


def _show(found: Result) -> str:
    lines = [found["explanation"]]
    lines += [
        f"  {step['before']:>9} → {step['after']:>9}  {step['condition']}"
        for step in found["steps"]
    ]
    return "\n".join([*lines, gettext("{count} of {total} people").format(**found)])


COMMANDS = [
    Command(
        name="segment count",
        help="count the people in a segment, with what each condition leaves",
        example="gridcrm segment count 17 --branch A001 --json",
        arguments=_arguments,
        run=_count,
        show=_show,
    ),
]
