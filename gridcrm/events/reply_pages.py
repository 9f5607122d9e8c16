"""The page behind an invitation's link or a poster's code: for phones, without an account."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import PUBLIC
from gridcrm.core.settings import Settings
from gridcrm.core.tables import stored
from gridcrm.events import qr, replying
from gridcrm.events.forms import LARGEST_PARTY, ReplyIn, SignUpIn
from gridcrm.events.links import Link, Links
from gridcrm.events.replying import Card

AnyRequest = Request[Any, Any, Any]
_LOOK_LIMIT = RateLimitConfig(rate_limit=("minute", 240), store="looks_at_replies")
_WRITE_LIMIT = RateLimitConfig(rate_limit=("minute", 60), store="replies")
"""Stores of their own: guests on the branch's Wi-Fi must not use up the sign-ins of the staff."""
_FEW_SEATS = 5


class ReplyPages(Controller):
    """Answering an invitation, or signing up at a poster; an unknown link is not found."""

    path = "/r/{token:str}"
    include_in_schema = False
    opt = PUBLIC

    @get(middleware=[_LOOK_LIMIT.middleware])
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        token: FromPath[str],
    ) -> Template:
        """Show what, when, where, and how one may answer."""
        kind, number = _read(settings, token)
        card = await replying.card(session, kind, number)
        return await _page(request, card, kind, token, now, Form())

    @post(middleware=[_WRITE_LIMIT.middleware])
    async def answer(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        token: FromPath[str],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Take an answer, or a sign-up."""
        kind, number = _read(settings, token)
        card = await replying.card(session, kind, number)
        try:
            if kind is Link.EVENT:
                return await _sign_up(session, settings, card, data, now)
            row = await replying.answer(session, card, parse(ReplyIn, data), now)
        except (InvalidInput, RuleBroken) as error:
            return await _page(request, card, kind, token, now, refused(data, error))
        if kind is Link.GUEST and row is not None and row.id != number:
            token = _links(settings).token(Link.GUEST, stored(row.id))
        return go(f"/r/{token}", gettext("Thank you, your answer is noted."))

    @post("/refuse", middleware=[_WRITE_LIMIT.middleware])
    async def refuse(
        self,
        session: NamedDependency[AsyncSession],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        token: FromPath[str],
    ) -> Response[Any]:
        """Stop all further invitations, in one tap."""
        kind, number = _read(settings, token)
        card = await replying.card(session, kind, number)
        await replying.refuse_further(session, card, now)
        message = gettext("Done. You get no more invitations from us; this holds at once.")
        return go(f"/r/{token}", message)


async def _sign_up(
    session: AsyncSession, settings: Settings, card: Card, data: dict[str, Any], now: datetime
) -> Response[Any]:
    row = await replying.sign_up(session, card, parse(SignUpIn, data), now)
    links = _links(settings)
    if row is None:
        message = gettext(
            "This phone number is on the list already. Ask at the branch to change it."
        )
        return go(f"/r/{links.token(Link.EVENT, stored(card.event.id))}", message)
    message = gettext("Thank you. Keep this page: it is your ticket.")
    return go(f"/r/{links.token(Link.GUEST, stored(row.id))}", message)


async def _page(
    request: AnyRequest, card: Card, kind: Link, token: str, now: datetime, form: Form
) -> Template:
    ticket = kind is not Link.EVENT and card.is_seated
    settings: Settings = request.app.state.settings
    return await page(
        request,
        "events/reply.html",
        status=form.status,
        form=form,
        card=card,
        event=card.event,
        zone=card.branch.time_zone,
        token=token,
        is_poster=kind is Link.EVENT,
        is_invited=kind is Link.INVITATION,
        takes_answers=card.takes_answers(now),
        seats_left=_seats_in_words(card),
        parties=[(n, n) for n in range(1, LARGEST_PARTY + 1)],
        code=qr.inline(f"{settings.base_url}/r/{token}") if ticket else "",
    )


def _seats_in_words(card: Card) -> str:
    left = card.event.capacity - card.event.taken
    if card.waits or left <= 0:
        return gettext("All seats are taken. You can join the waiting list.")
    return (
        gettext("Only a few seats are left.") if left <= _FEW_SEATS else gettext("There are seats.")
    )


def _links(settings: Settings) -> Links:
    return Links(settings.secret, settings.base_url)


def _read(settings: Settings, token: str) -> tuple[Link, int]:
    found = _links(settings).read(token)
    if found is None or found[0] is Link.CALENDAR:
        raise NotFound
    return found
