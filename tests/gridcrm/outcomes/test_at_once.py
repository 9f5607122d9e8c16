"""Two people at the same moment."""

import asyncio

from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import AppError, RuleBroken
from gridcrm.core.who import Who
from gridcrm.outcomes import service
from gridcrm.outcomes.models import Outcome
from gridcrm.outcomes.rules import Verb
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.outcomes.conftest import Salon
from tests.gridcrm.outcomes.test_claiming import claim_in


async def test_of_two_claims_for_one_deposit_at_the_same_moment_one_is_refused(
    database: Database, cast: Cast, salon: Salon
):
    async def claim(who: Who) -> AppError | None:
        try:
            async with database.transaction() as session:
                await service.claim(session, who, claim_in(), NOON)
        except AppError as error:
            return error
        return None

    answers = await asyncio.gather(*(claim(who) for who in (cast.zhou, cast.wang, cast.hang)))
    assert sum(answer is None for answer in answers) == 1
    assert all(isinstance(answer, RuleBroken) for answer in answers if answer)
    async with database.read() as session:
        assert len((await session.exec(select(Outcome))).all()) == 1


async def test_of_two_decisions_at_the_same_moment_the_first_one_stands(
    database: Database, cast: Cast, salon: Salon
):
    async with database.transaction() as session:
        outcome = await service.claim(session, cast.zhou, claim_in(), NOON)
    assert outcome.id is not None
    number = outcome.id

    async def decide(who: Who, verb: Verb) -> str:
        try:
            async with database.transaction() as session:
                return (await service.decide(session, who, number, verb, NOON)).state
        except RuleBroken:
            return "refused"

    answers = await asyncio.gather(decide(cast.wang, Verb.VERIFY), decide(cast.hang, Verb.REJECT))
    assert sorted(answers).count("refused") == 1
    async with database.read() as session:
        kept = await session.get_one(Outcome, number)
    assert kept.state in answers
