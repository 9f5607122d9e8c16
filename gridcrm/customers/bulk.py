"""Writing columns of many customers, or cells, at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Table, Update, bindparam, column, func, update
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
    into, (known, new) = table(name), rows[0]
    flat = await asyncio.to_thread(_flat, rows)
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        arrays = {key: [row[key] for row in flat] for key in flat[0]}
        await connection.execute(_change(into, known, new, _unnested(into, flat[0])), arrays)
    else:
        given: dict[str, ColumnElement[Any]] = {key: bindparam(key) for key in flat[0]}
        await connection.execute(_change(into, known, new, given), flat)


def _flat(rows: Sequence[tuple[Values, Values]]) -> list[dict[str, Any]]:
    """Return the parameters of each row; those of a large branch take a while."""
    return [
        {f"old_{column}": value for column, value in known.items()}
        | {f"new_{column}": value for column, value in new.items()}
        for known, new in rows
    ]


def _change(
    into: Table, known: Values, new: Values, given: Mapping[str, ColumnElement[Any]]
) -> Update:
    here = [into.c[name] == given[f"old_{name}"] for name in known]
    return update(into).where(*here).values({name: given[f"new_{name}"] for name in new})


def _unnested(into: Table, keys: Values) -> Mapping[str, ColumnElement[Any]]:
    """Return the columns of arrays side by side, so that one statement writes all rows."""
    types = {key: into.c[key.partition("_")[2]].type for key in keys}
    arrays = [bindparam(key, type_=ARRAY(kind)) for key, kind in types.items()]
    rows = func.unnest(*arrays).table_valued(*(column(key, kind) for key, kind in types.items()))
    return dict(rows.alias("given").render_derived().c)
