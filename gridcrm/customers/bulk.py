"""Writing one column of many customers at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.tables import table


async def set_values(session: AsyncSession, column: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    """Set a column to the second of each pair where the customer's id is the first."""
    if not pairs:
        return
    customers = table("customer")
    change = (
        update(customers)
        .where(customers.c.id == bindparam("row_id"))
        .values({column: bindparam("row_value")})
    )
    connection = await session.connection()
    await connection.execute(change, [{"row_id": a, "row_value": b} for a, b in pairs])
