"""The ready-made labels, and a few people of branch A."""

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.labels import queries
from gridcrm.labels.models import Label
from gridcrm.labels.seed import seed
from tests import make
from tests.cast import Cast

PORTRAIT = "visual.photography.portrait"
TRAVEL_PHOTO = "visual.photography.travel_photo"
CHOIR = "stage.singing.choir"


@pytest.fixture
async def labels(database: Database) -> dict[str, Label]:
    """All labels by slug."""
    async with database.transaction() as session:
        await seed(session)
        return {label.slug: label for label in await queries.tree(session)}


@pytest.fixture
async def people(database: Database, cast: Cast) -> list[Customer]:
    """Twelve customers of branch A."""
    async with database.transaction() as session:
        made = [make.customer(cast.a) for _ in range(12)]
        session.add_all(made)
        return made


async def carried(session: AsyncSession, customer: Customer) -> dict[str, float]:
    """Return slug → confidence of a customer's labels."""
    found = await queries.of_customer(session, customer.id or 0)
    return {label.slug: row.confidence for row, label in found}
