"""Errors become answers once, here: pages for people, problem+json for programs."""

import logging
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from gridcrm.core.errors import AppError, InvalidInput, NotFound, NotSignedIn, RuleBroken
from gridcrm.core.forms import field_messages
from gridcrm.core.i18n import N_, gettext, say
from gridcrm.core.pages import Page
from gridcrm.core.policy import for_programs

_log = logging.getLogger("gridcrm")
_PROBLEM = "application/problem+json"
_SERVER_ERROR = 500
_NOT_FOUND = 404
_HTTP_TEXTS = {
    403: N_("This page has been open for too long. Go back, load it again, and send it once more."),
    405: N_("This address does not take that method."),
    413: N_("This file is too large."),
    429: N_("Too many tries. Wait a minute and try again."),
}
_NO_COLUMN_HOLDS_IT = {"22000", "22003", "22021"}
"""What PostgreSQL says of a number beyond its range and of a character that is none."""
_IN_EACH_OTHERS_WAY = {"40001", "40P01", "55P03"}
"""What PostgreSQL says when it gave one of two writers up."""


def app_error(request: Request[Any, Any, Any], error: AppError) -> Response[Any]:
    """Answer an error of ours."""
    if isinstance(error, NotSignedIn) and not _is_api(request):
        return _to_sign_in(request)
    fields = error.fields if isinstance(error, InvalidInput) else {}
    return _answer(request, error.status, gettext(error.title), say(error), fields)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer an error of the framework: a wrong address, method or body."""
    if isinstance(error, ValidationException):
        return _answer(request, 422, gettext("Please check the form"), "", _fields(error))
    if error.status_code == _NOT_FOUND:
        return app_error(request, NotFound())
    text = gettext(_HTTP_TEXTS.get(error.status_code, error.detail))
    return _answer(request, error.status_code, gettext("That did not work"), text, {})


def invalid(request: Request[Any, Any, Any], error: ValidationError) -> Response[Any]:
    """Answer data that does not fit its schema."""
    return app_error(request, InvalidInput(field_messages(error)))


def conflict(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    """Answer a write that collided with another one."""
    return app_error(
        request, RuleBroken("Somebody changed this at the same time. Look again and retry.")
    )


def of_database(request: Request[Any, Any, Any], error: DBAPIError) -> Response[Any]:
    """Answer what the database refused, by what it says of it."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _IN_EACH_OTHERS_WAY:
        return conflict(request, error)
    return (beyond if state in _NO_COLUMN_HOLDS_IT else unexpected)(request, error)


def beyond(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a question for a number or a character that no column can hold: nothing is there."""
    ours = isinstance(error, OverflowError) and "SQLite INTEGER" not in str(error)
    return unexpected(request, error) if ours else app_error(request, NotFound())


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a fault of ours; the log has the trace, the person has no details."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    text = gettext("This is our fault, not yours. Nothing was changed. Please try again.")
    return _answer(request, _SERVER_ERROR, gettext("Something broke"), text, {})


HANDLERS: dict[Any, Any] = {
    AppError: app_error,
    HTTPException: http_error,
    ValidationError: invalid,
    IntegrityError: conflict,
    StaleDataError: conflict,
    DBAPIError: of_database,
    OverflowError: beyond,
    Exception: unexpected,
}


def _answer(
    request: Request[Any, Any, Any], status: int, title: str, text: str, fields: dict[str, str]
) -> Response[Any]:
    if _is_api(request):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": text}
        if fields:
            problem["errors"] = [
                {"field": name, "message": gettext(message)} for name, message in fields.items()
            ]
        return Response(problem, status_code=status, media_type=_PROBLEM)
    listed = "; ".join(f"{name}: {gettext(message)}" for name, message in fields.items())
    frame = request.app.state.bare_frame(request)
    context = frame | {"status": status, "title": title, "text": text or listed}
    context |= {"next_url": "/", "next_label": gettext("Go to Today")}
    return Page(template_name="web/error.html", context=context, status_code=status)


def _is_api(request: Request[Any, Any, Any]) -> bool:
    path = request.url.path
    return for_programs(path) or path.startswith("/schema")


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    if request.headers.get("hx-request") == "true":
        return Response(None, status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method != "GET" or request.url.path == "/":
        return Redirect("/sign-in", status_code=303)
    here = "?".join(filter(None, (request.url.path, request.url.query)))
    return Redirect(f"/sign-in?next={quote(here, safe='/')}", status_code=303)


def _fields(error: ValidationException) -> dict[str, str]:
    extra = error.extra if isinstance(error.extra, list) else []
    found = {
        str(item.get("key", "body")): str(item.get("message", ""))
        for item in extra
        if isinstance(item, dict)
    }
    return found or {"body": error.detail}
