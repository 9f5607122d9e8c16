"""What the ledger knows of cells of former plans."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import gettext
from gridcrm.grids.models import GridCell
from gridcrm.grids.registry import PastCount
from gridcrm.ledger.models import Visit


async def visits(session: AsyncSession, plan_id: int) -> PastCount:
    """Return how many visits were made in each cell of a plan, by the cell's key."""
    query = (
        select(GridCell.key, func.count())
        .join(Visit, col(Visit.cell_id) == GridCell.id)
        .where(GridCell.plan_id == plan_id)
        .group_by(col(GridCell.key))
    )
    return PastCount(gettext("Visits"), dict((await session.exec(query)).all()))
