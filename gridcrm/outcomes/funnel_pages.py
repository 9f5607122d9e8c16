"""Pages of results: how far people came, and who they are where that may be seen."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.pages import page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.grids.models import GridCell
from gridcrm.outcomes import views, words
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.stages import Stage, at_stage

AnyRequest = Request[Any, Any, Any]


class FunnelPages(Controller):
    """Invited, registered, attended, converted."""

    path = "/outcomes/funnel"
    include_in_schema = False
    opt = needs(Right.OUTCOMES_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
    ) -> Template:
        """Show the funnel of an event, a series, a segment, a cell, or of the branch."""
        asked = views.read(request.query_params)
        view = await views.view(session, who, asked, now)
        return await page(
            request,
            "outcomes/funnel.html",
            view=view,
            today=view.today,
            scale=view.scale,
            kinds=words.kinds(),
            periods=_periods(asked),
            touches=_touches(asked),
        )

    @get("/people")
    async def people(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        number: PageNumber = 1,
    ) -> Template:
        """List the people behind a number, as far as this person may open them."""
        asked = views.read(request.query_params)
        stage = _stage(request.query_params.get("stage", ""))
        title, _ = await views.title_of(session, who, asked)
        ids = at_stage(who.here, views.scope(asked, now), stage, asked.touch)
        fits = customers.visible(who).where(col(Customer.id).in_(ids))
        total = (await session.exec(select(func.count()).select_from(fits.subquery()))).one()
        params = asked.params | {"stage": stage}
        here = page_of(number, total, "/outcomes/funnel/people", params)
        people = fits.order_by(col(Customer.id)).offset(here.offset).limit(here.size)
        rows = list(await session.exec(people))
        cells = await _cell_names(session, {row.cell_id for row in rows})
        return await page(
            request,
            "outcomes/people.html",
            asked=asked,
            stage=stage,
            stage_words=stage_words(),
            title=title,
            rows=[(row, cells.get(row.cell_id)) for row in rows],
            page=here,
        )


def stage_words() -> dict[Stage, str]:
    """Return the words for each stage."""
    return {
        Stage.INVITED: gettext("Invited"),
        Stage.REGISTERED: gettext("Registered"),
        Stage.ATTENDED: gettext("Attended"),
        Stage.CONVERTED: gettext("Converted"),
        Stage.ENGAGED: gettext("Engaged"),
        Stage.WALK_INS: gettext("Walk-ins"),
    }


async def _cell_names(session: AsyncSession, ids: set[int | None]) -> dict[int | None, str]:
    query = select(GridCell.id, GridCell.name).where(col(GridCell.id).in_(ids - {None}))
    return dict(list(await session.exec(query)))


def _stage(text: str) -> Stage:
    return Stage(text) if text in set(Stage) else Stage.ATTENDED


def _periods(asked: views.Asked) -> list[tuple[str, str, bool]]:
    if asked.object_id is not None:
        return []
    return [
        (gettext("Last {n} days").format(n=days), asked.url(days=days), asked.days == days)
        for days in views.PERIODS
    ]


def _touches(asked: views.Asked) -> list[tuple[str, str, bool]]:
    labels = {Touch.LAST: gettext("Last touch"), Touch.FIRST: gettext("First touch")}
    return [
        (label, asked.url(touch=touch), asked.touch is touch) for touch, label in labels.items()
    ]
