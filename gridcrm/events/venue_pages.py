"""Rooms, corners and series."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.events import queries, service
from gridcrm.events.forms import SeriesIn, VenueIn

AnyRequest = Request[Any, Any, Any]


class VenuePages(Controller):
    """Where events take place."""

    path = "/events/venues"
    include_in_schema = False
    opt = needs(Right.EVENTS_EDIT)

    @get()
    async def venues(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """List the rooms and corners."""
        return await _venues(request, session, who, Form())

    @post()
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Add a room or corner."""
        try:
            room = await service.add_venue(session, who, parse(VenueIn, data))
        except InvalidInput as error:
            return await _venues(request, session, who, refused(data, error))
        return go("/events/venues", gettext("{name} is added.").format(name=room.name))

    @post("/{venue_id:int}")
    async def change(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        venue_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change a room, or close it."""
        await queries.venue(session, who, venue_id)
        try:
            room = await service.change_venue(session, who, venue_id, parse(VenueIn, data))
        except InvalidInput as error:
            return await _venues(request, session, who, Form(), {venue_id: refused(data, error)})
        return go("/events/venues", gettext("{name} is saved.").format(name=room.name))


class SeriesPages(Controller):
    """Events that belong together."""

    path = "/events/series"
    include_in_schema = False
    opt = needs(Right.EVENTS_EDIT)

    @get()
    async def series(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """List the series."""
        return await _series(request, session, who, Form())

    @post()
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Add a series."""
        try:
            made = await service.add_series(session, who, parse(SeriesIn, data))
        except InvalidInput as error:
            return await _series(request, session, who, refused(data, error))
        return go("/events/series", gettext("{name} is added.").format(name=made.name))

    @post("/{series_id:int}")
    async def rename(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        series_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Rename a series."""
        await queries.series(session, who, series_id)
        try:
            made = await service.rename_series(session, who, series_id, parse(SeriesIn, data))
        except InvalidInput as error:
            return await _series(request, session, who, Form(), {series_id: refused(data, error)})
        return go("/events/series", gettext("{name} is saved.").format(name=made.name))


async def _venues(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    form: Form,
    changed: dict[int, Form] | None = None,
) -> Template:
    return await page(
        request,
        "events/venues.html",
        status=422 if changed else form.status,
        form=form,
        changed=changed or {},
        rooms=await queries.venues(session, who),
    )


async def _series(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    form: Form,
    changed: dict[int, Form] | None = None,
) -> Template:
    return await page(
        request,
        "events/series.html",
        status=422 if changed else form.status,
        form=form,
        changed=changed or {},
        all_series=await queries.all_series(session, who),
    )
