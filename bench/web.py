"""A server with the demo branch: pages as people open them, and a rush for 30 seats."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bench import house
from bench.server import Answer, Request, Server, ask_all, serving
from bench.timing import percentiles
from gridcrm.accounts.acting import acting
from gridcrm.branches.models import Branch
from gridcrm.core.settings import Settings
from gridcrm.core.tables import stored
from gridcrm.customers.models import Customer
from gridcrm.events.models import Event
from gridcrm.web.demo import build

REGISTRATIONS = 2_000
SEATS = 30
AT_ONCE = 64
PAGE_REQUESTS = 200
READERS = 8
_PATHS = {
    "health_check": "/healthz",
    "today": "/",
    "customers": "/customers",
    "map": "/map",
    "map_frame": "/map/frame",
}


@dataclass(frozen=True)
class _Demo:
    """The demo branch as its manager and the manager's programs reach it."""

    customer_ids: list[int]
    event_id: int
    cookies: dict[str, str]
    token: dict[str, str]


def run(
    registrations: int = REGISTRATIONS, requests: int = PAGE_REQUESTS, seats: int = SEATS
) -> dict[str, Any]:
    """Return how fast the server answers, and the memory that it takes."""
    with house.installation() as settings:
        start = time.perf_counter()
        demo = asyncio.run(_build(settings))
        built_s = round(time.perf_counter() - start, 1)
        with serving(settings) as server:
            memory = {"started": server.memory_mb()}
            event_id = asyncio.run(_open_event(server, demo, seats))
            rush = asyncio.run(_rush(server, demo, event_id, registrations, seats))
            pages = asyncio.run(_pages(server, demo, event_id, requests))
            memory["after"] = server.memory_mb()
    return {
        "demo_built_seconds": built_s,
        "customers": len(demo.customer_ids),
        "registrations": rush,
        "pages": pages,
        "memory_mb": memory,
    }


async def _build(settings: Settings) -> _Demo:
    """Make the demo branch of `gridcrm demo` around the present moment."""
    now = datetime.now(UTC)
    where = await asyncio.to_thread(build.setting, None)
    async with house.opened(settings) as app:
        async with app.state.database.transaction() as session:
            await build.build(session, where, now, _silent)
        async with app.state.database.transaction() as session:
            return await _keys(session, now)


async def _keys(session: AsyncSession, now: datetime) -> _Demo:
    found = await session.exec(select(Branch.id).where(Branch.code == build.CODE))
    branch_id = stored(found.one())
    who = await acting(session, branch_id, "manager")
    cookies, token = await house.give_keys(session, who, now)
    ids = await session.exec(select(Customer.id).where(Customer.branch_id == branch_id))
    largest = select(Event.id).where(Event.branch_id == branch_id).order_by(col(Event.taken).desc())
    event_id = stored((await session.exec(largest)).first())
    return _Demo([stored(number) for number in ids], event_id, cookies, token)


async def _open_event(server: Server, demo: _Demo, seats: int) -> int:
    starts_at = datetime.now(UTC) + timedelta(days=3)
    plan = {"template": "tea_salon", "starts_at": starts_at.isoformat(), "capacity": seats}
    (answer,) = await ask_all(server, demo.token, [_post("/api/v1/events", plan)], 1)
    made = json.loads(answer.content)
    assert answer.status == 201, made
    assert made["state"] == "open_for_invite", made
    return int(made["id"])


async def _rush(
    server: Server, demo: _Demo, event_id: int, registrations: int, seats: int
) -> dict[str, Any]:
    """Register customers all at once; exactly as many as there are seats may get one."""
    path = f"/api/v1/events/{event_id}/registrations"
    asked = [_post(path, {"customer_id": number}) for number in demo.customer_ids[:registrations]]
    answers, figures = await _load(server, demo.token, asked, AT_ONCE)
    outcomes = Counter(_outcome(answer) for answer in answers)
    assert outcomes == Counter(confirmed=seats, waitlisted=len(asked) - seats), outcomes
    return {"in_flight": AT_ONCE, **outcomes, **figures}


async def _pages(server: Server, demo: _Demo, event_id: int, requests: int) -> dict[str, Any]:
    cookie = "; ".join(f"{name}={value}" for name, value in demo.cookies.items())
    paths = _PATHS | {
        "event": f"/events/{demo.event_id}",
        "event_after_the_rush": f"/events/{event_id}",
    }
    found: dict[str, Any] = {"in_flight": READERS}
    for name, path in paths.items():
        asked = [Request("GET", path)] * requests
        answers, found[name] = await _load(server, {"cookie": cookie}, asked, READERS)
        assert {answer.status for answer in answers} == {200}, (path, answers[0].status)
        found[name]["bytes"] = len(answers[0].content)
    return found


async def _load(
    server: Server, headers: dict[str, str], asked: list[Request], in_flight: int
) -> tuple[list[Answer], dict[str, Any]]:
    """Return the answers, and how fast they came; the server's own time does not see its rivals."""
    cpu_ms, start = server.cpu_ms(), time.perf_counter()
    answers = await ask_all(server, headers, asked, in_flight)
    spent_s = time.perf_counter() - start
    figures: dict[str, Any] = {"per_second": round(len(asked) / spent_s)}
    figures |= percentiles([answer.spent_ms for answer in answers])
    figures["cpu_ms_each"] = round((server.cpu_ms() - cpu_ms) / len(asked), 2)
    return answers, figures


def _outcome(answer: Answer) -> str:
    assert answer.status == 201, answer.content[:400]
    return str(json.loads(answer.content)["state"])


def _post(path: str, values: Mapping[str, Any]) -> Request:
    return Request("POST", path, json.dumps(values).encode())


def _silent(_done: int, _total: int, _what: str) -> None:
    """Say nothing about how far the demo has got."""
