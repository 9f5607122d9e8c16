"""How a handler answers a browser: a page, a fragment, or the way to the next page."""

import base64
import json
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

FLASH_COOKIE = "gridcrm_flash"
_NO_FLASH = Cookie(key=FLASH_COOKIE, path="/", max_age=0, httponly=True, samesite="lax")


class Page(Template):
    """A rendered page; what we say in its context stands, whatever the framework adds."""

    def create_template_context(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        """Return the context: the framework has a `csrf_input` that templates would escape."""
        return super().create_template_context(request) | self.context


async def page(
    request: Request[Any, Any, Any], name: str, *, status: int = 200, **context: object
) -> Template:
    """Render a template inside the frame that every page has."""
    frame = await request.app.state.frame(request)
    return Page(
        template_name=name,
        context=frame | context,
        status_code=status,
        cookies=[_NO_FLASH] if FLASH_COOKIE in request.cookies else [],
    )


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """Return whether only a part of the page is to be swapped."""
    headers = request.headers
    return headers.get("hx-request") == "true" and "hx-history-restore-request" not in headers


def go(path: str, message: str = "", kind: str = "success") -> Redirect:
    """Send the browser on after a change; the message is shown once on the next page."""
    cookies = [_flash(kind, message)] if message else []
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, cookies=cookies)


def flashes(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Return the messages that the last change left for this page."""
    try:
        raw = base64.urlsafe_b64decode(request.cookies.get(FLASH_COOKIE, ""))
        kind, message = json.loads(raw or b"null")
    except (ValueError, TypeError):
        return []
    return [(str(kind), str(message))]


def local_path(path: object) -> str:
    """Return the path if it is one and stays on this server, else the start page."""
    if isinstance(path, str) and path.startswith("/") and not path.startswith(("//", "/\\")):
        return path
    return "/"


def _flash(kind: str, message: str) -> Cookie:
    value = base64.urlsafe_b64encode(json.dumps([kind, message]).encode()).decode()
    return Cookie(
        key=FLASH_COOKIE, value=value, path="/", max_age=60, httponly=True, samesite="lax"
    )
