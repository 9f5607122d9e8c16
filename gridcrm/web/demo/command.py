"""`gridcrm demo`: the demo branch, its sign-ins, and, if asked, the server."""

import asyncio
import json
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gridcrm.core import migrate
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal
from gridcrm.web.demo import build
from gridcrm.web.demo.people import STAFF
from gridcrm.web.seeds import seed
from gridcrm.web.serving import serve

_FILE = "sign-ins.txt"


async def _demo(terminal: Terminal, given: Namespace) -> Result:
    await _migrate(terminal)
    async with terminal.database.read() as session:
        known = await build.exists(session)
    kept = terminal.settings.data_dir / _FILE
    passwords = _read(kept) if known else await _build(terminal, given.around)
    if not known:
        _write(kept, passwords)
    result = {"branch": build.CODE, "made": not known, "passwords": passwords}
    if given.serve:
        print(_show(result | {"port": given.port}), flush=True)
        await serve(terminal, port=given.port, log_level="warning")
        return {}
    return result


async def _migrate(terminal: Terminal) -> None:
    async with terminal.database.read() as session:
        if await migrate.is_current(session):
            return
    await terminal.database.close()
    await asyncio.to_thread(migrate.upgrade, terminal.settings.database_url)
    await terminal.database.open()


async def _build(terminal: Terminal, around: str | None) -> dict[str, str]:
    where = await asyncio.to_thread(build.setting, Path(around) if around else None)
    async with terminal.database.transaction() as session:
        await seed(session)
        return await build.build(session, where, terminal.now(), terminal.progress)


def _demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--around", metavar="DIR", help="folder of OpenStreetMap layers to build it in"
    )
    parser.add_argument("--serve", action="store_true", help="serve it afterwards")
    parser.add_argument("--port", type=int, default=8000)


def _read(path: Path) -> dict[str, str]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(path: Path, passwords: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)


def _show(made: Result) -> str:
    if not made:
        return ""
    passwords = made["passwords"]
    lines = [gettext("Sign-ins of the demo branch (kept in {file}):").format(file=_FILE)]
    lines += [f"  {name:<12}{passwords.get(name, '?'):<22}{role}" for name, _, role in STAFF]
    if "port" in made:
        lines.append(gettext("GridCRM is at {url}").format(url=f"http://127.0.0.1:{made['port']}"))
    return "\n".join(lines)


DEMO = Command(
    name="demo",
    help="make a fictional branch with a year of history, or build it around real places",
    example="gridcrm demo --around osm_folder",
    arguments=_demo_arguments,
    run=_demo,
    show=_show,
)
