"""What a command of the command line is, and what it may use.

A domain's cli.py lists COMMANDS; gridcrm/cli.py gathers them, runs one and prints its result.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gridcrm.core.db import Database
from gridcrm.core.i18n import gettext
from gridcrm.core.settings import Settings

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Terminal:
    """What a running command has at hand."""

    settings: Settings
    database: Database

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def progress(self, done: int, total: int, what: str) -> None:
        """Show on standard error how far long work has got."""
        watched = sys.stderr.isatty()
        if not watched and done not in (0, total):
            return
        end = "\r" if watched and done < total else "\n"
        print(f"{gettext(what)}: {done:,} / {total:,}", end=end, file=sys.stderr, flush=True)


def nothing(_parser: ArgumentParser) -> None:
    """Add no arguments."""


@dataclass(frozen=True)
class Command:
    """One verb: `run` returns the result, `show` says it in words; `--json` prints it as it is."""

    name: str
    help: str
    example: str
    run: Callable[[Terminal, Namespace], Awaitable[Result]]
    show: Callable[[Result], str]
    arguments: Callable[[ArgumentParser], None] = nothing


def acting_arguments(parser: ArgumentParser) -> None:
    """Add what says for which branch, and in whose name, a command works."""
    parser.add_argument("--branch", required=True, metavar="CODE", help="code of the branch")
    parser.add_argument(
        "--as",
        dest="acting",
        metavar="USER",
        help="user in whose name it is done (default: the branch's first active manager)",
    )
