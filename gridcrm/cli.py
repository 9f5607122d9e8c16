"""The command line: gathers each domain's verbs, runs one, prints what it returns."""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from gridcrm.core import audit, i18n, settings, tables
from gridcrm.core.db import Database
from gridcrm.core.errors import AppError, InvalidInput
from gridcrm.core.i18n import Language, gettext, say
from gridcrm.core.terminal import Command, Terminal

DOMAINS = (
    "core", "accounts", "branches", "grids", "customers", "labels", "segments", "outcomes", "maps",
    "exports", "web",
)  # fmt: skip
_BAD_INPUT = 2


def commands() -> list[Command]:
    """Return every domain's verbs."""
    found: list[Command] = []
    for domain in DOMAINS:
        found += importlib.import_module(f"gridcrm.{domain}.cli").COMMANDS
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 unless its input was bad."""
    i18n.use(Language.EN)
    given = parser().parse_args(arguments)
    command: Command = given.command
    try:
        result = asyncio.run(_run(command, given))
    except (AppError, DBAPIError, OSError, ValueError) as error:
        print(f"gridcrm {command.name}: {_words(error)}", file=sys.stderr)
        return _BAD_INPUT
    text = _json(result) if given.json else command.show(result)
    if text:
        print(text)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each has an example and `--json`."""
    from gridcrm import __version__

    top = argparse.ArgumentParser(
        prog="gridcrm", description="Community grid CRM for bank branches."
    )
    top.add_argument("--version", action="version", version=f"gridcrm {__version__}")
    verbs = top.add_subparsers(required=True, metavar="COMMAND")
    groups: dict[str, Any] = {}
    for command in commands():
        noun, _, verb = command.name.partition(" ")
        if verb and noun not in groups:
            group = verbs.add_parser(
                noun, help=gettext("see `gridcrm {noun} --help`").format(noun=noun)
            )
            groups[noun] = group.add_subparsers(required=True, metavar="COMMAND")
        _add(groups[noun] if verb else verbs, verb or noun, command)
    return top


async def _run(command: Command, given: argparse.Namespace) -> Any:
    from gridcrm.app import install_registries

    tables.load_all()
    install_registries()
    found = settings.load()
    database = Database(found.database_url, found.secret)
    database.write.configure(info={audit.UNNAMED: "terminal"})
    await database.open()
    try:
        return await command.run(Terminal(found, database), given)
    finally:
        await database.close()


def _add(verbs: Any, name: str, command: Command) -> None:
    made = verbs.add_parser(
        name,
        help=command.help,
        description=command.help[0].upper() + command.help[1:] + ".",
        epilog=f"Example: {command.example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.arguments(made)
    made.add_argument("--json", action="store_true", help="print the result as JSON")
    made.set_defaults(command=command)


def _words(error: Exception) -> str:
    if isinstance(error, InvalidInput):
        fields = [f"{name}: {gettext(message)}" for name, message in error.fields.items()]
        return "; ".join(fields) or say(error)
    if isinstance(error, DBAPIError):
        return f"{error.orig}. If tables are missing, run `gridcrm upgrade`."
    return say(error) if isinstance(error, AppError) else str(error)


def _json(result: Any) -> str:
    return json.dumps(result, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


if __name__ == "__main__":
    sys.exit(main())
