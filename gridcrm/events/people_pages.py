"""Who is registered, who waits, and putting somebody on the list or taking them off."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.events import people, queries, service, showing
from gridcrm.events.forms import GuestIn
from gridcrm.events.models import RegistrationState

AnyRequest = Request[Any, Any, Any]
_LISTED = (
    RegistrationState.CONFIRMED,
    RegistrationState.CHECKED_IN,
    RegistrationState.NO_SHOW,
)


class PeoplePages(Controller):
    """The list of an event."""

    path = "/events/{event_id:int}"
    include_in_schema = False

    @get("/registered", opt=needs(Right.CUSTOMERS_LIST))
    async def registered(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """List those who have a seat."""
        return await _list(request, session, who, event_id, Form(), number)

    @get("/waitlist", opt=needs(Right.CUSTOMERS_LIST))
    async def waitlist(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """List those who wait, in their order."""
        around = await showing.around(session, who, event_id, "waitlist")
        found = await people.registered(
            session, who, event_id, (RegistrationState.WAITLISTED,), number=number
        )
        pager = page_of(number, found.total, f"/events/{event_id}/waitlist", {})
        return await page(request, "events/waitlist.html", found=found, page=pager, **around)

    @post("/register", opt=needs(Right.EVENTS_EDIT))
    async def register(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Put somebody on the list: a customer whose phone number is known, or a guest."""
        await queries.one(session, who, event_id)
        try:
            row = await service.put_on_list(session, who, event_id, parse(GuestIn, data), now)
        except (InvalidInput, RuleBroken) as error:
            return await _list(request, session, who, event_id, refused(data, error))
        waits = row.state is RegistrationState.WAITLISTED
        place = "waitlist" if waits else "registered"
        message = gettext("On the waiting list.") if waits else gettext("Registered.")
        return go(f"/events/{event_id}/{place}", message)

    @post("/registrations/{registration_id:int}/cancel", opt=needs(Right.EVENTS_EDIT))
    async def cancel(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        registration_id: FromPath[int],
    ) -> Response[Any]:
        """Take somebody off the list; whoever waits moves up."""
        await service.cancel_registration(session, who, event_id, registration_id, now)
        return go(f"/events/{event_id}/registered", gettext("Taken off the list."))


async def _list(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    event_id: int,
    form: Form,
    number: int = 1,
) -> Template:
    around = await showing.around(session, who, event_id, "registered")
    found = await people.registered(session, who, event_id, _LISTED, number=number)
    return await page(
        request,
        "events/registered.html",
        status=form.status,
        form=form,
        found=found,
        page=page_of(number, found.total, f"/events/{event_id}/registered", {}),
        **around,
    )
