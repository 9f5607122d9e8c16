"""Reading the register of lists."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.accounts.models import User
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Who
from gridcrm.exports.models import ExportEntry, ExportMember


@dataclass(frozen=True)
class Line:
    """An entry with the name of whoever took the list."""

    entry: ExportEntry
    taken_by: str


def own(who: Who) -> SelectOfScalar[ExportEntry]:
    """Select the lists that a person took in the branch at hand."""
    return registered(who).where(ExportEntry.taken_by == who.user_id)


def registered(who: Who) -> SelectOfScalar[ExportEntry]:
    """Select the lists that anybody took in the branch at hand; for those who keep the register."""
    return select(ExportEntry).where(ExportEntry.branch_id == who.here)


def everywhere(who: Who) -> SelectOfScalar[ExportEntry]:
    """Select the lists of all branches for those who serve all and have chosen none."""
    if who.all_branches and who.branch_id is None:
        return select(ExportEntry).where(true())
    return registered(who)


async def count(session: AsyncSession, query: SelectOfScalar[ExportEntry]) -> int:
    """Return how many entries a selection holds."""
    return (await session.exec(select(func.count()).select_from(query.subquery()))).one()


async def lines(
    session: AsyncSession, query: SelectOfScalar[ExportEntry], *, offset: int = 0, limit: int = 50
) -> list[Line]:
    """Return a page of a selection, newest first."""
    newest = (col(ExportEntry.taken_at).desc(), col(ExportEntry.id).desc())
    rows = await session.exec(_named(query).order_by(*newest).offset(offset).limit(limit))
    return [Line(*row) for row in rows]


async def one(session: AsyncSession, who: Who, export_id: int) -> Line:
    """Return one entry of the branch's register."""
    found = (await session.exec(_named(registered(who).where(ExportEntry.id == export_id)))).first()
    if found is None:
        raise NotFound
    return Line(*found)


async def with_customer(session: AsyncSession, who: Who, customer_id: int) -> list[Line]:
    """Return the lists on which a customer stood, newest first."""
    lists = select(ExportMember.export_id).where(ExportMember.customer_id == customer_id)
    return await lines(session, registered(who).where(col(ExportEntry.id).in_(lists)))


def _named(entries: SelectOfScalar[ExportEntry]) -> Any:
    fits = entries.whereclause
    assert fits is not None
    named = select(ExportEntry, User.display_name)
    return named.join(User, col(User.id) == ExportEntry.taken_by).where(fits)
