"""Pages that belong to no single domain: today, the API reference, and the health check."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.pages import page
from gridcrm.core.policy import PUBLIC, needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.events.showing import heads
from gridcrm.web import today


class PublicPages(Controller):
    """What needs no account."""

    include_in_schema = False
    opt = PUBLIC

    @get("/healthz")
    async def health(self, session: NamedDependency[AsyncSession]) -> dict[str, str]:
        """Say that the server runs and reaches its database."""
        await session.exec(text("select 1"))  # type: ignore[call-overload]
        return {"status": "ok"}

    @get("/api-reference")
    async def api_reference(self, request: Request[Any, Any, Any]) -> Template:
        """Show the API's description, from this server alone."""
        return await page(request, "web/api_reference.html")


class HomePages(Controller):
    """The page that a branch opens every morning."""

    include_in_schema = False
    opt = needs(Right.HOME)

    @get("/")
    async def today(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Template:
        """Show what is on, how the last month went, and what needs somebody."""
        found = await today.load(session, who, now, settings.secret)
        return await page(request, "web/today.html", today=found, heads=lambda n: heads(n, who))
