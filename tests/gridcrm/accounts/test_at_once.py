"""Many guesses at the same moment."""

import asyncio

from sqlmodel import select

from gridcrm.accounts import service
from gridcrm.accounts.models import User
from gridcrm.accounts.rules import FAILURES_BEFORE_LOCK, is_locked
from gridcrm.core.db import Database
from gridcrm.core.errors import RuleBroken
from tests.cast import Cast
from tests.conftest import NOON


async def test_guesses_at_the_same_moment_all_count_towards_the_lock(
    database: Database, cast: Cast
):
    async def guess() -> None:
        async with database.write() as session:
            try:
                await service.sign_in(session, "zhou", "wrong", "", NOON)
            except RuleBroken:
                await session.commit()

    await asyncio.gather(*(guess() for _ in range(FAILURES_BEFORE_LOCK)))

    async with database.read() as session:
        zhou = (await session.exec(select(User).where(User.username == "zhou"))).one()
    assert zhou.failed_count == FAILURES_BEFORE_LOCK
    assert is_locked(zhou.locked_until, NOON)
