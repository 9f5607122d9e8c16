"""Addresses such as /api/v1/outcomes/12:verify, which Litestar's router cannot hold."""

import re
from typing import Any

from litestar import Request
from litestar.types import ASGIApp, Receive, Scope, Send

_VERB = re.compile(r"(/api/.*/\d+):([a-z_]+)")


def verb_of(request: Request[Any, Any, Any]) -> str:
    """Return the verb at the end of an address, for a handler that serves several."""
    return request.url.path.rstrip("/").rpartition("/")[2]


def with_verbs(app: ASGIApp) -> ASGIApp:
    """Let an address of a thing and a verb reach the handler of `…/{id}/verb`."""

    async def rewrite(scope: Scope, receive: Receive, send: Send) -> None:
        found = _VERB.fullmatch(scope.get("path", ""))
        if found:
            scope["path"] = f"{found[1]}/{found[2]}"
            scope["raw_path"] = scope["path"].encode()
        await app(scope, receive, send)

    return rewrite
