"""Reading the audit, as far as a person may see it."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.accounts.models import User
from gridcrm.core.models import AuditEntry
from gridcrm.core.paging import Page
from gridcrm.core.who import Who


def scope(who: Who, action: str = "") -> SelectOfScalar[AuditEntry]:
    """Select the entries of one's branch, or of all for those who serve all; of one action or all."""
    query = select(AuditEntry)
    if not who.all_branches:
        query = query.where(AuditEntry.branch_id == who.here)
    return query.where(AuditEntry.action == action) if action else query


async def how_many(session: AsyncSession, who: Who, action: str) -> int:
    """Return how many entries there are."""
    query = select(func.count()).select_from(scope(who, action).subquery())
    return (await session.exec(query)).one()


async def entries(
    session: AsyncSession, who: Who, action: str, shown: Page
) -> list[tuple[AuditEntry, str | None]]:
    """Return a page of entries, newest first, each with the name of who did it."""
    query = (
        scope(who, action)
        .add_columns(col(User.display_name))
        .outerjoin(User, col(User.id) == AuditEntry.actor_id)
        .order_by(col(AuditEntry.seq).desc())
    )
    rows = await session.exec(query.offset(shown.offset).limit(shown.size))  # type: ignore[call-overload]
    return [(entry, name) for entry, name in rows]


async def actions(session: AsyncSession, who: Who) -> list[str]:
    """Return the actions that occur, by name."""
    query = scope(who).with_only_columns(col(AuditEntry.action)).distinct()
    return sorted(await session.exec(query))  # type: ignore[call-overload]
