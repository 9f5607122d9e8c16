"""A micro-salon on one screen: theme, corner, host, and off."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, local_name
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.events import catalogue, queries, service
from gridcrm.events.catalogue import Theme
from gridcrm.events.forms import MicroIn

AnyRequest = Request[Any, Any, Any]


class MicroPages(Controller):
    """Starting a micro-salon."""

    path = "/events/micro"
    include_in_schema = False
    opt = needs(Right.MICRO_SALON)

    @get()
    async def choose(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show themes, corners and hosts."""
        return await _show(request, session, who, Form({"host_id": who.user_id}))

    @post()
    async def start(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Begin now or in a quarter of an hour, and go to its door."""
        try:
            event = await service.start_micro(session, who, parse(MicroIn, data), now)
        except InvalidInput as error:
            return await _show(request, session, who, refused(data, error))
        return go(f"/events/{event.id}/door", gettext("Here are your three talking points."))


async def _show(request: AnyRequest, session: AsyncSession, who: Who, form: Form) -> Template:
    rooms = [room for room in await queries.venues(session, who) if room.active]
    return await page(
        request,
        "events/micro.html",
        status=form.status,
        form=form,
        theme_cards=[_card(theme) for theme in catalogue.themes().values()],
        rooms=[(room.id, room.name) for room in rooms],
        staff=[(user.id, user.display_name) for user in await accounts.staff(session, who.here)],
    )


def _card(theme: Theme) -> tuple[str, str, str, str]:
    kind = catalogue.template(theme.template)
    text = gettext("{n} min · up to {m} people").format(n=kind.minutes, m=kind.capacity)
    return theme.slug, local_name(theme), text, theme.icon
