"""A segment of people of whom most may not be called, each for another reason."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent.models import ConsentState, Purpose
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event, InvitationState, RegistrationState
from gridcrm.grids.models import GridCell
from gridcrm.segments.models import Segment
from tests import make
from tests.cast import Cast
from tests.conftest import NOON


@dataclass
class Town:
    """Nine elders of branch A, a youth, and somebody of branch B."""

    segment: Segment
    cell: GridCell
    event: Event
    people: dict[str, Customer]


@pytest.fixture
async def town(database: Database, cast: Cast) -> Town:
    async with database.transaction() as session:
        return await _build(session, cast)


async def _build(session: AsyncSession, cast: Cast) -> Town:
    cell = make.cell(cast.a, await make.plan(session, cast.a, cast.hang), lead_id=cast.zhou.user_id)
    segment = Segment(
        branch_id=cast.a.id, name_zh="长者", name_en="Elders", created_at=NOON,
        predicate={"all": [{"kind": "age_band", "min_age": 60}]},
    )  # fmt: skip
    event = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=10))
    session.add_all([cell, segment, event])
    await session.flush()
    elder = {"birth_year": 1955, "cell_id": cell.id}
    people = {
        "agrees": make.customer(
            cast.a, name="欧阳小三", number="C-1", phone="13800138001", **elder
        ),
        "agreed_too": make.customer(cast.a, name="李四", phone="13800138002", **elder),
        "asked_nothing": make.customer(cast.a, **elder),
        "withdrew": make.customer(cast.a, **elder),
        "do_not_contact": make.customer(cast.a, do_not_contact=True, **elder),
        "deceased": make.customer(cast.a, deceased=True, **elder),
        "staff": make.customer(cast.a, is_staff=True, **elder),
        "complains": make.customer(cast.a, open_complaint=True, **elder),
        "no_phone": make.customer(cast.a, phone=None, **elder),
        "youth": make.customer(cast.a, birth_year=2000, owner_id=cast.ming.user_id),
        "stranger": make.customer(cast.b, birth_year=1955),
    }
    session.add_all(people.values())
    await session.flush()
    for name, person in people.items():
        if name not in {"asked_nothing", "withdrew"}:
            session.add(make.consent(person, Purpose.MARKETING_CALL))
    session.add(
        make.consent(
            people["withdrew"],
            Purpose.MARKETING_CALL,
            state=ConsentState.WITHDRAWN,
            withdrawn_at=NOON - timedelta(days=1),
        )
    )
    session.add_all(_evening(event, people))
    return Town(segment, cell, event, people)


def _evening(event: Event, people: dict[str, Customer]) -> list[object]:
    no_show = {"state": RegistrationState.NO_SHOW, "checked_in_at": None}
    return [
        make.invitation(event, people["agrees"], state=InvitationState.ACCEPTED),
        make.invitation(event, people["agreed_too"]),
        make.invitation(
            event, people["complains"], state=InvitationState.SUPPRESSED, reason="open_complaint"
        ),
        make.registration(event, people["agrees"], party_size=2),
        make.registration(event, people["agreed_too"], **no_show),
        make.registration(event, people["youth"], customer_id=None, guest_name="路人"),
    ]
