"""Labels, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from gridcrm.branches.acting import acting_in
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Right
from gridcrm.labels.importing import import_file


async def _import(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.file)
    upload = Upload(path.name, await asyncio.to_thread(path.read_bytes))
    async with terminal.database.transaction() as session:
        _, who = await acting_in(session, given, Right.LABELS_ASSIGN)
        return asdict(await import_file(session, who, upload, terminal.now()))


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="a table with customer or phone numbers and labels"
    )
    acting_arguments(parser)


def _show(found: Result) -> str:
    lines = [gettext("{rows} lines read, {given} labels given.").format(**found)]
    for key, words in (
        ("incomplete_lines", gettext("Lines without a person or a label: {it}")),
        ("unknown_people_lines", gettext("Lines about people who are not here: {it}")),
        ("unknown_labels", gettext("Labels that nobody knows: {it}")),
    ):
        if found[key]:
            lines.append(words.format(it=", ".join(map(str, found[key]))))
    return "\n".join(lines)


COMMANDS = [
    Command(
        name="labels import",
        help="give the people of a file their labels",
        example="gridcrm labels import interests.xlsx --branch A001",
        arguments=_arguments,
        run=_import,
        show=_show,
    ),
]
