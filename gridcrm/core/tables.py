"""What every table shares: constraint names and column types that both databases keep alike."""

from enum import StrEnum

from sqlalchemy import Enum as SqlEnum
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
