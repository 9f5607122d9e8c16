"""Reading accounts."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import ApiToken, User, UserSession
from gridcrm.accounts.rules import session_is_over, works_in_a_branch
from gridcrm.core.tables import stored, table
from gridcrm.core.who import Who


async def who_by_session(
    session: AsyncSession, token_hash: str, now: datetime
) -> tuple[Who, UserSession] | None:
    """Return who signed in with this session, unless it is over or the account is closed."""
    found = (
        await session.exec(
            select(UserSession, User)
            .join(User, col(User.id) == UserSession.user_id)
            .where(UserSession.token_hash == token_hash, col(User.active))
        )
    ).first()
    if found is None:
        return None
    row, user = found
    if session_is_over(row.last_seen_at, row.expires_at, now):
        return None
    return as_who(user, row.branch_id), row


async def who_by_token(session: AsyncSession, token_hash: str, now: datetime) -> Who | None:
    """Return whom an API token stands for, unless it has expired or was revoked."""
    user = (
        await session.exec(
            select(User)
            .join(ApiToken, col(ApiToken.user_id) == User.id)
            .where(
                ApiToken.token_hash == token_hash,
                col(ApiToken.revoked_at).is_(None),
                ApiToken.expires_at > now,
                col(User.active),
            )
        )
    ).first()
    return as_who(user, None) if user else None


def as_who(user: User, chosen_branch_id: int | None) -> Who:
    """Return the person behind an account; those who serve all branches may choose one."""
    everywhere = not works_in_a_branch(user.role) and user.branch_id is None
    return Who(
        user_id=stored(user.id),
        display_name=user.display_name,
        role=user.role,
        branch_id=chosen_branch_id if everywhere else user.branch_id,
        language=user.language,
        all_branches=everywhere,
    )


async def active(session: AsyncSession, user_id: int) -> Who | None:
    """Return the person behind an account, unless it is closed."""
    query = select(User).where(User.id == user_id, col(User.active))
    user = (await session.exec(query)).first()
    return as_who(user, None) if user else None


async def by_username(session: AsyncSession, username: str) -> User | None:
    """Return an account by the name it signs in with."""
    return (await session.exec(select(User).where(User.username == username))).first()


async def take_turns(session: AsyncSession, who: Who) -> None:
    """Let what one person does at the same moment happen one after the other."""
    mine = select(User.id).where(User.id == who.user_id)
    await session.exec(mine.with_for_update(key_share=True))


async def users(session: AsyncSession) -> list[User]:
    """Return all accounts; for the administrator."""
    return list(await session.exec(select(User).order_by(User.username)))


async def staff(session: AsyncSession, branch_id: int) -> list[User]:
    """Return the active people of a branch, by name."""
    query = select(User).where(User.branch_id == branch_id, col(User.active))
    return list(await session.exec(query.order_by(User.display_name)))


async def staff_names(session: AsyncSession, branch_id: int) -> dict[int, str]:
    """Return the names of all people of a branch, past ones too, by id."""
    rows = await session.exec(select(User.id, User.display_name).where(User.branch_id == branch_id))
    return {user_id: name for user_id, name in rows if user_id is not None}


async def branch_id(session: AsyncSession, code: str) -> int | None:
    """Return the number of a branch; branches stand to the right, so only their table is known."""
    branches = table("branch")
    found = (await session.exec(select(col(branches.c.id)).where(branches.c.code == code))).first()
    return None if found is None else int(found)


async def tokens(session: AsyncSession, user_id: int) -> list[ApiToken]:
    """Return a person's API tokens, newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user_id)
    return list(await session.exec(query.order_by(col(ApiToken.id).desc())))
