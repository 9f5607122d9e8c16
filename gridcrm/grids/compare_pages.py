"""Plans beside each other."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.pages import page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.grids import comparing, queries, showing


class ComparePages(Controller):
    """Comparing plans of the branch at hand."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_VIEW)

    @get("/compare")
    async def compare(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan: FromQuery[list[int] | None] = None,
    ) -> Template:
        """Show up to three plans side by side, or ask which."""
        chosen = list(dict.fromkeys(plan or []))[: comparing.MOST]
        columns = await comparing.columns(session, who, chosen)
        may_list = who.may(Right.CUSTOMERS_LIST)
        return await page(
            request,
            "grids/compare.html",
            columns=columns,
            lines=comparing.lines(columns, with_people=may_list),
            plans=[found for found, _, _ in await queries.plans(session, who)],
            chosen=set(chosen),
            may_list=may_list,
            state_name=showing.state_name,
        )
