"""The buttons that lead an event on; each stands behind the right that it needs."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import parse, refused
from gridcrm.core.pages import go
from gridcrm.core.policy import needs
from gridcrm.core.verbs import verb_of
from gridcrm.core.who import Right, Who
from gridcrm.events import queries, service, words
from gridcrm.events.forms import StepIn
from gridcrm.events.pages import overview
from gridcrm.events.rules import RIGHT, Verb

AnyRequest = Request[Any, Any, Any]


def _steps(right: Right) -> list[str]:
    return [f"/{verb}" for verb in Verb if RIGHT[verb] is right]


class StepPages(Controller):
    """Submit, approve, open, start, close, settle, review, cancel: an address for each verb."""

    path = "/events/{event_id:int}"
    include_in_schema = False

    @post(_steps(Right.EVENTS_EDIT), opt=needs(Right.EVENTS_EDIT))
    async def plan(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Submit, open, settle, review or cancel, as whoever plans the event."""
        return await _step(request, session, who, now, event_id, data)

    @post(_steps(Right.EVENTS_APPROVE), opt=needs(Right.EVENTS_APPROVE))
    async def decide(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Approve, return or open the door again, as the second person."""
        return await _step(request, session, who, now, event_id, data)

    @post(_steps(Right.EVENTS_DOOR), opt=needs(Right.EVENTS_DOOR))
    async def hold(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Start, so that free seats go to those who are here, or close and fix attendance."""
        return await _step(request, session, who, now, event_id, data)


async def _step(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    now: datetime,
    event_id: int,
    data: dict[str, Any] | None,
) -> Response[Any]:
    await queries.one(session, who, event_id)
    verb = Verb(verb_of(request))
    typed = data or {}
    try:
        await service.transition(session, who, event_id, verb, now, parse(StepIn, typed))
    except (InvalidInput, RuleBroken) as error:
        return await overview(request, session, who, event_id, refused(typed, error))
    place = "/door" if verb is Verb.START else ""
    return go(f"/events/{event_id}{place}", words.done(verb))
