"""The installation itself: migrate it, look after it, serve it."""

import asyncio
from argparse import Namespace
from typing import Any

from gridcrm.core import audit, migrate
from gridcrm.core.db import SAFE_SQLITE, sqlite_version_is_safe
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal


async def _doctor(terminal: Terminal, _given: Namespace) -> Result:
    database = terminal.database
    async with database.read() as session:
        broken = await audit.first_broken(session, database.audit_key)
    found: dict[str, Any] = {
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "version": await database.version(),
        "tables_match": await asyncio.to_thread(_tables_match, database.url),
        "audit_broken_at": broken,
        "warnings": [],
    }
    if database.is_sqlite and not sqlite_version_is_safe():
        found["warnings"] = [
            f"SQLite before {'.'.join(map(str, SAFE_SQLITE))} can corrupt a database that two "
            "connections write; GridCRM writes through one connection, so run one process only."
        ]
    return found


def _tables_match(url: str) -> bool:
    from alembic.util import CommandError

    try:
        migrate.check(url)
    except CommandError:
        return False
    return True


def _show_doctor(found: Result) -> str:
    lines = [f"{found['database']} {found['version']}"]
    lines.append(
        gettext("Tables: up to date")
        if found["tables_match"]
        else gettext("Tables: run `gridcrm upgrade`")
    )
    broken = found["audit_broken_at"]
    lines.append(
        gettext("Audit chain: holds")
        if broken is None
        else gettext("Audit chain: broken at entry {n}").format(n=broken)
    )
    return "\n".join([*lines, *found["warnings"]])


COMMANDS = [
    Command(
        name="doctor",
        help="check the database, its version, its tables and the audit chain",
        example="gridcrm doctor --json",
        run=_doctor,
        show=_show_doctor,
    ),
]
