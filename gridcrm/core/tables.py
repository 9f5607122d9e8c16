"""What every table shares: constraint names and column types that both databases keep alike."""

import importlib
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Enum as SqlEnum
from sqlalchemy import Table
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def choice(kind: type[StrEnum]) -> SqlEnum:
    """Return a column type that stores a closed set as short strings."""
    return SqlEnum(
        kind, native_enum=False, length=32, values_callable=lambda e: [item.value for item in e]
    )


def stored(number: int | None) -> int:
    """Return the number of a row that has been flushed."""
    assert number is not None
    return number


def table(name: str) -> Table:
    """Return a table of a domain to the right, of which only the name is known."""
    return SQLModel.metadata.tables[name]


def load_all() -> None:
    """Load the tables of every domain, so that foreign keys find each other by name."""
    package = Path(__file__).parent.parent
    for models in sorted(package.glob("*/models.py")):
        importlib.import_module(f"gridcrm.{models.parent.name}.models")
