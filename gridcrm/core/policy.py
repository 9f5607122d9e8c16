"""Deny by default: a handler says which right it needs, or that it is public."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from gridcrm.core.errors import NotAllowed, NotSignedIn
from gridcrm.core.who import Right, Who

_SAFE = {"GET", "HEAD", "OPTIONS"}

PUBLIC: dict[str, Any] = {"public": True}
PLAIN = "plain"
PACKED: dict[str, Any] = {PLAIN: False}
"""Compressed answers; pages stay plain, since they carry secrets beside what somebody typed."""
READS: dict[str, Any] = {"reads": True}
"""Beside a right: a question too long for an address, so it is posted, yet nothing is written."""


def for_programs(path: str) -> bool:
    """Return whether an address is for programs: a bearer token opens it, a cookie never does."""
    return path.startswith(("/api/", "/ogc/")) or path == "/ogc"


def needs(right: Right) -> dict[str, Any]:
    """Return the `opt` of a handler that needs a right."""
    return {"right": right}


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse who is unknown, lacks the right, or comes from another site."""
    _refuse_other_sites(connection)
    is_options = connection.scope["method"] == "OPTIONS"  # type: ignore[typeddict-item]
    if handler.opt.get("public") or is_options:  # whose answer says no more than the methods
        return
    who: Who | None = connection.user
    if who is None:
        raise NotSignedIn
    who.must(handler.opt["right"])


def check_policies(app: Litestar) -> None:
    """Stop at start-up if a handler has no policy."""
    for path, handler in http_handlers(app):
        if not handler.opt.get("public") and not isinstance(handler.opt.get("right"), Right):
            raise ImproperlyConfiguredException(f"{path}: the handler says no right")


def http_handlers(app: Litestar) -> Iterable[tuple[str, HTTPRouteHandler]]:
    """Yield every path with each of its handlers, but for the answers to OPTIONS."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}:
                yield route.path, handler


def _refuse_other_sites(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    if connection.scope["method"] in _SAFE or for_programs(connection.url.path):  # type: ignore[typeddict-item]
        return
    site = connection.headers.get("sec-fetch-site", "same-origin")
    origin = connection.headers.get("origin")
    foreign = origin not in (None, "null") and urlsplit(origin).netloc != connection.url.netloc
    if site not in ("same-origin", "none") or foreign:
        raise NotAllowed("This request came from another site.")
