"""One migrated database of each kind per session, one fresh copy per test."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.app import create_app
from gridcrm.core import i18n
from gridcrm.core.db import Database
from gridcrm.core.i18n import Language
from gridcrm.core.migrate import upgrade
from gridcrm.core.settings import Settings
from tests.cast import Cast, hire
from tests.chromium import chromium  # noqa: F401 - a fixture for every folder
from tests.postgres import Server, start_server

SECRET = "test-secret-" + "x" * 40
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""Saturday noon in Shanghai."""


class Clock:
    """The time that the application sees; a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def english() -> None:
    """Errors are read in English unless a test says otherwise."""
    i18n.use(Language.EN)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with start_server() as server:
        upgrade(server.url("migrated", create=True))
        yield server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `database_url` on each database."""
    if "database_kind" in metafunc.fixturenames:
        only = os.environ.get("GRIDCRM_TEST_DATABASES", "sqlite,postgres").split(",")
        kinds = [
            pytest.param("postgres", marks=pytest.mark.postgres) if kind == "postgres" else kind
            for kind in only
        ]
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        path = tmp_path / "test.db"
        shutil.copy(template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    yield server.url("migrated")
    server.empty("migrated")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database_url, secret=SECRET)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application, put together once; each test gives it a database and a clock."""
    folder = tmp_path_factory.mktemp("assembled")
    return create_app(Settings(folder, f"sqlite+aiosqlite:///{folder}/none.db", SECRET))


@pytest.fixture
async def app(assembled: Litestar, settings: Settings, clock: Clock) -> AsyncIterator[Litestar]:
    assembled.state.settings = settings
    assembled.state.database = Database(settings.database_url, settings.secret)
    assembled.state.clock = clock
    for name in ("rate_limit", "replies", "looks_at_replies", "feeds"):
        await assembled.stores.get(name).delete_all()
    async with assembled.lifespan():
        yield assembled


@pytest.fixture
def database(app: Litestar) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A session to arrange and to look; commits when the test says so."""
    async with database.write() as made:
        yield made


@pytest.fixture
async def cast(database: Database) -> Cast:
    """Two branches and the people of `tests/cast.py`."""
    async with database.transaction() as session:
        return await hire(session, NOON)


class Browser(httpx.AsyncClient):
    """A client that behaves like a browser: cookies, CSRF token, no redirects followed."""

    async def post_form(self, path: str, **fields: object) -> httpx.Response:
        data = {name: value for name, value in fields.items() if value is not None}
        return await self.post(path, data=data)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Browser]:
    """A browser in which nobody is signed in."""
    async with make_browser(app) as made:
        await made.get("/sign-in")
        made.headers["x-csrftoken"] = made.cookies["gridcrm_csrf"]
        yield made


def make_browser(app: Litestar) -> Browser:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return Browser(transport=transport, base_url="http://test", headers={"accept-language": "en"})


def in_thread(function: object, *args: object) -> object:
    """Run something that starts its own event loop (Alembic does)."""
    return asyncio.to_thread(function, *args)  # type: ignore[arg-type]
