"""The buttons that lead an event on; each stands behind the right that it needs."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import say
from gridcrm.core.pages import go
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.events import queries, service, words
from gridcrm.events.forms import StepIn
from gridcrm.events.pages import overview
from gridcrm.events.rules import RIGHT, Verb

AnyRequest = Request[Any, Any, Any]


class StepPages(Controller):
    """Submit, approve, open, start, close, settle, review, cancel."""

    path = "/events/{event_id:int}"
    include_in_schema = False

    @post("/approve", opt=needs(Right.EVENTS_APPROVE))
    async def approve(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Agree to a plan as the second person."""
        return await _step(request, session, who, now, event_id, Verb.APPROVE, data)

    @post("/return", opt=needs(Right.EVENTS_APPROVE))
    async def send_back(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Return a plan and say what has to change."""
        return await _step(request, session, who, now, event_id, Verb.RETURN, data)

    @post("/reopen", opt=needs(Right.EVENTS_APPROVE))
    async def reopen(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Open the door of a closed event again."""
        return await _step(request, session, who, now, event_id, Verb.REOPEN, data)

    @post("/start", opt=needs(Right.EVENTS_DOOR))
    async def start(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Begin: from now on, free seats go to those at the door."""
        return await _step(request, session, who, now, event_id, Verb.START, data)

    @post("/close", opt=needs(Right.EVENTS_DOOR))
    async def close(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Close the door; attendance is fixed."""
        return await _step(request, session, who, now, event_id, Verb.CLOSE, data)

    @post("/{verb:str}", opt=needs(Right.EVENTS_EDIT))
    async def lead(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        verb: FromPath[str],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Do one of the steps that a planner may do."""
        await queries.one(session, who, event_id)
        if verb not in set(Verb) or RIGHT[Verb(verb)] is not Right.EVENTS_EDIT:
            raise NotFound
        return await _step(request, session, who, now, event_id, Verb(verb), data)


async def _step(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    now: datetime,
    event_id: int,
    verb: Verb,
    data: dict[str, Any],
) -> Response[Any]:
    try:
        await service.transition(session, who, event_id, verb, now, parse(StepIn, data or {}))
    except InvalidInput as error:
        return await overview(request, session, who, event_id, refused(data, error))
    except RuleBroken as error:
        form = Form(dict(data or {}), {"form": [say(error)]})
        return await overview(request, session, who, event_id, form)
    place = "/door" if verb is Verb.START else ""
    return go(f"/events/{event_id}{place}", words.done(verb))
