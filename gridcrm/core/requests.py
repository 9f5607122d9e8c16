"""What handlers ask for by name: the session, who asks, the time."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import Provide
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.errors import NotSignedIn
from gridcrm.core.settings import Settings
from gridcrm.core.transaction import SESSION
from gridcrm.core.who import Who


def session_of(request: Request[Any, Any, Any]) -> AsyncSession:
    """Return the session of this request's transaction."""
    session: AsyncSession = request.scope["state"][SESSION]
    return session


def _who(request: Request[Any, Any, Any]) -> Who:
    if request.user is None:
        raise NotSignedIn
    who: Who = request.user
    return who


def _now(request: Request[Any, Any, Any]) -> datetime:
    now: datetime = request.app.state.clock()
    return now


def _settings(request: Request[Any, Any, Any]) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _database(request: Request[Any, Any, Any]) -> Database:
    database: Database = request.app.state.database
    return database


DEPENDENCIES = {
    "session": Provide(session_of, sync_to_thread=False),
    "who": Provide(_who, sync_to_thread=False),
    "now": Provide(_now, sync_to_thread=False),
    "settings": Provide(_settings, sync_to_thread=False),
    "database": Provide(_database, sync_to_thread=False),
}
