"""Pages about lists that leave the system: what will be in one, the file, the register."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.pages import page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.exports import queries, service, words
from gridcrm.exports.forms import TakeIn
from gridcrm.exports.models import ExportEntry, ListKind
from gridcrm.exports.rules import MOST_ROWS
from gridcrm.exports.sources import Wanted
from gridcrm.exports.views import filter_words, preview

AnyRequest = Request[Any, Any, Any]
_OWN = {"kind", "id", "use", "reason", "columns", "whole", "format", "query", "_csrf_token"}


class ExportPages(Controller):
    """Taking a list, and what one has taken."""

    path = "/exports"
    include_in_schema = False
    opt = needs(Right.EXPORTS_TAKE)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        number: PageNumber = 1,
    ) -> Template:
        """List what one has taken oneself."""
        return await _register(request, session, queries.own(who), number, everybody=False)

    @get("/new")
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
    ) -> Template:
        """Show what a list will hold, who is left out and why, and a masked sample."""
        asked = request.query_params
        wanted = _wanted(asked)
        form = Form(_typed(asked) | {"query": wanted.query})
        return await _preview(request, session, who, wanted, form, now)

    @post(status_code=200)
    async def take(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Hand the file over and enter it in the register."""
        try:
            taken = await service.take(session, who, parse(TakeIn, data), now)
        except (InvalidInput, RuleBroken) as error:
            wanted = _wanted(MultiDict(data))
            return await _preview(request, session, who, wanted, refused(data, error), now)
        return _file(taken)


class RegisterPages(Controller):
    """Every list that left the branch, for those who keep the register."""

    path = "/exports"
    include_in_schema = False
    opt = needs(Right.EXPORTS_REGISTER)

    @get("/register")
    async def register(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        number: PageNumber = 1,
    ) -> Template:
        """List what anybody took."""
        return await _register(request, session, queries.registered(who), number, everybody=True)

    @get("/{export_id:int}")
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        export_id: FromPath[int],
    ) -> Template:
        """Show one entry of the register."""
        line = await queries.one(session, who, export_id)
        asked = await filter_words(session, who, line.entry)
        return await page(request, "exports/detail.html", line=line, asked=asked, words=words)


async def _register(
    request: AnyRequest,
    session: AsyncSession,
    query: SelectOfScalar[ExportEntry],
    number: int,
    *,
    everybody: bool,
) -> Template:
    total = await queries.count(session, query)
    here = page_of(number, total, request.url.path, {})
    lines = await queries.lines(session, query, offset=here.offset, limit=here.size)
    return await page(
        request, "exports/list.html", lines=lines, page=here, words=words, everybody=everybody
    )


async def _preview(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    wanted: Wanted,
    form: Form,
    now: datetime,
) -> Template:
    view = await preview(session, who, wanted, form.values, now)
    return await page(
        request,
        "exports/new.html",
        status=form.status,
        form=form,
        view=view,
        words=words,
        most=MOST_ROWS,
        column_options=words.column_options,
        column_headers=words.column_headers,
        dropped_rows=words.dropped,
    )


def _wanted(asked: MultiDict[Any]) -> Wanted:
    """Read which list is meant; what is no field of the form is the filter of the customer list."""
    kind, number = str(asked.get("kind", ListKind.CUSTOMERS)), str(asked.get("id", "") or "")
    if kind not in set(ListKind) or (number and not number.isdecimal()):
        raise NotFound
    rest = [(key, value) for key, value in asked.multi_items() if key not in _OWN]
    query = str(asked.get("query", "") or urlencode(rest))
    return Wanted(ListKind(kind), int(number) if number else None, query)


def _typed(asked: MultiDict[Any]) -> dict[str, Any]:
    return {key: asked[key] for key in asked} | {"columns": asked.getall("columns", [])}


def _file(taken: service.Taken) -> Response[bytes]:
    name = quote(taken.filename)
    return Response(
        taken.content,
        media_type=taken.media_type,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
            "cache-control": "no-store",
            "x-list-number": str(taken.entry.id),
        },
    )
