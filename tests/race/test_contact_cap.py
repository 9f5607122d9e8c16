"""Six events invite the same people in the same second; nobody may be asked more than twice a month.

The last test takes the lock away and lets all look before any writes: the same count then sees
people who were asked six times, so it can fail.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.events import inviting, planning
from gridcrm.events.eligibility import TOUCHES_A_MONTH
from gridcrm.events.forms import EventIn
from gridcrm.events.inviting import Selection
from gridcrm.events.models import Event, Invitation, InvitationState, Suppression
from gridcrm.segments.models import Segment
from tests import make
from tests.cast import Cast
from tests.conftest import NOON

EVENTS, PEOPLE = 6, 5


@pytest.fixture
async def rush(database: Database, cast: Cast) -> tuple[list[int], int]:
    """Six open events of branch A, and a segment of five people who agreed to SMS."""
    async with database.transaction() as session:
        days = [NOON + timedelta(days=n + 1) for n in range(EVENTS)]
        events = [make.event(cast.a, cast.hang, starts_at=day) for day in days]
        people = [make.customer(cast.a) for _ in range(PEOPLE)]
        everybody = Segment(
            branch_id=cast.a.id, name_zh="全部", name_en="All", created_at=NOON,
            predicate={"all": [{"kind": "age_band", "min_age": 1}]},
        )  # fmt: skip
        session.add_all([*events, *people, everybody])
        await session.flush()
        session.add_all([make.consent(person) for person in people])
        return [event.id or 0 for event in events], everybody.id or 0


async def invite_all(database: Database, cast: Cast, rush: tuple[list[int], int]) -> None:
    events, segment = rush

    async def one(event_id: int) -> None:
        async with database.transaction() as session:
            await inviting.invite(session, cast.hang, event_id, segment, NOON)

    await asyncio.gather(*map(one, events))


async def asked(database: Database) -> Counter[int]:
    """Return how often each person was asked."""
    sent = select(Invitation.customer_id).where(Invitation.state == InvitationState.SENT)
    async with database.read() as session:
        return Counter(await session.exec(sent))


async def test_nobody_is_asked_more_often_than_the_cap_by_events_that_invite_at_once(
    database: Database, cast: Cast, rush: tuple[list[int], int]
):
    await invite_all(database, cast, rush)

    assert set((await asked(database)).values()) == {TOUCHES_A_MONTH}
    async with database.read() as session:
        capped = select(Invitation).where(Invitation.reason == Suppression.CAP_REACHED)
        left_out = (await session.exec(capped)).all()
    assert len(left_out) == PEOPLE * (EVENTS - TOUCHES_A_MONTH)


async def test_inviting_and_changing_the_same_events_at_once_lock_in_one_order(
    database: Database, cast: Cast, rush: tuple[list[int], int]
):
    async def change(event_id: int) -> None:
        async with database.transaction() as session:
            starts_at = (await session.get_one(Event, event_id)).starts_at
            form = EventIn(template="tea_salon", starts_at=starts_at, capacity=4)
            await planning.change(session, cast.hang, event_id, form, NOON)

    await asyncio.gather(invite_all(database, cast, rush), *map(change, rush[0]))

    assert set((await asked(database)).values()) == {TOUCHES_A_MONTH}


async def test_without_the_lock_the_same_count_sees_people_asked_too_often(
    database: Database,
    database_kind: str,
    cast: Cast,
    rush: tuple[list[int], int],
    monkeypatch: pytest.MonkeyPatch,
):
    if database_kind == "sqlite":
        pytest.skip("SQLite has one writer, who is alone with or without a lock")
    together = asyncio.Barrier(EVENTS)
    decide = inviting._decide

    async def no_lock(*_: Any) -> None:
        return None

    async def all_look_before_any_writes(*args: Any) -> Selection:
        found = await decide(*args)
        await together.wait()
        return found

    monkeypatch.setattr(inviting, "lock_branch", no_lock)
    monkeypatch.setattr(inviting, "_decide", all_look_before_any_writes)

    await invite_all(database, cast, rush)

    assert max((await asked(database)).values()) == EVENTS > TOUCHES_A_MONTH
