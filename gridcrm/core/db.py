"""The database: one writer and many readers on SQLite, a pool on PostgreSQL."""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit

SAFE_SQLITE = (3, 51, 3)
"""Before this version two connections that write to a WAL file can corrupt it (SQLite news)."""
_READERS = 8
_SILENT = {"hide_parameters": True}
"""A statement that fails is logged without its values: they are people's names and numbers."""
_THREAD_TURN_S = 0.0005
"""Each statement visits SQLite's thread and comes back; turns of 5 ms make a busy server wait."""
_WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "temp_store=MEMORY",
    "cache_size=-32000",
)
_READER_PRAGMAS = ("busy_timeout=30000", "temp_store=MEMORY", "cache_size=-32000")


class Database:
    """The two ways to a session: `read()` and, in one transaction, `transaction()`."""

    def __init__(self, url: str, audit_key: str) -> None:
        """Open nothing yet; the first use connects."""
        self.url = url
        self.audit_key = audit_key.encode()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writer = _sqlite_writer(url) if self.is_sqlite else _postgres(url)
        self._reader = _sqlite_reader(url) if self.is_sqlite else self._writer
        self.write = async_sessionmaker(
            self._writer, class_=AsyncSession, expire_on_commit=False, autoflush=False
        )
        self.read = async_sessionmaker(
            self._reader if self.is_sqlite else _read_only(self._writer),
            class_=AsyncSession,
            expire_on_commit=False,
            autoflush=False,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that commits with its audit entries, or leaves nothing behind."""
        async with self.write() as session, session.begin():
            yield session
            await self.seal(session)

    async def seal(self, session: AsyncSession) -> None:
        """Write the pending changes and their audit entries, last of all before the commit."""
        await session.flush()
        await audit.seal(session, self.audit_key)

    async def open(self) -> None:
        """Connect the writer, so that readers find the write-ahead log."""
        if self.is_sqlite:
            sys.setswitchinterval(_THREAD_TURN_S)
        async with self._writer.connect():
            pass

    async def version(self) -> str:
        """Return the version of the database server or library."""
        ask = "select sqlite_version()" if self.is_sqlite else "show server_version"
        async with self.read() as session:
            return str((await session.exec(text(ask))).scalar_one())  # type: ignore[call-overload]

    async def close(self) -> None:
        """Give every connection back."""
        await self._reader.dispose()
        await self._writer.dispose()


def sqlite_version_is_safe() -> bool:
    """Return whether this SQLite is free of the WAL-reset fault."""
    return sqlite3.sqlite_version_info >= SAFE_SQLITE


def prepare_sqlite(engine: AsyncEngine, pragmas: tuple[str, ...], begin: str) -> None:
    """Set the pragmas on every connection and say how its transactions begin."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _sqlite_writer(url: str) -> AsyncEngine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, **_SILENT)
    prepare_sqlite(engine, _WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    return engine


def _sqlite_reader(url: str) -> AsyncEngine:
    path = Path(make_url(url).database or "").resolve()
    engine = create_async_engine(
        f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true",
        pool_size=_READERS,
        max_overflow=0,
        pool_timeout=60,
        **_SILENT,
    )
    prepare_sqlite(engine, _READER_PRAGMAS, "BEGIN")
    return engine


def _postgres(url: str) -> AsyncEngine:
    return create_async_engine(url, pool_size=10, max_overflow=0, pool_timeout=60, **_SILENT)


def _read_only(engine: AsyncEngine) -> AsyncEngine:
    return engine.execution_options(postgresql_readonly=True)
