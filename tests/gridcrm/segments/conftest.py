"""A branch with thirty people of known ages, tiers, labels and consents."""

from dataclasses import dataclass

import pytest

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer, Tier
from gridcrm.labels import queries as labels
from gridcrm.labels import service as labelling
from gridcrm.labels.models import Label, LabelSource
from gridcrm.labels.seed import seed as seed_labels
from gridcrm.segments.seed import seed as seed_segments
from tests import make
from tests.cast import Cast
from tests.conftest import NOON

CHOIR = "stage.singing.choir"


@dataclass
class Town:
    """The first ten are seniors, every third person is private; the first five sing in a choir.

    Zhou looks after the first three; twelve have agreed to SMS; five more live in branch B.
    """

    people: list[Customer]
    others: list[Customer]
    choir: Label


@pytest.fixture
async def town(database: Database, cast: Cast) -> Town:
    async with database.transaction() as session:
        await seed_labels(session)
        await seed_segments(session)
        people = [
            make.customer(
                cast.a,
                birth_year=1950 if n < 10 else 1990,
                tier=Tier.PRIVATE if n % 3 == 0 else Tier.MASS,
                owner_id=cast.zhou.user_id if n < 3 else None,
            )
            for n in range(30)
        ]
        others = [make.customer(cast.b, birth_year=1950) for _ in range(5)]
        session.add_all([*people, *others])
        await session.flush()
        session.add_all([make.consent(one) for one in people[:12]])
        choir = (await labels.by_slugs(session, [CHOIR]))[CHOIR]
        singers = [one.id or 0 for one in people[:5]]
        await labelling.assign(session, cast.wang, singers, choir, LabelSource.OWN_STATEMENT, NOON)
        return Town(people, others, choir)
