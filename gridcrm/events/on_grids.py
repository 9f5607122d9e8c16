"""What events know of cells of former plans."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.events.models import Registration, RegistrationState
from gridcrm.grids.models import GridCell
from gridcrm.grids.registry import PastCount


async def attended(session: AsyncSession, plan_id: int) -> PastCount:
    """Return how many attended from each cell of a plan, by the cell's key."""
    query = (
        select(GridCell.key, func.count())
        .join(Registration, col(Registration.cell_id) == GridCell.id)
        .where(GridCell.plan_id == plan_id, Registration.state == RegistrationState.CHECKED_IN)
        .group_by(col(GridCell.key))
    )
    return PastCount(gettext("Attended events"), dict((await session.exec(query)).all()))
