"""Publishing a grid plan, which gives every customer the cell that holds them."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import publishing, service
from gridcrm.customers.changes import changes
from gridcrm.grids import queries as grids
from gridcrm.grids import showing


class PublishIn(SQLModel):
    """Why a plan is to count from now on."""

    model_config = {"extra": "forbid"}

    note: str = Field(default="", max_length=400)


class PublishPages(Controller):
    """A plan that is to count from now on."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @get("/{plan_id:int}/publish")
    async def confirm(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Say what publishing a draft will do, and ask for a note."""
        plan = await grids.plan(session, who, plan_id)
        return await _confirm(request, session, who, plan_id, Form({"note": plan.note}))

    @post("/{plan_id:int}/publish")
    async def publish(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Publish a draft and say whom it moved."""
        await grids.plan(session, who, plan_id)
        try:
            form = parse(PublishIn, data)
        except InvalidInput as error:
            return await _confirm(request, session, who, plan_id, refused(data, error))
        done = await service.publish_plan(session, who, plan_id, now, form.note)
        message = gettext(
            "Version {version} counts now. {moved} of {customers} people changed cell,"
            " {unplaced} have none."
        )
        said = message.format(
            version=done.plan.version,
            moved=f"{done.moved:,}",
            customers=f"{done.customers:,}",
            unplaced=f"{done.unplaced:,}",
        )
        return go(f"/grids/{plan_id}", said)

    @get("/{plan_id:int}/changes")
    async def changes(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Show what a plan changes against the one before it, and where past counts belong now."""
        plan = await grids.plan(session, who, plan_id)
        return await page(
            request,
            "customers/changes.html",
            plan=plan,
            state=showing.state_name(plan.state),
            found=await changes(session, who, plan),
        )


async def _confirm(
    request: Request[Any, Any, Any], session: AsyncSession, who: Who, plan_id: int, form: Form
) -> Template:
    rows = await grids.cell_rows(session, plan_id)
    return await page(
        request,
        "customers/publish.html",
        status=form.status,
        form=form,
        foreseen=await publishing.foresee(session, who, plan_id),
        current=await grids.published(session, who.here),
        cells=len(rows),
        without_lead=sum(row.lead_id is None for row in rows),
    )
