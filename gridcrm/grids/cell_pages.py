"""Pages for changing cells: one at a time, and the lead of several."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.grids import queries, rules, service, showing
from gridcrm.grids.forms import CellIn, CellProfileIn, LeadsIn
from gridcrm.grids.models import CellKind, CellStatus, GridCell
from gridcrm.grids.rules import Editing


class CellEditPages(Controller):
    """Changing what is known of a cell."""

    include_in_schema = False
    opt = needs(Right.GRIDS_VIEW)

    @get("/cells/{cell_id:int}/edit")
    async def edit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        cell_id: FromPath[int],
    ) -> Template:
        """Show what a person may change about a cell."""
        cell = await queries.cell(session, who, cell_id)
        rules.must_edit(who, cell)
        values = {name: getattr(cell, name) for name in CellIn.model_fields}
        return await _form(request, session, who, cell, Form(values))

    @post("/cells/{cell_id:int}/edit")
    async def change(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        cell_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change a cell, as far as the person may."""
        cell = await queries.cell(session, who, cell_id)
        schema = CellIn if rules.editing(who, cell) is Editing.ALL else CellProfileIn
        try:
            await service.change_cell(session, who, cell_id, parse(schema, data), now)
        except InvalidInput as error:
            return await _form(request, session, who, cell, refused(data, error))
        words = gettext("{name} is saved.")
        return go(f"/grids/{cell.plan_id}", words.format(name=cell.name))


class LeadPages(Controller):
    """Giving several cells a lead."""

    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @post("/grids/{plan_id:int}/leads")
    async def leads(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Give the chosen cells one lead, or take it away."""
        await queries.plan(session, who, plan_id)
        if not data.get("cell_id"):
            return go(f"/grids/{plan_id}", gettext("Choose at least one cell first."), "warn")
        n = await service.assign_lead(session, who, plan_id, parse(LeadsIn, data))
        words = ngettext("{n} cell is assigned.", "{n} cells are assigned.", n)
        return go(f"/grids/{plan_id}", words.format(n=f"{n:,}"))


async def _form(
    request: Request[Any, Any, Any], session: AsyncSession, who: Who, cell: GridCell, form: Form
) -> Template:
    return await page(
        request,
        "grids/cell.html",
        status=form.status,
        form=form,
        cell=cell,
        plan=await queries.plan(session, who, cell.plan_id),
        whole=rules.editing(who, cell) is Editing.ALL,
        staff=[(user.id, user.display_name) for user in await accounts.staff(session, who.here)],
        names=await accounts.staff_names(session, who.here),
        kinds=[(item.value, showing.kind_name(item)) for item in CellKind],
        statuses=[(item.value, showing.status_name(item)) for item in CellStatus],
    )
