"""A salon that people came to, and a customer whom everybody in these tests knows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event
from tests import make
from tests.cast import Cast
from tests.conftest import NOON


@dataclass
class Salon:
    """A tea salon ten days ago; `guest` came, `stranger` belongs to branch B."""

    event: Event
    guest: Customer
    absent: Customer
    stranger: Customer


@pytest.fixture
async def salon(database: Database, cast: Cast) -> Salon:
    async with database.transaction() as session:
        event = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=10), title="花茶茶艺")
        guest = make.customer(
            cast.a, number="C-GUEST", phone="13800138001", owner_id=cast.zhou.user_id
        )
        absent = make.customer(cast.a, number="C-ABSENT", owner_id=cast.zhou.user_id)
        stranger = make.customer(cast.b, number="C-B", phone="13800138002")
        session.add_all([event, guest, absent, stranger])
        await session.flush()
        session.add_all([make.registration(event, guest), make.invitation(event, guest)])
    return Salon(event, guest, absent, stranger)


@pytest.fixture
async def write(database: Database) -> AsyncIterator[AsyncSession]:
    """A session whose changes are kept at the end of the test's block."""
    async with database.transaction() as session:
        yield session
