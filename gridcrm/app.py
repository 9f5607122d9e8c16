"""The application: the list of its parts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from gridcrm import __version__
from gridcrm.accounts.admin import AuditPages, HubPages, UserPages
from gridcrm.accounts.middleware import WhoMiddleware
from gridcrm.accounts.pages import OwnPages, SignInPages
from gridcrm.branches.api import BranchApi
from gridcrm.branches.pages import BranchListPages, BranchPages
from gridcrm.branches.place_pages import PlacePages
from gridcrm.core import answers
from gridcrm.core.db import Database
from gridcrm.core.policy import PUBLIC, check_policies, guard
from gridcrm.core.requests import DEPENDENCIES
from gridcrm.core.settings import Settings, load
from gridcrm.core.transaction import TransactionMiddleware
from gridcrm.core.verbs import with_verbs
from gridcrm.maps.api import MapApi
from gridcrm.maps.pages import CellPages, MapPages
from gridcrm.outcomes.api import FunnelApi, OutcomeApi
from gridcrm.outcomes.funnel_pages import FunnelPages
from gridcrm.outcomes.import_pages import LedgerPages
from gridcrm.outcomes.pages import OutcomePages
from gridcrm.web import render
from gridcrm.web.headers import add_safety_headers
from gridcrm.web.pages import HomePages, PublicPages

PAGES: list[ControllerRouterHandler] = [
    SignInPages,
    OwnPages,
    HubPages,
    UserPages,
    AuditPages,
    BranchPages,
    BranchListPages,
    PlacePages,
    OutcomePages,
    LedgerPages,
    FunnelPages,
    MapPages,
    CellPages,
    PublicPages,
    HomePages,
]
API: list[ControllerRouterHandler] = [
    BranchApi,
    OutcomeApi,
    FunnelApi,
    MapApi,
]
_PLAIN = "plain"
PACKED = {_PLAIN: False}
"""Compressed answers; pages stay plain, since they carry secrets beside what somebody typed."""
_LARGEST_BODY = 21 * 1024 * 1024


def from_environment() -> Litestar:
    """Return the application of the installation that the environment describes."""
    return create_app(load())


def create_app(settings: Settings) -> Litestar:
    """Put the parts together for one installation."""
    database = Database(settings.database_url, settings.secret)
    app = Litestar(
        route_handlers=[*PAGES, Router("/api/v1", route_handlers=API, opt=PACKED), _static_files()],
        opt={_PLAIN: True},
        dependencies=DEPENDENCIES,
        guards=[guard],
        middleware=[WhoMiddleware, TransactionMiddleware()],
        exception_handlers=answers.HANDLERS,
        before_send=[add_safety_headers],
        csrf_config=CSRFConfig(
            secret=settings.secret,
            cookie_name=render.CSRF_COOKIE,
            cookie_secure=settings.cookie_secure,
            cookie_samesite="strict",
            exclude=["^/api/"],
        ),
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=6, exclude_opt_key=_PLAIN
        ),
        template_config=TemplateConfig(instance=render.engine()),
        openapi_config=_openapi(),
        request_max_body_size=_LARGEST_BODY,
        logging_config=None,
        lifespan=[_database_open],
        state=State(
            {
                "settings": settings,
                "database": database,
                "clock": lambda: datetime.now(UTC),
                "frame": render.frame,
                "bare_frame": render.bare_frame,
                "static": render.static,
                "running_keys": set(),
            }
        ),
    )
    check_policies(app)
    app.asgi_handler = with_verbs(app.asgi_handler)
    return app


@asynccontextmanager
async def _database_open(app: Litestar) -> AsyncGenerator[None]:
    await app.state.database.open()
    yield
    await app.state.database.close()


def _static_files() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[render.STATIC_DIR],
        opt=PUBLIC | PACKED,
        include_in_schema=False,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="GridCRM",
        version=__version__,
        path="/schema",
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/schema", route_handlers=[], opt=PUBLIC),
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
        ),
        security=[{"token": []}],
        use_handler_docstrings=True,
    )
