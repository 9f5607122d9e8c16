"""For which branch, and in whose name, a command of the terminal works."""

from argparse import Namespace

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.acting import acting
from gridcrm.branches import queries
from gridcrm.branches.models import Branch
from gridcrm.core.errors import InvalidInput
from gridcrm.core.who import Right, Who


async def acting_in(session: AsyncSession, given: Namespace, right: Right) -> tuple[Branch, Who]:
    """Return the branch of `--branch` and the person of `--as`, who must have the right."""
    branch = await queries.with_code(session, given.branch)
    if branch is None or branch.id is None:
        raise InvalidInput({"--branch": "There is no branch with this code."})
    who = await acting(session, branch.id, given.acting)
    who.must(right)
    return branch, who
