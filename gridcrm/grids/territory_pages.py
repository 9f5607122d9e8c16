"""Proposing leads for the cells of a plan."""

from collections.abc import Sequence
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
from gridcrm.core.who import Right, Role, Who
from gridcrm.grids import queries, rules, territories
from gridcrm.grids.forms import AcceptIn, Load, TerritoryIn
from gridcrm.grids.territories import Proposed

_USUAL_TOLERANCE = 15
_LEADS = (Role.GRID_OFFICER, Role.GRID_LEAD)


class TerritoryPages(Controller):
    """Who leads which cells, proposed and accepted."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @get("/{plan_id:int}/territories")
    async def propose(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Ask who is to look after what, and show a proposal with its loads before and after."""
        rules.must_be_current(await queries.plan(session, who, plan_id))
        data = request.query_params.dict()
        if not data:
            return await _page(request, session, who, plan_id, await _usual(session, who, plan_id))
        values = {k: v if k == "staff" else v[0] for k, v in data.items()}
        try:
            form = parse(TerritoryIn, values)
            found = await territories.proposal(session, who, plan_id, form)
        except InvalidInput as error:
            return await _page(request, session, who, plan_id, refused(values, error))
        return await _page(request, session, who, plan_id, Form(values), found)

    @post("/{plan_id:int}/territories")
    async def accept(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give the cells the proposed leads."""
        await queries.plan(session, who, plan_id)
        n = await territories.accept(session, who, plan_id, parse(AcceptIn, data))
        words = ngettext("{n} cell has a new lead.", "{n} cells have a new lead.", n)
        return go(f"/grids/{plan_id}/territories", words.format(n=f"{n:,}"))

    @post("/{plan_id:int}/territories/back")
    async def put_back(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Redirect:
        """Give the cells the leads that they had before the last proposal."""
        await territories.put_back(session, who, plan_id)
        return go(f"/grids/{plan_id}/territories", gettext("The former leads are back."))


async def _usual(session: AsyncSession, who: Who, plan_id: int) -> Form:
    """Return a form with those who lead cells: of this plan, else of today's, else those whose job it is."""
    people = await accounts.staff(session, who.here)

    def leading(rows: Sequence[queries.CellRow]) -> list[int | None]:
        leads = {row.lead_id for row in rows}
        return [person.id for person in people if person.id in leads]

    staff = (
        leading(await queries.cell_rows(session, plan_id))
        or leading(await queries.published_rows(session, who.here))
        or [person.id for person in people if person.role in _LEADS]
    )
    return Form({"staff": staff, "load": Load.CUSTOMERS.value, "tolerance": _USUAL_TOLERANCE})


async def _page(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    plan_id: int,
    form: Form,
    found: Proposed | None = None,
) -> Template:
    return await page(
        request,
        "grids/territories.html",
        status=form.status,
        form=form,
        plan=await queries.plan(session, who, plan_id),
        found=found,
        staff=[(user.id, user.display_name) for user in await accounts.staff(session, who.here)],
        names=await accounts.staff_names(session, who.here),
        loads=[
            (Load.CUSTOMERS.value, gettext("Customers")),
            (Load.HOUSEHOLDS.value, gettext("Households")),
            (Load.CELLS.value, gettext("Cells")),
        ],
        may_put_back=bool(await territories.last_accepted(session, plan_id)),
    )
