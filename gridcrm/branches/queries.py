"""Reading branches and places, as far as a person may see them."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Who


def scope(who: Who) -> SelectOfScalar[Branch]:
    """Select the branches that a person may see."""
    query = select(Branch).order_by(Branch.code)
    return query if who.all_branches else query.where(Branch.id == who.branch_id)


async def visible(session: AsyncSession, who: Who) -> list[Branch]:
    """Return the branches that a person may see."""
    return list(await session.exec(scope(who)))


async def by_code(session: AsyncSession, who: Who, code: str) -> Branch:
    """Return a branch by its code, if this person may see it."""
    branch = (await session.exec(scope(who).where(Branch.code == code))).first()
    if branch is None:
        raise NotFound
    return branch


async def here(session: AsyncSession, who: Who) -> Branch:
    """Return the branch that a person works in or has chosen."""
    branch = (await session.exec(scope(who).where(Branch.id == who.here))).first()
    if branch is None:
        raise NotFound
    return branch


async def by_id(session: AsyncSession, branch_id: int) -> Branch | None:
    """Return a branch by its number, without asking who; for the frame of one's own page."""
    return await session.get(Branch, branch_id)


async def places(
    session: AsyncSession, branch_id: int, kinds: tuple[PlaceKind, ...] = tuple(PlaceKind)
) -> list[Place]:
    """Return the places around a branch."""
    query = select(Place).where(Place.branch_id == branch_id, col(Place.kind).in_(kinds))
    return list(await session.exec(query.order_by(col(Place.id))))
