"""Two thousand people want thirty seats at once, over HTTP, and half of the lucky ones cancel.

The last tests take the guards away and show that the same checker then sees the oversell: a rig
that cannot fail proves nothing.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text, update
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.tables import table
from gridcrm.events import seats
from gridcrm.events.models import Event
from gridcrm.events.seats import Hall
from tests import make
from tests.cast import Cast, give_token, hire
from tests.race.checker import Call, judge
from tests.race.serving import Line, servers

SEATS = 30
PEOPLE = 1900
TWICE = 100
IN_FLIGHT = 200


class Asking(Protocol):
    """Something that sends a request and returns status and content."""

    async def ask(self, method: str, path: str, **body: Any) -> tuple[int, Any]: ...


@dataclass
class Rush:
    """An event with thirty seats, those who want one, and a manager's token."""

    event_id: int
    people: list[int]
    token: dict[str, str]
    calls: list[Call] = field(default_factory=list)
    refused: list[tuple[int, Any]] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    async def register(self, line: Asking, customer_id: int) -> dict[str, Any]:
        path = f"/api/v1/events/{self.event_id}/registrations"
        start = time.monotonic()
        status, made = await line.ask("POST", path, customer_id=customer_id)
        if status != 201:
            self.refused.append((status, made))
            return {}
        self.calls.append(Call(start, time.monotonic(), made["id"], made["state"]))
        found: dict[str, Any] = made
        return found

    async def come_and_perhaps_cancel(self, line: Asking, customer_id: int) -> None:
        made = await self.register(line, customer_id)
        chance = 0.5 if made.get("state") == "confirmed" else 0.05
        if made and self.dice.random() < chance:
            path = f"/api/v1/events/{self.event_id}/registrations/{made['id']}"
            status, answer = await line.ask("DELETE", path)
            if status != 200:
                self.refused.append((status, answer))

    async def run(self, urls: list[str], wanted: list[int]) -> None:
        """Two hundred people at a time, each on a connection of their own."""

        async def one(url: str) -> None:
            async with Line(url, self.token) as line:
                while wanted:
                    await self.come_and_perhaps_cancel(line, wanted.pop())

        await asyncio.gather(*(one(urls[n % len(urls)]) for n in range(IN_FLIGHT)))


async def arrange(session: AsyncSession, cast: Cast, people: int) -> tuple[int, list[int]]:
    event = make.event(cast.a, cast.hang, capacity=SEATS)
    guests = [make.customer(cast.a) for _ in range(people)]
    session.add_all([event, *guests])
    await session.flush()
    session.add_all(make.seats(event))
    return event.id or 0, [guest.id or 0 for guest in guests]


@pytest.mark.slow
async def test_thirty_seats_hold_against_two_thousand_people(
    settings: Settings, database_kind: str
):
    database = Database(settings.database_url, settings.secret)
    now = datetime.now(UTC)
    async with database.transaction() as session:
        cast = await hire(session, now)
        event_id, people = await arrange(session, cast, PEOPLE)
    rush = Rush(event_id, people, await give_token(database, cast.hang, now))
    await database.close()
    wanted = people + rush.dice.sample(people, TWICE)
    rush.dice.shuffle(wanted)

    async with servers(settings, 1 if database_kind == "sqlite" else 2) as urls:
        await rush.run(urls, wanted)

    async with database.read() as session:
        verdict = await judge(session, event_id, rush.calls)
        event = await session.get(Event, event_id)
    await database.close()
    assert rush.refused == []
    assert verdict.faults == []
    assert (verdict.most_confirmed, event and event.taken) == (SEATS, SEATS)
    assert len(rush.calls) == PEOPLE + TWICE
    assert verdict.promotions > 10


# ------------------------------------------------------------- with the guards taken away


@pytest.fixture
async def rush(database: Database, cast: Cast) -> Rush:
    now = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    async with database.transaction() as session:
        event_id, people = await arrange(session, cast, 120)
    return Rush(event_id, people, await give_token(database, cast.hang, now))


@dataclass
class Inside:
    """Asks the application in this process, in which the guards can be taken away."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        answer = await self.client.request(method, path, json=body or None)
        return answer.status_code, answer.json()


@pytest.fixture
async def line(app: Litestar, rush: Rush) -> AsyncIterator[Inside]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=rush.token
    ) as client:
        yield Inside(client)


@pytest.fixture
def look_without_lock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a seat only looks, in a transaction of its own, and acts later."""

    async def look(_session: AsyncSession, event_id: int, _branch_id: int | None = None) -> Hall:
        async with database.read() as session:
            event = (await session.exec(select(Event).where(Event.id == event_id))).one()
        return Hall(event_id, event.branch_id, event.state, event.capacity, event.taken)

    monkeypatch.setattr(seats, "lock", look)


@pytest.fixture
async def trust_what_was_seen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seats are counted by what was seen, and the table's CHECK is switched off."""
    events = table("event")

    async def act(session: AsyncSession, hall: Hall, size: int) -> Hall | None:
        if hall.taken + size > hall.capacity:
            return None
        more = update(events).where(events.c.id == hall.event_id)
        await seats.run(session, more.values(taken=events.c.taken + size))
        return replace(hall, taken=hall.taken + size)

    async def nowhere(*_: object) -> None:
        """There are no seats to assign any more."""

    monkeypatch.setattr(seats, "take", act)
    monkeypatch.setattr(seats, "assign", nowhere)
    unchecked = (
        "PRAGMA ignore_check_constraints = ON"
        if database.is_sqlite
        else "ALTER TABLE event DROP CONSTRAINT ck_event_seats"
    )
    async with database.transaction() as session:
        await session.exec(text(unchecked))  # type: ignore[call-overload]


async def verdict_of(database: Database, rush: Rush, line: Asking) -> Any:
    await asyncio.gather(*(rush.register(line, customer_id) for customer_id in rush.people))
    async with database.read() as session:
        return await judge(session, rush.event_id, rush.calls)


@pytest.mark.usefixtures("look_without_lock", "trust_what_was_seen")
async def test_without_the_guards_the_same_checker_sees_the_oversell(
    database: Database, rush: Rush, line: Asking
):
    verdict = await verdict_of(database, rush, line)
    assert verdict.most_confirmed > SEATS
    assert any(fault.startswith("oversold:") for fault in verdict.faults)
    assert any(fault.startswith("oversold at the end") for fault in verdict.faults)


@pytest.mark.usefixtures("look_without_lock")
async def test_without_the_lock_alone_the_tables_still_hold(
    database: Database, rush: Rush, line: Asking
):
    verdict = await verdict_of(database, rush, line)
    assert verdict.most_confirmed == SEATS
    assert not any("oversold" in fault for fault in verdict.faults)
