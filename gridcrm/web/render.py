"""The frame around every page: templates, filters, navigation, and what a page may load."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.queries import Choice
from gridcrm.core import i18n
from gridcrm.core.pages import flashes
from gridcrm.core.requests import session_of
from gridcrm.core.who import Who
from gridcrm.web import filters, nav

_PACKAGE = Path(__file__).parent.parent
STATIC_DIR = _PACKAGE / "static"
CSRF_COOKIE = "gridcrm_csrf"


def environment() -> Environment:
    """Return the Jinja environment: escaped, strict, one template folder a domain."""
    folders = {p.parent.name: FileSystemLoader(p) for p in _PACKAGE.glob("*/templates")}
    env = Environment(
        loader=PrefixLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=False)  # type: ignore[attr-defined]
    env.globals["static"] = static
    env.filters.update(filters.FILTERS)
    return env


def engine() -> JinjaTemplateEngine:
    """Return the template engine for the application."""
    return JinjaTemplateEngine.from_environment(environment())


@lru_cache(maxsize=512)
def static(path: str) -> str:
    """Return the address of a static file, new whenever its content is."""
    digest = hashlib.sha256((STATIC_DIR / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


async def frame(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return what the frame of a page shows."""
    who: Who | None = request.user
    branch: Branch | None = None
    choices: list[Choice] = []
    if who is not None:
        session = session_of(request)
        branch = await branches.by_id(session, who.branch_id) if who.branch_id else None
        choices = await branches.choices(session, who) if who.all_branches else []
    return bare_frame(request) | {"branch": branch, "branch_choices": choices}


def bare_frame(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the frame of a page that must not touch the database."""
    who: Who | None = request.scope.get("user")
    return {
        "who": who,
        "branch": None,
        "branch_choices": [],
        "lang": i18n.current().value,
        "path": request.url.path,
        "here": str(request.url).removeprefix(str(request.base_url).rstrip("/")) or "/",
        "flashes": flashes(request),
        "nav": nav.sections(who, request.url.path),
        "csrf_token": _csrf_token(request),
        "csrf_input": _csrf_input(request),
    }


def _csrf_token(request: Request[Any, Any, Any]) -> str:
    from litestar.utils.scope.state import ScopeState

    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


def _csrf_input(request: Request[Any, Any, Any]) -> Markup:
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(
        _csrf_token(request)
    )
