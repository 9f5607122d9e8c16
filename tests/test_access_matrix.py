"""Every route × every role × own and other branch, generated from the router.

What each route needs stands in tests/access_table.py, apart from the code, so that a change of a
right is seen twice. A refusal must leave the database as it was.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text

from gridcrm.core import transaction
from gridcrm.core.db import Database
from gridcrm.core.policy import for_programs, http_handlers
from gridcrm.core.who import Who
from tests.access_table import ACCESS, ALSO, PUBLIC
from tests.cast import Cast, give_token, seat
from tests.conftest import Clock, make_browser
from tests.world import World, build

EXAMPLES: dict[str, dict[str, Any]] = {
    "GET /exports/new": {"params": {"kind": "segment", "id": "{segment_id}"}},
    "POST /exports": {"data": {"kind": "segment", "id": "{segment_id}"}},
    "GET /outcomes/funnel/people": {"params": {"stage": "attended"}},
    "GET /api/v1/customers": {"params": {"branch": "{code}"}},
    "GET /api/v1/exports": {"params": {"branch": "{code}"}},
}
"""What a route needs beside its path before it can find anything."""
RIGHTLY_ABSENT = {
    "POST /me/tokens/{token_id:int}/revoke": "a token is its owner's alone",
    "GET /customers/imports/{import_id:int}/refused.csv": "nothing of this file was refused",
    "POST /outcomes/import/commit": "no file was checked before",
}
OUTSIDE = {"/static/{file_path:path}", "/static"}
REFUSED = (401, 403, 404)


@dataclass(frozen=True)
class Door:
    """One method of one route and the parameters in its path."""

    method: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def has_object(self) -> bool:
        return bool(
            re.search(r"{(?!purpose|token|slug|label_id|collection_id|[zxy]:)\w+:", self.path)
        )

    @property
    def rights(self) -> tuple[str, ...]:
        return (ACCESS[self.name], *ALSO.get(self.name, ()))

    def url(self, things: dict[str, Any]) -> str:
        return re.sub(r"{(\w+):\w+}", lambda found: str(things[found[1]]), self.path)

    def example(self, things: dict[str, Any]) -> dict[str, Any]:
        return {
            part: {name: value.format(**things) for name, value in values.items()}
            for part, values in EXAMPLES.get(self.name, {}).items()
        }


def doors(app: Litestar) -> Iterator[Door]:
    for path, handler in http_handlers(app):
        if path not in OUTSIDE and not path.startswith("/schema"):
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield Door(method, path)


@pytest.fixture
async def world(database: Database, cast: Cast, clock: Clock) -> World:
    async with database.transaction() as session:
        return await build(session, cast, clock.now)


@pytest.fixture
async def clients(
    app: Litestar, database: Database, cast: Cast, clock: Clock, world: World
) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A client for each person: a session for pages and a token for the API."""
    made = {}
    for name, who in cast.people.items():
        client = make_browser(app)
        await client.get("/sign-in")
        client.headers["x-csrftoken"] = client.cookies["gridcrm_csrf"]
        await seat(database, client, who, clock.now)
        client.headers.update(await give_token(database, who, clock.now))
        made[name] = client
    yield made
    for client in made.values():
        await client.aclose()


async def test_every_route_stands_in_the_table_and_the_table_names_no_other(app: Litestar):
    assert {door.name for door in doors(app)} == set(ACCESS)


async def test_a_stranger_gets_nowhere(app: Litestar, world: World):
    stranger = make_browser(app)
    await stranger.get("/sign-in")
    stranger.headers["x-csrftoken"] = stranger.cookies["gridcrm_csrf"]
    let_in = []
    for door in doors(app):
        if ACCESS[door.name] != PUBLIC:
            answer = await stranger.request(door.method, door.url(world.a))
            refused = answer.status_code == 401 or answer.headers.get("location", "").startswith(
                "/sign-in"
            )
            if not refused:
                let_in.append((door.name, answer.status_code))
    assert let_in == []


async def test_a_missing_right_is_403_and_another_branch_is_404_and_neither_changes_anything(
    app: Litestar, database: Database, cast: Cast, world: World, clients: dict[str, Any]
):
    wrong = []
    for door in doors(app):
        before = await _digest(database)
        for name, who in cast.people.items():
            expected, things = _refusal(door, who, world)
            if expected is None:
                continue
            answer = await clients[name].request(door.method, door.url(things))
            if answer.status_code != expected:
                wrong.append(f"{door.name} as {name}: {answer.status_code} instead of {expected}")
        if await _digest(database) != before:
            wrong.append(f"{door.name}: a refusal changed the database")
    assert not wrong, "\n" + "\n".join(wrong)


async def test_who_has_the_right_gets_in_at_the_own_branch(
    app: Litestar,
    cast: Cast,
    world: World,
    clients: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
):
    async def look_only(_scope: object, session: Any, _messages: object) -> None:
        await session.rollback()

    monkeypatch.setattr(transaction, "_finish", look_only)
    wrong = []
    for door in doors(app):
        for name, who in cast.people.items():
            if PUBLIC in door.rights or not _may(who, door) or name == "ming":
                continue
            things = world.b if name == "bo" else world.a
            asked = door.example(things)
            if for_programs(door.path) and who.all_branches:
                asked.setdefault("params", {"branch": things["code"]})
            answer = await clients[name].request(door.method, door.url(things), **asked)
            absent = door.name in RIGHTLY_ABSENT and answer.status_code == 404
            if not absent and (answer.status_code in REFUSED or answer.status_code >= 500):
                wrong.append(f"{door.name} as {name}: {answer.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


def _refusal(door: Door, who: Who, world: World) -> tuple[int | None, dict[str, Any]]:
    own, other = (world.b, world.a) if who.display_name == "Bo" else (world.a, world.b)
    if PUBLIC in door.rights:
        return None, own
    if not _may(who, door):
        return 403, own
    if door.has_object and not who.all_branches and "token_id" not in door.path:
        return 404, other
    return None, own


def _may(who: Who, door: Door) -> bool:
    return all(who.may(right) for right in door.rights)


async def _digest(database: Database) -> object:
    """Return something that differs when any row of any table does."""
    async with database.read() as session:
        if database.is_sqlite:
            return (await session.exec(text("PRAGMA data_version"))).scalar_one()  # type: ignore[call-overload]
        names = await session.exec(  # type: ignore[call-overload]
            text("select tablename from pg_tables where schemaname = 'public' order by 1")
        )
        parts = [
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \"{n}\" t"
            for n in names.scalars().all()
        ]
        return (await session.exec(text(" union all ".join(parts)))).scalars().all()  # type: ignore[call-overload]
