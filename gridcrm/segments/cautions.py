"""What to know of a segment before its numbers are trusted."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.core.who import Who
from gridcrm.customers import catchment
from gridcrm.segments.builtin.place import WalksWithin
from gridcrm.segments.condition import kind_of
from gridcrm.segments.tree import Tree, leaves


async def caution(session: AsyncSession, who: Who, tree: Tree) -> str:
    """Return why walks that a segment asks for are unknown or out of date, nothing while they hold."""
    if all(leaf.get("kind") != kind_of(WalksWithin) for _, leaf in leaves(tree)):
        return ""
    return await catchment.caution(session, await branches.here(session, who))
