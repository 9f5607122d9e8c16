"""Bringing a database to the newest version, from a checkout or an installed wheel."""

import io
from pathlib import Path

from alembic import command
from alembic.config import Config

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE.parent / "migrations", _PACKAGE / "_migrations")


def config(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    made = Config(stdout=io.StringIO())
    folder = next(folder for folder in _FOLDERS if (folder / "env.py").exists())
    made.set_main_option("script_location", str(folder))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate forward; must run outside an event loop."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate back; must run outside an event loop."""
    command.downgrade(config(url), revision)


def check(url: str) -> None:
    """Fail if the tables differ from the models; must run outside an event loop."""
    command.check(config(url))
