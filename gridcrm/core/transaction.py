"""One request, one transaction: the answer leaves only after the commit."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState
from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.models import KeptAnswer

SESSION = "session"
_KEEP = "keep_on_refusal"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_FIRST_REFUSAL = 400
_LONGEST_KEY = 128
_KEPT_FOR = timedelta(days=2)
"""A retry comes within minutes; the answers name people, so they do not stay."""


class TransactionMiddleware(ASGIMiddleware):
    """Gives each request its session; a refusal (status 400 and above) leaves nothing behind."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Run a safe request on a reader, any other in one write transaction."""
        if scope["method"] in _SAFE or _only_reads(scope):  # type: ignore[typeddict-item]
            async with _database(scope).read() as session:
                scope["state"][SESSION] = session
                await next_app(scope, receive, send)
            return
        key = _idempotency_key(scope)
        run = _once(scope, receive, next_app, key) if key else _run(scope, receive, next_app)
        for message in await run:
            await send(message)


def _only_reads(scope: Scope) -> bool:
    handler: Any = scope.get("route_handler")
    return bool(handler and handler.opt.get("reads"))


async def _run(scope: Scope, receive: Receive, app: ASGIApp) -> list[Message]:
    async with _database(scope).write() as session:
        messages = await _attempt(scope, receive, app, session)
        await _finish(scope, session, messages)
    return messages


async def _attempt(
    scope: Scope, receive: Receive, app: ASGIApp, session: AsyncSession
) -> list[Message]:
    messages: list[Message] = []

    async def hold(message: Message) -> None:
        messages.append(message)

    scope["state"][SESSION] = session
    await app(scope, receive, hold)
    return messages


async def _once(scope: Scope, receive: Receive, app: ASGIApp, key: str) -> list[Message]:
    identity = (scope["user"].user_id, key)
    running: set[tuple[int, str]] = scope["litestar_app"].state.running_keys
    if identity in running:
        raise RuleBroken("A request with this idempotency key is still running.")
    running.add(identity)
    try:
        return await _answer(scope, receive, app, identity)
    finally:
        running.discard(identity)


async def _answer(
    scope: Scope, receive: Receive, app: ASGIApp, identity: tuple[int, str]
) -> list[Message]:
    body, replay = await _read_body(scope, receive)
    request_hash = _hash(scope, body)
    async with _database(scope).write() as session:
        kept = await session.get(KeptAnswer, identity)
        if kept is not None:
            return _kept_messages(kept, request_hash)
        messages = await _attempt(scope, replay, app, session)
        if _status(messages) < _FIRST_REFUSAL:
            await _keep(session, identity, request_hash, messages)
        await _finish(scope, session, messages)
    return messages


def keep_on_refusal(scope: Scope) -> None:
    """Commit this request's writes even if its answer is a refusal (a failed sign-in counts)."""
    scope["state"][_KEEP] = True


def _database(scope: Scope) -> Database:
    database: Database = scope["litestar_app"].state.database
    return database


async def _finish(scope: Scope, session: AsyncSession, messages: list[Message]) -> None:
    if _status(messages) >= _FIRST_REFUSAL and not scope["state"].get(_KEEP):
        await session.rollback()
        return
    try:
        await _database(scope).seal(session)
        await session.commit()
    except Exception:
        # the answer was held back, so that the one to this error can still be sent
        ScopeState.from_scope(scope).response_started = False
        raise


def _status(messages: list[Message]) -> int:
    return messages[0]["status"] if messages and "status" in messages[0] else 500  # type: ignore[typeddict-item]


def _idempotency_key(scope: Scope) -> str | None:
    if not scope["path"].startswith("/api/") or scope.get("user") is None:
        return None
    for name, value in scope["headers"]:
        if name == b"idempotency-key":
            key = value.decode("latin-1").strip()
            if not key or len(key) > _LONGEST_KEY:
                raise InvalidInput({"Idempotency-Key": "Use 1 to 128 characters."})
            return key
    return None


async def _read_body(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """Return the whole body, which may be neither too large nor cut off, and the way to it again."""
    body = await Request[Any, Any, Any](scope, receive).body()
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Any:
        return pending.pop() if pending else {"type": "http.disconnect"}

    return body, replay


def _hash(scope: Scope, body: bytes) -> str:
    method: str = scope["method"]  # type: ignore[typeddict-item]
    head = f"{method} {scope['path']}?{scope['query_string'].decode('latin-1')}\n"
    return hashlib.sha256(head.encode() + body).hexdigest()


async def _keep(
    session: AsyncSession, identity: tuple[int, str], request_hash: str, messages: list[Message]
) -> None:
    start: Any = messages[0]
    now = datetime.now(UTC)
    headers = {name.lower(): value for name, value in start["headers"]}
    await session.exec(delete(KeptAnswer).where(col(KeptAnswer.created_at) < now - _KEPT_FOR))
    session.add(
        KeptAnswer(
            actor_id=identity[0],
            key=identity[1],
            request_hash=request_hash,
            status=start["status"],
            content_type=headers.get(b"content-type", b"application/json").decode(),
            body=b"".join(m.get("body", b"") for m in messages[1:]),  # type: ignore[misc]
            created_at=now,
        )
    )


def _kept_messages(kept: KeptAnswer, request_hash: str) -> list[Message]:
    if kept.request_hash != request_hash:
        raise InvalidInput(
            {"Idempotency-Key": "This key was used for another request; use a new one."}
        )
    headers = [
        (b"content-type", kept.content_type.encode()),
        (b"content-length", str(len(kept.body)).encode()),
        (b"idempotent-replay", b"true"),
    ]
    return [
        {"type": "http.response.start", "status": kept.status, "headers": headers},
        {"type": "http.response.body", "body": kept.body, "more_body": False},
    ]
