"""Ledgers and funnels, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from gridcrm.accounts.acting import acting
from gridcrm.branches.acting import acting_in
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.who import Right
from gridcrm.events.models import Event
from gridcrm.outcomes import funnel, importing
from gridcrm.outcomes.measure import as_data
from gridcrm.outcomes.scope import scope_of


async def _import(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.file)
    content = await asyncio.to_thread(path.read_bytes)
    verb = importing.dry_run if given.dry_run else importing.import_file
    async with terminal.database.transaction() as session:
        _, who = await acting_in(session, given, Right.OUTCOMES_VERIFY)
        report = await verb(session, who, path.name, content, terminal.now())
    return {"dry_run": given.dry_run} | report


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="ledger: 日期, 客户, 产品, 金额, 经办, 参考号")
    acting_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="check only, claim nothing")


def _import_words(done: Result) -> str:
    words = (
        gettext(
            "Would claim {ready} of {rows} outcomes; {known} are there already, {bad} rows are bad."
        )
        if done["dry_run"]
        else gettext(
            "Claimed {ready} of {rows} outcomes; {known} were there already, {bad} rows are bad."
        )
    )
    return "\n".join([words.format(**done), *(_bad_line(row) for row in done["bad_rows"])])


def _bad_line(row: dict[str, Any]) -> str:
    said = [gettext(row[part]).format(**row["params"]) for part in ("reason", "remedy")]
    return f"  {row['line']}, {row['column']}: {' '.join(said)}"


async def _funnel(terminal: Terminal, given: Namespace) -> Result:
    async with terminal.database.read() as session:
        event = await session.get(Event, given.event_id)
        if event is None:
            raise InvalidInput({"EVENT_ID": "There is no such event."})
        who = await acting(session, event.branch_id, given.acting)
        who.must(Right.OUTCOMES_VIEW)
        found = await funnel.over(session, who, scope_of(event=given.event_id))
    return {"event_id": given.event_id, "title": event.title} | as_data(found, who)


def _funnel_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event_id", metavar="EVENT_ID", type=int)
    parser.add_argument("--as", dest="acting", metavar="USER", help="user in whose name it is read")


def _funnel_words(found: Result) -> str:
    line = gettext("{title}: {invited} invited, {registered} registered, {attended} attended,")
    rest = gettext("{converted} converted.")
    return f"{line} {rest}".format(**found)


COMMANDS = [
    Command(
        name="outcomes import",
        help="claim the outcomes in a ledger file",
        example="gridcrm outcomes import 成交台账.xlsx --branch A001 --dry-run",
        arguments=_import_arguments,
        run=_import,
        show=_import_words,
    ),
    Command(
        name="funnel",
        help="show how far the people of an event came",
        example="gridcrm funnel 12 --json",
        arguments=_funnel_arguments,
        run=_funnel,
        show=_funnel_words,
    ),
]
