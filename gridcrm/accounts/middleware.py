"""Finds out who asks: a session cookie on pages, a bearer token on the API, never the other."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from gridcrm.accounts import queries, service
from gridcrm.accounts.rules import SEEN_EVERY
from gridcrm.accounts.secrets import token_hash
from gridcrm.core import i18n
from gridcrm.core.db import Database
from gridcrm.core.policy import for_programs
from gridcrm.core.who import Who

COOKIE = "gridcrm_session"
LANGUAGE_COOKIE = "gridcrm_language"


class WhoMiddleware(AbstractAuthenticationMiddleware):
    """Sets `request.user` to a Who, or to None for somebody unknown."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return who asks and speak their language."""
        now: datetime = connection.app.state.clock()
        database: Database = connection.app.state.database
        if for_programs(connection.url.path):
            header = connection.headers.get("authorization", "")
            who = await _by_token(database, header, now)
            who = await _looking_at(database, who, connection.query_params.get("branch"))
        else:
            who = await _by_cookie(database, connection.cookies.get(COOKIE), now)
        i18n.use(who.language if who else _asked_language(connection))
        return AuthenticationResult(user=who, auth=None)


async def _by_token(database: Database, header: str, now: datetime) -> Who | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    async with database.read() as session:
        return await queries.who_by_token(session, token_hash(token.strip()), now)


async def _looking_at(database: Database, who: Who | None, code: str | None) -> Who | None:
    """A program says with `?branch=CODE` which branch it means; one it may not see is none."""
    if who is None or not code:
        return who
    async with database.read() as session:
        branch_id = await queries.branch_id(session, code)
    return replace(who, branch_id=branch_id if who.sees_branch(branch_id) else None)


async def _by_cookie(database: Database, token: str | None, now: datetime) -> Who | None:
    if not token:
        return None
    async with database.read() as session:
        found = await queries.who_by_session(session, token_hash(token), now)
    if found is None:
        return None
    who, row = found
    if now - row.last_seen_at >= SEEN_EVERY:
        async with database.transaction() as session:
            await service.touch(session, row.token_hash, now)
    return who


def _asked_language(
    connection: ASGIConnection[Any, Any, Any, Any],
) -> i18n.Language:
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in set(i18n.Language):
        return i18n.Language(chosen)
    return i18n.from_header(connection.headers.get("accept-language", ""))
