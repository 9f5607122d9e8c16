"""What programs send that Litestar's router cannot hold: verbs in addresses, and HEAD.

An address with a verb is /api/v1/outcomes/12:verify; HEAD is GET without its body.
"""

import re
from typing import Any

from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from gridcrm.core.policy import for_programs

_VERB = re.compile(r"(/api/.*/\d+):([a-z_]+)")


def verb_of(request: Request[Any, Any, Any]) -> str:
    """Return the verb at the end of an address, for a handler that serves several."""
    return request.url.path.rstrip("/").rpartition("/")[2]


def with_verbs(app: ASGIApp) -> ASGIApp:
    """Let `…/{id}:verb` reach the handler of `…/{id}/verb`, and HEAD that of GET, for programs."""

    async def rewrite(scope: Scope, receive: Receive, send: Send) -> None:
        found = _VERB.fullmatch(scope.get("path", ""))
        if found:
            scope["path"] = f"{found[1]}/{found[2]}"
            scope["raw_path"] = scope["path"].encode()
        if scope.get("method") == "HEAD" and for_programs(scope["path"]):
            as_get: Any = {**scope, "method": "GET"}
            await app(as_get, receive, _without_body(send))
        else:
            await app(scope, receive, send)

    return rewrite


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return headers_only
