"""Ready-made data that every installation starts with; what people edited stays."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.labels.seed import seed as seed_labels
from gridcrm.segments.seed import seed as seed_segments


async def seed(session: AsyncSession) -> int:
    """Add the ready-made labels and segments that are missing and return how many."""
    return await seed_labels(session) + await seed_segments(session)
