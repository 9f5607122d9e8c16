"""Branches for programs."""

from litestar import Controller, get
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries
from gridcrm.branches.out import BranchOut
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who


class BranchApi(Controller):
    """The branches that a person may see."""

    path = "/branches"
    tags = ("branches",)
    opt = needs(Right.BRANCHES_VIEW)

    @get()
    async def branches(
        self, session: NamedDependency[AsyncSession], who: NamedDependency[Who]
    ) -> list[BranchOut]:
        """List the branches, by code."""
        return [BranchOut.of(branch) for branch in await queries.visible(session, who)]
