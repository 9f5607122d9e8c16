"""In whose name a command works: every change has a person behind it, at the terminal too."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries
from gridcrm.accounts.models import User
from gridcrm.core.errors import InvalidInput
from gridcrm.core.who import Role, Who


async def acting(session: AsyncSession, branch_id: int, username: str | None) -> Who:
    """Return the named person, or the branch's first active manager, looking at the branch."""
    asked = queries.by_username(session, username) if username else _manager(session, branch_id)
    user = await asked
    if user is None or not user.active:
        raise InvalidInput(
            {"--as": "There is nobody to act for; add a branch manager with `gridcrm user add`."}
        )
    who = queries.as_who(user, branch_id)
    if not who.sees_branch(branch_id):
        raise InvalidInput({"--as": "This person does not work in that branch."})
    return who


async def _manager(session: AsyncSession, branch_id: int) -> User | None:
    query = select(User).where(
        User.branch_id == branch_id, User.role == Role.BRANCH_MANAGER, col(User.active)
    )
    return (await session.exec(query.order_by(col(User.id)))).first()
