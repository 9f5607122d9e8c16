"""Serving the pages and the API."""

import asyncio
from argparse import ArgumentParser, Namespace

from gridcrm.core import migrate
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal
from gridcrm.web.demo.command import DEMO
from gridcrm.web.seeds import seed
from gridcrm.web.serving import serve


async def _upgrade(terminal: Terminal, _given: Namespace) -> Result:
    await terminal.database.close()
    await asyncio.to_thread(migrate.upgrade, terminal.settings.database_url)
    async with terminal.database.transaction() as session:
        return {"upgraded": True, "seeded": await seed(session)}


async def _serve(terminal: Terminal, given: Namespace) -> Result:
    await serve(terminal, port=given.port, host=given.host, log_level=given.log_level)
    return {}


def _serve_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning"])


COMMANDS = [
    DEMO,
    Command(
        name="upgrade",
        help="bring the database to this version and add missing ready-made data",
        example="gridcrm upgrade",
        run=_upgrade,
        show=lambda _made: gettext("The database is up to date."),
    ),
    Command(
        name="serve",
        help="serve the pages and the API",
        example="gridcrm serve --port 8000",
        arguments=_serve_arguments,
        run=_serve,
        show=lambda _made: "",
    ),
]
