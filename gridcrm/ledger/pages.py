"""The desk: one's tasks, the team's, and the visits."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.ledger import queries, service, showing
from gridcrm.ledger.forms import TaskIn, VisitFilter, VisitIn
from gridcrm.ledger.rules import sees_the_team

AnyRequest = Request[Any, Any, Any]


class TaskPages(Controller):
    """What there is to do."""

    path = "/desk"
    include_in_schema = False
    opt = needs(Right.DESK_USE)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        view: FromQuery[str] = "mine",
    ) -> Template:
        """Show one's tasks, or for those who lead others everybody's."""
        team = view == "team" and sees_the_team(who)
        today = await showing.today_here(session, who, now)
        return await page(
            request,
            "ledger/desk.html",
            team=team,
            sees_the_team=sees_the_team(who),
            todo=await queries.open_tasks(session, who, everybody=team),
            done=await queries.done_tasks(session, who, everybody=team),
            **showing.task_words(today),
        )

    @get("/tasks/new")
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer: FromQuery[int | None] = None,
        cell: FromQuery[int | None] = None,
    ) -> Template:
        """Show the form for a task, perhaps about a customer or a cell."""
        today = await showing.today_here(session, who, now)
        start = {"customer_id": customer, "cell_id": cell, "due_on": today}
        return await _task_form(request, session, who, Form(start))

    @post("/tasks")
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give a task."""
        try:
            form = parse(TaskIn, data)
            await service.add_task(session, who, form, now)
        except InvalidInput as error:
            return await _task_form(request, session, who, refused(data, error))
        return go(_back(form.next), gettext("The task is on the list."))

    @post("/tasks/{task_id:int}/done")
    async def finish(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        task_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Mark a task as done."""
        task = await service.finish(session, who, task_id, now)
        done = gettext("Done: {title}. You can take it back below.").format(title=task.title)
        return go(_back(data.get("next", "")), done)

    @post("/tasks/{task_id:int}/reopen")
    async def reopen(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        task_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Take back that a task is done."""
        task = await service.reopen(session, who, task_id)
        said = gettext("To do again: {title}").format(title=task.title)
        return go(_back(data.get("next", "")), said)


class VisitPages(Controller):
    """Where the team has been."""

    path = "/desk/visits"
    include_in_schema = False
    opt = needs(Right.DESK_USE)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        number: PageNumber = 1,
    ) -> Template:
        """List the visits that fit the filter in the address."""
        asked = {name: value for name, value in request.query_params.items() if name != "page"}
        wanted = parse(VisitFilter, asked)
        lines, total = await queries.visits(session, who, wanted, number)
        return await page(
            request,
            "ledger/visits.html",
            lines=lines,
            sees_the_team=sees_the_team(who),
            page=page_of(number, total, "/desk/visits", wanted.model_dump(exclude_none=True)),
            form=Form(wanted.model_dump(exclude_none=True, mode="json")),
            **await showing.visit_choices(session, who),
        )

    @get("/new")
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer: FromQuery[int | None] = None,
        cell: FromQuery[int | None] = None,
    ) -> Template:
        """Show the form for a visit, perhaps to a customer or in a cell."""
        today = await showing.today_here(session, who, now)
        start = {"customer_id": customer, "cell_id": cell, "visited_on": today}
        return await _visit_form(request, session, who, Form(start))

    @post()
    async def record(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Keep a visit, and what follows from it."""
        try:
            form = parse(VisitIn, data)
            await service.record_visit(session, who, form, now)
        except InvalidInput as error:
            return await _visit_form(request, session, who, refused(data, error))
        done = (
            gettext("The visit is kept; the next step is on your list.")
            if form.next_on
            else gettext("The visit is kept.")
        )
        return go(_back(form.next, "/desk/visits"), done)


def _back(path: str, otherwise: str = "/desk") -> str:
    return local_path(path) if path else otherwise


async def _task_form(request: AnyRequest, session: AsyncSession, who: Who, form: Form) -> Template:
    about = await showing.about(session, who, form)
    return await page(request, "ledger/task_form.html", status=form.status, form=form, **about)


async def _visit_form(request: AnyRequest, session: AsyncSession, who: Who, form: Form) -> Template:
    about = await showing.about(session, who, form) | await showing.visit_choices(session, who)
    return await page(request, "ledger/visit_form.html", status=form.status, form=form, **about)
