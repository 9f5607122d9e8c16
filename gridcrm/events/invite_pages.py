"""Inviting: first whom it would reach and who stays out, then the links to hand over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import parse
from gridcrm.core.i18n import gettext, local_name, say
from gridcrm.core.pages import go, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.events import eligibility, people, qr, queries, service, showing, words
from gridcrm.events.forms import InviteIn
from gridcrm.events.links import Link, Links
from gridcrm.events.models import Channel, InvitationState, Suppression
from gridcrm.segments import queries as segments

AnyRequest = Request[Any, Any, Any]
_GOES = (
    InvitationState.SENT,
    InvitationState.ACCEPTED,
    InvitationState.MAYBE,
    InvitationState.DECLINED,
)
_CARDS_ON_A_SHEET = 200


class InvitePages(Controller):
    """Inviting the people of a segment."""

    path = "/events/{event_id:int}"
    include_in_schema = False

    @get("/invite", opt=needs(Right.EVENTS_EDIT))
    async def choose(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
    ) -> Template:
        """Show whom an invitation of a segment would reach, and why others stay out."""
        around = await showing.around(session, who, event_id, "invite")
        found = await _preview(request, session, who, event_id, now)
        return await page(
            request,
            "events/invite.html",
            segment_options=[
                (one.id, local_name(one)) for one in await segments.listed(session, who)
            ],
            way_options=[(way.value, words.word(way)) for way in Channel],
            is_contact_time=eligibility.is_contact_time(now, around["zone"]),
            hours=eligibility.CONTACT_HOURS,
            **found,
            **around,
        )

    @post("/invite", opt=needs(Right.EVENTS_EDIT))
    async def invite(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Invite; everybody is judged again at this moment."""
        await queries.one(session, who, event_id)
        form = parse(InviteIn, data)
        try:
            done = await service.invite(
                session, who, event_id, form.segment_id, now, tuple(form.channels)
            )
        except RuleBroken as error:
            return go(_address(event_id, form.segment_id, form.channels), say(error), "bad")
        message = gettext("{n} people are invited, {m} stay out.").format(
            n=f"{len(done.eligible):,}", m=f"{sum(done.reasons.values()):,}"
        )
        return go(f"/events/{event_id}/invitations", message)

    @get("/qr.svg", opt=needs(Right.EVENTS_VIEW))
    async def poster_code(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        event_id: FromPath[int],
    ) -> Response[bytes]:
        """Return the QR code of the event's general link, for a poster."""
        await queries.one(session, who, event_id)
        links = Links(settings.secret, settings.base_url)
        picture = qr.svg_file(links.reply(Link.EVENT, event_id))
        return Response(picture, media_type="image/svg+xml")


class InvitationPages(Controller):
    """Who is invited, and the links to hand over."""

    path = "/events/{event_id:int}/invitations"
    include_in_schema = False

    @get(opt=needs(Right.CUSTOMERS_LIST))
    async def invitations(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        event_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """List the invited with their answers; `state` in the address narrows it."""
        around = await showing.around(session, who, event_id, "invited")
        asked = request.query_params.get("state", "")
        states = (InvitationState(asked),) if asked in set(_GOES) else _GOES
        found = await people.invited(
            session, who, event_id, states, now, around["zone"], number=number
        )
        path = f"/events/{event_id}/invitations"
        return await page(
            request,
            "events/invitations.html",
            found=found,
            page=page_of(number, found.total, path, {"state": asked}),
            state_chips=[
                (
                    words.word(state),
                    path if state == asked else f"{path}?state={state}",
                    state == asked,
                )
                for state in _GOES
            ],
            link=_link(settings),
            poster=Links(settings.secret, settings.base_url).reply(Link.EVENT, event_id),
            **around,
        )

    @get("/print", opt=needs(Right.EVENTS_EDIT))
    async def sheet(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        event_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """Show QR codes to print, one for each person who may still be told, sheet by sheet."""
        event = await queries.one(session, who, event_id)
        branch = await branches.here(session, who)
        found = await people.invited(
            session,
            who,
            event_id,
            _GOES,
            now,
            branch.time_zone,
            number=number,
            size=_CARDS_ON_A_SHEET,
        )
        told = [line for line in found.lines if line.may_be_told]
        link = _link(settings)
        cards = [(line, qr.inline(link(line.invitation.id))) for line in told if line.invitation]
        path = f"/events/{event_id}/invitations/print"
        return await page(
            request,
            "events/print.html",
            event=event,
            cards=cards,
            zone=branch.time_zone,
            page=page_of(number, found.total, path, {}, _CARDS_ON_A_SHEET),
        )


async def _preview(
    request: AnyRequest, session: AsyncSession, who: Who, event_id: int, now: datetime
) -> dict[str, Any]:
    params = request.query_params
    given = [value for value in params.getall("channels", []) if value in set(Channel)]
    channels = tuple(Channel(value) for value in given) or tuple(Channel)
    nothing = {"segment": None, "selection": None, "left_out": None, "reason": None}
    if not params.get("segment", "").isdecimal():
        return nothing | {"channels": channels}
    segment = await segments.one(session, who, int(params["segment"]))
    try:
        selection = await service.preview(
            session, who, event_id, int(params["segment"]), now, channels
        )
    except InvalidInput as error:
        raise RuleBroken(error.message) from error
    asked = params.get("reason", "")
    reason = Suppression(asked) if asked in set(Suppression) else None
    left_out = None
    if reason is not None and who.may(Right.CUSTOMERS_LIST):
        left_out = await people.named(session, who, selection.left_out(reason))
    return {
        "segment": segment,
        "selection": selection,
        "reason": reason,
        "left_out": left_out,
        "channels": channels,
        "reason_rows": [
            (words.reason(one), n, f"{_address(event_id, segment.id, channels, one)}#left-out")
            for one, n in selection.reasons.items()
        ],
    }


def _address(
    event_id: int,
    segment_id: int | None,
    channels: Sequence[Channel],
    reason: Suppression | None = None,
) -> str:
    asked: dict[str, object] = {"segment": segment_id, "channels": list(channels)}
    asked |= {"reason": reason} if reason else {}
    return f"/events/{event_id}/invite?{urlencode(asked, doseq=True)}"


def _link(settings: Settings) -> Any:
    links = Links(settings.secret, settings.base_url)
    return lambda number: links.reply(Link.INVITATION, number)
