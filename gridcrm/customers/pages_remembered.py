"""The page of names of communities that somebody decided about, and the way back."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import remembering

_HERE = "/admin/communities"


class RememberedPages(Controller):
    """Where written names of communities lead in the branch at hand."""

    path = _HERE
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_EDIT)

    @get()
    async def names(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show what is remembered, by whom, and how many people it placed."""
        found = await remembering.decisions(session, who)
        return await page(request, "customers/communities.html", decisions=found)

    @post("/{alias_id:int}/delete")
    async def take_back(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        alias_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Forget a decision; whom it placed waits again."""
        people = await remembering.take_back(session, who, alias_id, now)
        back = local_path(data.get("back") or _HERE)
        if not people:
            return go(back, gettext("The name is forgotten; nobody lost a place."))
        done = ngettext(
            "The name is forgotten; {n} person waits for a place again.",
            "The name is forgotten; {n} people wait for a place again.",
            people,
        )
        return go(back, done.format(n=f"{people:,}"))
