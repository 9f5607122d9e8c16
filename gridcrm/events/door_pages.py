"""The door: it opens empty, finds one person at a time, and lets in with one tap."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.policy import needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.events import catalogue, finding, people, qr, queries, service, showing
from gridcrm.events.forms import CheckInIn, FindIn, GuestIn, HeadsIn
from gridcrm.events.links import Link, Links
from gridcrm.events.models import Registration

AnyRequest = Request[Any, Any, Any]


class DoorPages(Controller):
    """Checking in."""

    path = "/events/{event_id:int}/door"
    include_in_schema = False
    opt = needs(Right.EVENTS_DOOR)

    @get()
    async def door(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
        done: FromQuery[int | None] = None,
    ) -> Template:
        """Show the door: one field, no names; after a check-in, the tick."""
        return await _show(request, session, who, event_id, done=done)

    @post("/find")
    async def find(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Find somebody by a scanned code, or by four digits and the surname together."""
        await queries.one(session, who, event_id)
        try:
            form = parse(FindIn, data)
            if form.code:
                links = Links(settings.secret, settings.base_url)
                found = await finding.by_code(session, event_id, links, form.code)
            else:
                found = await finding.by_digits(session, event_id, form.digits, form.surname)
        except InvalidInput as error:
            return await _show(request, session, who, event_id, form=refused(data, error))
        return await _show(request, session, who, event_id, form=Form(dict(data)), found=found)

    @post("/check-in")
    async def check_in(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Let in whoever was found: registered, or invited and here all the same."""
        await queries.one(session, who, event_id)
        try:
            form = parse(CheckInIn, data)
            if form.registration_id is not None:
                row = await service.check_in(session, who, event_id, form.registration_id, now)
            else:
                row = await service.check_in_customer(
                    session, who, event_id, form.customer_id or 0, now
                )
        except (InvalidInput, RuleBroken) as error:
            return await _refuse(request, session, who, event_id, error)
        return await _tick(request, session, who, event_id, row)

    @post("/walk-in")
    async def walk_in(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Let in somebody who is not registered: a name, and a phone number if they like."""
        await queries.one(session, who, event_id)
        try:
            row = await service.walk_in(session, who, event_id, parse(GuestIn, data), now)
        except InvalidInput as error:
            return await _show(request, session, who, event_id, walk_in=refused(data, error))
        except RuleBroken as error:
            typed, form = Form(dict(data)), refused({}, error)
            return await _show(request, session, who, event_id, form=form, walk_in=typed)
        return await _tick(request, session, who, event_id, row)

    @post("/undo/{registration_id:int}")
    async def undo(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        registration_id: FromPath[int],
    ) -> Response[Any]:
        """Take a check-in back."""
        try:
            await service.undo_check_in(session, who, event_id, registration_id, now)
        except RuleBroken as error:
            return await _refuse(request, session, who, event_id, error)
        if wants_fragment(request):
            return await _show(request, session, who, event_id, said=gettext("Taken back."))
        return go(f"/events/{event_id}/door", gettext("Taken back."))

    @post("/heads")
    async def heads(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Count people without a name, one up or one down."""
        await queries.one(session, who, event_id)
        try:
            form = parse(HeadsIn, data)
            await service.add_anonymous(session, who, event_id, int(form.change))
        except (InvalidInput, RuleBroken) as error:
            return await _refuse(request, session, who, event_id, error)
        if wants_fragment(request):
            return await _show(request, session, who, event_id)
        return go(f"/events/{event_id}/door")


async def _tick(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    event_id: int,
    row: Registration,
) -> Response[Any]:
    if not wants_fragment(request):
        return go(f"/events/{event_id}/door?done={row.id}")
    return await _show(request, session, who, event_id, done=row.id)


async def _refuse(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    event_id: int,
    error: InvalidInput | RuleBroken,
) -> Response[Any]:
    return await _show(request, session, who, event_id, form=refused({}, error))


async def _show(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    event_id: int,
    *,
    form: Form | None = None,
    walk_in: Form | None = None,
    found: list[people.Line] | None = None,
    done: int | None = None,
    said: str = "",
) -> Template:
    around = await showing.around(session, who, event_id, "door")
    settings: Settings = request.app.state.settings
    links = Links(settings.secret, settings.base_url)
    forms = [one for one in (form, walk_in) if one is not None]
    return await page(
        request,
        "events/_door.html" if wants_fragment(request) else "events/door.html",
        status=max((one.status for one in forms), default=200),
        form=form,
        walk_in=walk_in,
        found=found,
        last=await people.at_event(session, event_id, done) if done is not None else None,
        said=said,
        theme=catalogue.themes().get(around["event"].theme),
        code=qr.inline(links.reply(Link.EVENT, event_id)),
        **around,
    )
