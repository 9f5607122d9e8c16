"""Pages for the branch: its settings, the list of branches, and which one to look at."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.accounts import service as accounts
from gridcrm.accounts.middleware import COOKIE
from gridcrm.branches import queries, service, showing
from gridcrm.branches.features import READABLE
from gridcrm.branches.forms import AreaIn, BranchEdit, BranchIn, ChoiceIn
from gridcrm.branches.models import Branch
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.uploads import needed_upload
from gridcrm.core.who import Right, Who

_NEW = {"datum": Datum.GCJ02.value, "time_zone": "Asia/Shanghai", "catchment_radius_m": 1500}


class BranchPages(Controller):
    """The settings of the branch at hand."""

    path = "/admin/branch"
    include_in_schema = False
    opt = needs(Right.BRANCHES_EDIT)

    @get()
    async def settings(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show what is known about the branch."""
        branch = await queries.here(session, who)
        return await _settings(request, session, branch, Form(showing.entered(branch)))

    @post()
    async def change(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change the branch."""
        try:
            branch = await service.change(session, who, parse(BranchEdit, data), now)
        except InvalidInput as error:
            branch = await queries.here(session, who)
            return await _settings(request, session, branch, refused(data, error))
        return go("/admin/branch", gettext("{name} is saved.").format(name=branch.name))

    @post("/area")
    async def draw(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give the branch a drawn area."""
        try:
            upload = await needed_upload(data)
            await service.draw_catchment(session, who, upload, parse(AreaIn, data).area_datum)
        except InvalidInput as error:
            branch = await queries.here(session, who)
            form = refused(showing.entered(branch) | data, error)
            return await _settings(request, session, branch, form)
        return go("/admin/branch", gettext("The branch has the area of the file now."))

    @post("/circle")
    async def circle(
        self, session: NamedDependency[AsyncSession], who: NamedDependency[Who]
    ) -> Redirect:
        """Go back to the circle around the branch."""
        await service.use_circle(session, who)
        return go("/admin/branch", gettext("The circle around the branch counts again."))


class BranchListPages(Controller):
    """All branches that a person may see."""

    include_in_schema = False
    opt = needs(Right.BRANCHES_VIEW)

    @get("/admin/branches")
    async def branches(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        q: FromQuery[str] = "",
        number: PageNumber = 1,
    ) -> Template:
        """List the branches, or those whose name or code holds the words."""
        return await _list(request, session, who, Form(dict(_NEW)), q.strip(), number)

    @post("/admin/branches", opt=needs(Right.BRANCHES_ADD))
    async def add(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Open a branch."""
        try:
            branch = await service.add(session, who, parse(BranchIn, data), now)
        except InvalidInput as error:
            return await _list(request, session, who, refused(data, error))
        return go("/admin/branches", gettext("{name} is added.").format(name=branch.name))

    @post("/branch")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Look at one of the branches; only who serves all of them has a choice.

        Words that fit none or several lead to the list of those that they fit.
        """
        form = parse(ChoiceIn, data)
        branch = await queries.meant(session, who, form.code.strip())
        if branch is None and who.all_branches:
            return go(f"/admin/branches?{urlencode({'q': form.code.strip()})}")
        if branch is None or branch.id is None:
            raise NotFound
        await accounts.choose_branch(session, request.cookies.get(COOKIE, ""), branch.id)
        return go(local_path(form.next))


async def _settings(
    request: Request[Any, Any, Any], session: AsyncSession, branch: Branch, form: Form
) -> Template:
    shown = await showing.branch(session, branch)
    return await page(
        request,
        "branches/settings.html",
        status=form.status,
        form=form,
        shown=shown,
        datums=showing.datums(),
        readable=READABLE,
    )


async def _list(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    form: Form,
    q: str = "",
    number: int = 1,
) -> Template:
    query = queries.called(who, q)
    total = await queries.how_many(session, query)
    shown = page_of(number, total, "/admin/branches", {"q": q})
    return await page(
        request,
        "branches/list.html",
        status=form.status,
        form=form,
        branches=list(await session.exec(query.offset(shown.offset).limit(shown.size))),
        q=q,
        pager=shown,
        may_add=who.may(Right.BRANCHES_ADD),
        datums=showing.datums(),
    )
