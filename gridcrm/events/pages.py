"""The calendar, an event's own page, and planning one."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.events import catalogue, planner, queries, registry, service, showing, words
from gridcrm.events.forms import EventIn
from gridcrm.events.links import Links
from gridcrm.events.models import EventState
from gridcrm.events.rules import OVER

AnyRequest = Request[Any, Any, Any]
_DECEMBER = 12


class EventPages(Controller):
    """Events of the branch."""

    path = "/events"
    include_in_schema = False

    @get(opt=needs(Right.EVENTS_VIEW))
    async def calendar(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        month: FromQuery[str] = "",
        series: FromQuery[str] = "",
        shown: FromQuery[str] = "",
    ) -> Template:
        """Show a month, the one asked for or that of the first event in the state `shown`."""
        branch = await branches.here(session, who)
        today = local_day(now, branch.time_zone)
        states = [EventState(shown)] if shown in set(EventState) else []
        begins = await queries.earliest(session, who, states, now) if states else now
        first = _month(month, local_day(begins, branch.time_zone))
        series_id = int(series) if series.isdecimal() else None
        events = await queries.in_month(session, who, first, series_id=series_id, states=states)
        links = Links(settings.secret, settings.base_url)
        return await page(
            request,
            "events/calendar.html",
            month=first,
            month_theme=catalogue.month_theme(first.month),
            before=_shift(first, -1),
            after=_shift(first, 1),
            weeks=showing.weeks(first, events, branch.time_zone, today),
            events=events,
            zone=branch.time_zone,
            colour=showing.colour,
            series=await queries.all_series(session, who),
            chosen={"series": series, "shown": shown},
            states=[(state.value, words.word(state)) for state in EventState],
            words=words,
            heads=lambda n: showing.heads(n, who),
            feed="" if who.all_branches else links.calendar(who.user_id),
        )

    @get("/new", opt=needs(Right.EVENTS_EDIT))
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        template: FromQuery[str] = "",
        cell: FromQuery[str] = "",
        on: FromQuery[str] = "",
    ) -> Template:
        """Choose a kind of event; then show the plan, filled from it."""
        if template not in catalogue.templates():
            cards = planner.cards()
            return await page(request, "events/choose.html", cards=cards, cell=cell, on=on)
        form = await planner.blank(session, who, template, now, on=on, cell=cell)
        return await planner.show(request, session, who, form)

    @post(opt=needs(Right.EVENTS_EDIT))
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Keep a plan as a draft."""
        try:
            event = await service.create(session, who, parse(EventIn, data), now)
        except InvalidInput as error:
            return await planner.show(request, session, who, refused(data, error))
        return go(f"/events/{event.id}", gettext("The plan is kept as a draft."))

    @get("/{event_id:int}", opt=needs(Right.EVENTS_VIEW))
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
    ) -> Template:
        """Show an event and its next steps."""
        return await overview(request, session, who, event_id, Form())

    @get("/{event_id:int}/edit", opt=needs(Right.EVENTS_EDIT))
    async def edit(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
    ) -> Response[Any]:
        """Show the plan to be changed."""
        event = await queries.one(session, who, event_id)
        if event.state in OVER:
            message = gettext("This event is over; its plan can no longer be changed.")
            return go(f"/events/{event_id}", message, "warn")
        form = await planner.filled(session, who, event)
        return await planner.show(request, session, who, form, event)

    @post("/{event_id:int}/edit", opt=needs(Right.EVENTS_EDIT))
    async def change(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change the plan; more seats go to those who wait."""
        event = await queries.one(session, who, event_id)
        try:
            form = parse(EventIn, data | {"template": event.template})
            await service.change(session, who, event_id, form, now)
        except (InvalidInput, RuleBroken) as error:
            return await planner.show(request, session, who, refused(data, error), event)
        return go(f"/events/{event_id}", gettext("The plan is changed."))

    @get("/{event_id:int}/results", opt=needs(Right.EVENTS_VIEW))
    async def results(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
    ) -> Template:
        """Show what came of an event: the parts that other domains add."""
        around = await showing.around(session, who, event_id, "results")
        panels = await registry.panels(session, who, around["event"], now)
        return await page(request, "events/results.html", panels=panels, **around)


async def overview(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    event_id: int,
    form: Form,
) -> Template:
    """Show an event's own page, with a step's form as it came back."""
    around = await showing.around(session, who, event_id, "overview")
    details = await showing.details(session, who, around["event"])
    context = around | details
    return await page(request, "events/event.html", status=form.status, form=form, **context)


def _month(asked: str, usual: date) -> date:
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        first = usual
    return (first if date.min.year < first.year < date.max.year else usual).replace(day=1)


def _shift(month: date, by: int) -> str:
    at = month.year * _DECEMBER + month.month - 1 + by
    year, zero_based = divmod(at, _DECEMBER)
    return f"{year:04d}-{zero_based + 1:02d}"
