"""Signing in and out, and looking after accounts."""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries, rules
from gridcrm.accounts import secrets as keys
from gridcrm.accounts.models import ApiToken, User, UserSession
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.i18n import Language
from gridcrm.core.who import Role, Who

TOKEN_DAYS = 90


class NewPassword(NamedTuple):
    """An account with the password it was given, and how many of its tokens ended."""

    user: User
    password: str
    tokens: int


async def sign_in(
    session: AsyncSession, username: str, password: str, address: str, now: datetime
) -> tuple[User, str]:
    """Check the password and return the account with the secret of a new session.

    Failures are counted even though they are refused: the caller must keep them.
    """
    user = await queries.by_username(session, username)
    if user is not None:  # guesses at one account take turns, so that each of them counts
        await session.refresh(user, with_for_update={"key_share": True})
    fits = await asyncio.to_thread(
        keys.password_fits, user.password_hash if user else None, password
    )
    if user is None or not user.active or rules.is_locked(user.locked_until, now) or not fits:
        if user is not None and not rules.is_locked(user.locked_until, now):
            _count_failure(session, user, now)
        raise RuleBroken(
            "Name or password is wrong, or the account is locked for 15 minutes after 5 tries."
        )
    user.failed_count, user.locked_until = 0, None
    session.add(user)
    return user, await _start_session(session, user, address, now)


async def sign_out(session: AsyncSession, who: Who, token: str) -> None:
    """End the session of this browser."""
    await session.exec(
        delete(UserSession).where(col(UserSession.token_hash) == keys.token_hash(token))
    )
    audit.record(session, who, "sign_out", ("user", who.user_id))


async def touch(session: AsyncSession, token_hash: str, now: datetime) -> None:
    """Note that a session is in use."""
    mine = update(UserSession).where(col(UserSession.token_hash) == token_hash)
    await session.exec(mine.values(last_seen_at=now))


async def choose_branch(session: AsyncSession, token: str, branch_id: int) -> None:
    """Let someone who serves all branches look at one of them."""
    mine = update(UserSession).where(col(UserSession.token_hash) == keys.token_hash(token))
    await session.exec(mine.values(branch_id=branch_id))


async def choose_language(session: AsyncSession, who: Who, language: Language) -> None:
    """Remember a person's language."""
    user = await _existing(session, who.user_id)
    user.language = language
    session.add(user)


async def add_user(
    session: AsyncSession,
    who: Who | None,
    *,
    username: str,
    display_name: str,
    role: Role,
    branch_id: int | None,
    now: datetime,
    language: Language = Language.ZH,
    password: str | None = None,
) -> tuple[User, str]:
    """Open an account and return it with its first password."""
    if rules.works_in_a_branch(role) and branch_id is None:
        raise InvalidInput({"branch_code": "This role works in a branch: give its code."})
    if await queries.by_username(session, username):
        raise InvalidInput({"username": "This name is taken."})
    password = password or keys.new_password()
    user = User(
        username=username,
        display_name=display_name,
        password_hash=await asyncio.to_thread(keys.hash_password, password),
        role=role,
        branch_id=branch_id if rules.works_in_a_branch(role) else None,
        language=language,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    audit.record(session, who, "user_add", ("user", user.id), branch_id=branch_id, role=role)
    return user, password


async def change_password(
    session: AsyncSession, who: Who, old: str, new: str, now: datetime
) -> int:
    """Change one's own password, end all of one's sessions and tokens; return how many tokens."""
    user = await _existing(session, who.user_id)
    if not await asyncio.to_thread(keys.password_fits, user.password_hash, old):
        raise InvalidInput({"old_password": "This is not your present password."})
    user.password_hash = await asyncio.to_thread(keys.hash_password, new)
    session.add(user)
    await _end_sessions(session, who.user_id)
    ended = await _end_tokens(session, who.user_id, now)
    audit.record(session, who, "password_change", ("user", who.user_id), tokens=ended)
    return ended


async def reset_password(
    session: AsyncSession, who: Who, user_id: int, now: datetime
) -> NewPassword:
    """Give an account a new password; its sessions and tokens end, whoever holds them."""
    user = await _existing(session, user_id)
    password = keys.new_password()
    user.password_hash = await asyncio.to_thread(keys.hash_password, password)
    user.failed_count, user.locked_until = 0, None
    session.add(user)
    await _end_sessions(session, user_id)
    ended = await _end_tokens(session, user_id, now)
    audit.record(session, who, "password_reset", ("user", user_id), tokens=ended)
    return NewPassword(user, password, ended)


async def set_active(
    session: AsyncSession, who: Who, user_id: int, now: datetime, *, active: bool
) -> User:
    """Close or reopen an account; closing ends its sessions and tokens at once."""
    if user_id == who.user_id:
        raise RuleBroken("You cannot close your own account.")
    user = await _existing(session, user_id)
    user.active = active
    session.add(user)
    if not active:
        await _end_sessions(session, user_id)
        await _end_tokens(session, user_id, now)
    audit.record(session, who, "user_open" if active else "user_close", ("user", user_id))
    return user


async def add_token(
    session: AsyncSession, who: Who | None, user_id: int, name: str, now: datetime
) -> str:
    """Make an API token that stands for a person; its secret is shown once."""
    user = await _existing(session, user_id)
    secret = keys.new_token(keys.PREFIX_OF_TOKENS)
    row = ApiToken(
        user_id=user_id,
        name=name,
        token_hash=keys.token_hash(secret),
        created_at=now,
        expires_at=now + timedelta(days=TOKEN_DAYS),
    )
    session.add(row)
    await session.flush()
    audit.record(session, who, "token_add", ("token", row.id), branch_id=user.branch_id)
    return secret


async def revoke_token(session: AsyncSession, who: Who, token_id: int, now: datetime) -> None:
    """End one of one's own API tokens."""
    row = await session.get(ApiToken, token_id)
    if row is None or row.user_id != who.user_id:
        raise NotFound
    row.revoked_at = row.revoked_at or now
    session.add(row)
    audit.record(session, who, "token_revoke", ("token", token_id))


def _count_failure(session: AsyncSession, user: User, now: datetime) -> None:
    user.failed_count += 1
    user.locked_until = rules.locked_until(user.failed_count, now)
    session.add(user)
    audit.record(session, None, "sign_in_failed", ("user", user.id), branch_id=user.branch_id)


async def _start_session(session: AsyncSession, user: User, address: str, now: datetime) -> str:
    secret = keys.new_token()
    who = queries.as_who(user, None)
    await session.exec(delete(UserSession).where(col(UserSession.expires_at) <= now))
    session.add(
        UserSession(
            token_hash=keys.token_hash(secret),
            user_id=who.user_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.ABSOLUTE_LIMIT,
            address=address,
        )
    )
    audit.record(session, who, "sign_in", ("user", user.id))
    return secret


async def _end_sessions(session: AsyncSession, user_id: int) -> None:
    await session.exec(delete(UserSession).where(col(UserSession.user_id) == user_id))


async def _end_tokens(session: AsyncSession, user_id: int, now: datetime) -> int:
    """End a person's API tokens and return how many could still be used."""
    theirs = update(ApiToken).where(
        col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None)
    )
    ended = await session.exec(theirs.values(revoked_at=now).returning(col(ApiToken.expires_at)))
    return sum(expires_at > now for (expires_at,) in ended)


async def _existing(session: AsyncSession, user_id: int) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise NotFound
    return user
