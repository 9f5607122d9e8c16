"""What domains to the right do when a branch moves; `app.install_registries` fills it."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Branch
from gridcrm.core.who import Who

Mover = Callable[[AsyncSession, Who, Branch, datetime], Awaitable[None]]

_movers: tuple[Mover, ...] = ()


def install(movers: tuple[Mover, ...]) -> None:
    """Take what this application keeps right when a branch gets another position."""
    global _movers  # noqa: PLW0603 - set once at start-up
    _movers = movers


async def moved(session: AsyncSession, who: Who, branch: Branch, now: datetime) -> None:
    """Let every domain put right what it derived from the branch's position."""
    for mover in _movers:
        await mover(session, who, branch, now)
