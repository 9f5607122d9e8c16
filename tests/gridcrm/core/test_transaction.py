"""Retries with an idempotency key: one effect, one answer, whatever the line does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.models import KeptAnswer
from gridcrm.customers.models import Customer
from tests.cast import Cast, give_token
from tests.conftest import Clock

PATH = "/api/v1/branches/A001/customers:import"
BEGIN, REST = "姓名,手机号\n王小,13800000001\n".encode(), "李大,13800000002\n".encode()
MB = 1024 * 1024


class Line:
    """A program on the wire: sends a body in the pieces that a test says, or is cut off."""

    def __init__(self, app: Litestar, token: dict[str, str]) -> None:
        self.app = app
        self.headers = token | {"content-type": "text/csv", "idempotency-key": "one"}
        self.heard = 0

    async def send(self, *pieces: bytes, cut: bool = False) -> int:
        events = self._events(pieces, cut=cut)
        answers: list[Any] = []

        async def receive() -> Any:
            return next(events)

        async def send(message: Any) -> None:
            answers.append(message)

        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        scope: Any = {
            "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("test", 80),
        }  # fmt: skip
        await self.app(scope, receive, send)
        return int(answers[0]["status"])

    def _events(self, pieces: tuple[bytes, ...], *, cut: bool) -> Iterator[Any]:
        for n, piece in enumerate(pieces, 1):
            self.heard, more = n, cut or n < len(pieces)
            yield {"type": "http.request", "body": piece, "more_body": more}
        while True:
            yield {"type": "http.disconnect"}


@pytest.fixture
async def line(app: Litestar, cast: Cast, database: Database, clock: Clock) -> Line:
    return Line(app, await give_token(database, cast.hang, clock.now))


async def people(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(await session.exec(select(Customer.name)))


async def keys(database: Database) -> list[str]:
    async with database.read() as session:
        return sorted(await session.exec(select(KeptAnswer.key)))


async def test_a_file_cut_off_on_its_way_leaves_nothing_and_its_retry_is_taken_in(
    line: Line, database: Database
):
    cut = await line.send(BEGIN, cut=True)
    assert (cut >= 400, await people(database), await keys(database)) == (True, [], [])

    assert await line.send(BEGIN, REST) == 200
    assert await people(database) == ["李大", "王小"]


async def test_a_key_is_no_way_around_the_largest_body(line: Line, database: Database):
    assert await line.send(*([b"x" * MB] * 40)) == 413
    assert (line.heard, await keys(database)) == (22, [])


async def test_answers_are_kept_for_two_days(line: Line, database: Database, cast: Cast):
    async with database.transaction() as session:
        session.add(kept(cast, "old", timedelta(days=2, minutes=1)))
        session.add(kept(cast, "recent", timedelta(days=2, minutes=-1)))

    assert await line.send(BEGIN) == 200
    assert await keys(database) == ["one", "recent"]


def kept(cast: Cast, key: str, age: timedelta) -> KeptAnswer:
    return KeptAnswer(
        actor_id=cast.hang.user_id,
        key=key,
        request_hash="",
        status=200,
        content_type="text/plain",
        body=b"",
        created_at=datetime.now(UTC) - age,
    )
