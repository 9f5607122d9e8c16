"""People and an event to play with, and the programs that act for the cast."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlmodel import SQLModel

from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import Browser, Clock, make_browser


@dataclass
class Scene:
    """An open event of branch A with four seats, and ten people of that branch."""

    event: Event
    people: list[Customer]

    @property
    def path(self) -> str:
        return f"/events/{self.event.id}"


@pytest.fixture
async def scene(database: Database, cast: Cast) -> Scene:
    async with database.transaction() as session:
        people = [make.customer(cast.a) for _ in range(10)]
        event = make.event(cast.a, cast.hang)
        session.add_all([event, *people])
        await session.flush()
        session.add_all(make.seats(event))
        return Scene(event, people)


class Program(Browser):
    """A program that talks to the API for somebody."""

    async def ask(self, method: str, path: str, expected: int = 200, **body: Any) -> Any:
        answer = await self.request(method, f"/api/v1{path}", json=body or None)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
async def program(
    app: Litestar, database: Database, clock: Clock
) -> Callable[[Who], Awaitable[Program]]:
    async def made(who: Who) -> Program:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        client = Program(transport=transport, base_url="http://test")
        client.headers.update(await give_token(database, who, clock.now))
        client.headers["accept-language"] = "en"
        return client

    return made


@pytest.fixture
def visitor(app: Litestar) -> Browser:
    """A browser in which nobody is signed in."""
    return make_browser(app)


@pytest.fixture
async def sit(database: Database, browser: Browser, clock: Clock) -> Any:
    async def down(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return down


async def change(database: Database, row: SQLModel, **values: Any) -> None:
    async with database.transaction() as session:
        session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
