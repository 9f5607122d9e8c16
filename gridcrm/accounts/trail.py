"""Reading the audit, as far as a person may see it."""

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User
from gridcrm.core.models import AuditEntry
from gridcrm.core.paging import Page
from gridcrm.core.who import Who


async def how_many(session: AsyncSession, who: Who, action: str) -> int:
    """Return how many entries there are, of one action or of all."""
    query = select(func.count(col(AuditEntry.seq))).where(*_scope(who, action))
    return (await session.exec(query)).one()


async def entries(
    session: AsyncSession, who: Who, action: str, shown: Page
) -> list[tuple[AuditEntry, str | None]]:
    """Return a page of entries, newest first, each with the name of who did it."""
    query = (
        select(AuditEntry, col(User.display_name))
        .outerjoin(User, col(User.id) == AuditEntry.actor_id)
        .where(*_scope(who, action))
        .order_by(col(AuditEntry.seq).desc())
        .offset(shown.offset)
        .limit(shown.size)
    )
    return [(entry, name) for entry, name in await session.exec(query)]


async def actions(session: AsyncSession, who: Who) -> list[str]:
    """Return the actions that occur, by name."""
    query = select(AuditEntry.action).where(*_scope(who)).distinct()
    return sorted(await session.exec(query))


def _scope(who: Who, action: str = "") -> list[ColumnElement[bool]]:
    """Return what holds for the entries of one's branch, or of all for those who serve all."""
    clauses = [] if who.all_branches else [col(AuditEntry.branch_id) == who.here]
    return [*clauses, col(AuditEntry.action) == action] if action else clauses
