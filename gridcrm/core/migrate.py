"""Bringing a database to the newest version, from a checkout or an installed wheel.

Alembic is loaded where it is needed: a start that finds its tables up to date does without.
"""

import io
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE.parent / "migrations", _PACKAGE / "_migrations")


def config(url: str) -> Any:
    """Return Alembic's configuration for a database."""
    from alembic.config import Config

    made = Config(stdout=io.StringIO())
    made.set_main_option("script_location", str(_folder()))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate forward; must run outside an event loop."""
    from alembic import command

    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate back; must run outside an event loop."""
    from alembic import command

    command.downgrade(config(url), revision)


def check(url: str) -> None:
    """Fail if the tables differ from the models; must run outside an event loop."""
    from alembic import command

    command.check(config(url))


async def is_current(session: AsyncSession) -> bool:
    """Return whether the tables are those of the newest migration; its number begins its file."""
    try:
        version = (await session.exec(text("select version_num from alembic_version"))).scalar()  # type: ignore[call-overload]
    except DBAPIError:
        return False
    return bool(version == newest())


def newest() -> str:
    """Return the number of the newest migration."""
    return max(path.name.split("_")[0] for path in (_folder() / "versions").glob("[0-9]*_*.py"))


def _folder() -> Path:
    return next(folder for folder in _FOLDERS if (folder / "env.py").exists())
