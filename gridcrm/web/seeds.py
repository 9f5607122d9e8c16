"""Ready-made data that every installation starts with; what people edited stays."""

from sqlmodel.ext.asyncio.session import AsyncSession


async def seed(session: AsyncSession) -> int:
    """Add the ready-made labels and segments that are missing and return how many."""
    return 0
