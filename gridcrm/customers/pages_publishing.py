"""Publishing a grid plan, which gives every customer the cell that holds them."""

from datetime import datetime

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import service


class PublishPages(Controller):
    """A plan that is to count from now on."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @post("/{plan_id:int}/publish")
    async def publish(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        plan_id: FromPath[int],
    ) -> Redirect:
        """Publish a draft and say whom it moved."""
        done = await service.publish_plan(session, who, plan_id, now)
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
