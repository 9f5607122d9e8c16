"""Writing columns of many customers, or cells, at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.tables import table

Values = Mapping[str, Any]


async def set_values(session: AsyncSession, column: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    """Set a column to the second of each pair where the customer's id is the first."""
    await set_rows(session, "customer", [({"id": a}, {column: b}) for a, b in pairs])


async def set_rows(session: AsyncSession, name: str, rows: Sequence[tuple[Values, Values]]) -> None:
    """Write the second of each pair into the row of a table that has the values of the first.

    All pairs name the same columns.
    """
    if not rows:
        return
    into = table(name)
    known, new = rows[0]
    change = (
        update(into)
        .where(*(into.c[column] == bindparam(f"old_{column}") for column in known))
        .values({column: bindparam(f"new_{column}") for column in new})
    )
    given = [
        {f"old_{column}": value for column, value in known.items()}
        | {f"new_{column}": value for column, value in new.items()}
        for known, new in rows
    ]
    await (await session.connection()).execute(change, given)
