"""The application: the list of its parts."""

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from gridcrm.accounts.admin import AuditPages, HubPages, UserPages
from gridcrm.accounts.middleware import WhoMiddleware
from gridcrm.accounts.pages import OwnPages, SignInPages
from gridcrm.branches import registry as branches_registry
from gridcrm.branches.api import BranchApi
from gridcrm.branches.pages import BranchListPages, BranchPages
from gridcrm.branches.place_pages import PlacePages
from gridcrm.consent import on_customers as consent_on_customers
from gridcrm.consent.pages import ConsentPages
from gridcrm.core import answers, openapi
from gridcrm.core.db import Database
from gridcrm.core.policy import PACKED, PLAIN, PUBLIC, check_policies, guard
from gridcrm.core.requests import DEPENDENCIES
from gridcrm.core.settings import Settings, load
from gridcrm.core.transaction import TransactionMiddleware
from gridcrm.core.verbs import with_verbs
from gridcrm.customers import registry as customers_registry
from gridcrm.customers.api import CustomerApi, ImportApi
from gridcrm.customers.filters import hand_over_part
from gridcrm.customers.pages import CustomerPages, LookupPages
from gridcrm.customers.pages_catchment import CatchmentPages
from gridcrm.customers.pages_editing import EditPages
from gridcrm.customers.pages_importing import ImportPages
from gridcrm.customers.pages_placing import PlacingPages
from gridcrm.customers.pages_publishing import PublishPages
from gridcrm.customers.pages_remembered import RememberedPages
from gridcrm.customers.placing import count_people
from gridcrm.customers.profile import timeline as customers_timeline
from gridcrm.customers.publishing import measure_again
from gridcrm.events import conditions as events_conditions
from gridcrm.events import on_customers as events_on_customers
from gridcrm.events import on_grids as events_on_grids
from gridcrm.events import on_labels as events_on_labels
from gridcrm.events import registry as events_registry
from gridcrm.events.api import EventApi, RegistrationApi
from gridcrm.events.door_pages import DoorPages
from gridcrm.events.feed_pages import CalendarFeed
from gridcrm.events.invite_pages import InvitationPages, InvitePages
from gridcrm.events.micro_pages import MicroPages
from gridcrm.events.pages import EventPages
from gridcrm.events.people_pages import PeoplePages
from gridcrm.events.reply_pages import ReplyPages
from gridcrm.events.step_pages import StepPages
from gridcrm.events.venue_pages import SeriesPages, VenuePages
from gridcrm.exports import on_customers as exports_on_customers
from gridcrm.exports.api import ExportApi
from gridcrm.exports.pages import ExportPages, RegisterPages
from gridcrm.grids import registry as grids_registry
from gridcrm.grids.cell_pages import CellEditPages, LeadPages
from gridcrm.grids.compare_pages import ComparePages
from gridcrm.grids.file_pages import PlanFilePages
from gridcrm.grids.pages import DrawingPages, PlanPages
from gridcrm.grids.territory_pages import TerritoryPages
from gridcrm.grids.workbench_pages import ShapingPages, WorkbenchPages
from gridcrm.labels import on_customers as labels_on_customers
from gridcrm.labels import registry as labels_registry
from gridcrm.labels.api import LabelApi
from gridcrm.labels.assign_pages import BulkLabelPages, CustomerLabelPages
from gridcrm.labels.pages import LabelPages, TaxonomyPages
from gridcrm.ledger import on_customers as ledger_on_customers
from gridcrm.ledger import on_grids as ledger_on_grids
from gridcrm.ledger.pages import TaskPages, VisitPages
from gridcrm.maps.api import MapApi
from gridcrm.maps.basemap import basemap_of
from gridcrm.maps.ogc import OgcApi
from gridcrm.maps.pages import CellPages, MapPages
from gridcrm.maps.passport_pages import PassportPages
from gridcrm.outcomes import on_customers as outcomes_on_customers
from gridcrm.outcomes import on_events as outcomes_on_events
from gridcrm.outcomes.api import FunnelApi, OutcomeApi
from gridcrm.outcomes.funnel_pages import FunnelPages
from gridcrm.outcomes.import_pages import LedgerPages
from gridcrm.outcomes.pages import OutcomePages
from gridcrm.segments import on_customers as segments_on_customers
from gridcrm.segments import on_labels as segments_on_labels
from gridcrm.segments import registry as segments_registry
from gridcrm.segments.api import CountApi, SegmentApi
from gridcrm.segments.builder_pages import BuilderPages
from gridcrm.segments.pages import SegmentActions, SegmentPages
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
    PlanPages,
    PlanFilePages,
    DrawingPages,
    CellEditPages,
    LeadPages,
    ComparePages,
    WorkbenchPages,
    ShapingPages,
    TerritoryPages,
    CustomerPages,
    LookupPages,
    EditPages,
    ImportPages,
    PlacingPages,
    RememberedPages,
    CatchmentPages,
    PublishPages,
    ConsentPages,
    TaskPages,
    VisitPages,
    LabelPages,
    TaxonomyPages,
    CustomerLabelPages,
    BulkLabelPages,
    SegmentPages,
    SegmentActions,
    BuilderPages,
    EventPages,
    StepPages,
    PeoplePages,
    InvitePages,
    InvitationPages,
    DoorPages,
    MicroPages,
    VenuePages,
    SeriesPages,
    ReplyPages,
    CalendarFeed,
    OutcomePages,
    LedgerPages,
    FunnelPages,
    MapPages,
    CellPages,
    OgcApi,
    PassportPages,
    ExportPages,
    RegisterPages,
    PublicPages,
    HomePages,
]
API: list[ControllerRouterHandler] = [
    BranchApi,
    LabelApi,
    CountApi,
    SegmentApi,
    CustomerApi,
    ImportApi,
    EventApi,
    RegistrationApi,
    OutcomeApi,
    FunnelApi,
    MapApi,
    ExportApi,
]
_LARGEST_BODY = 21 * 1024 * 1024


def install_registries() -> None:
    """Let every domain add to the pages of those on its left."""
    branches_registry.install((measure_again,))
    grids_registry.install(count_people, past=(ledger_on_grids.visits, events_on_grids.attended))
    customers_registry.install(
        timeline=(
            customers_timeline,
            labels_on_customers.timeline,
            consent_on_customers.timeline,
            ledger_on_customers.timeline,
            events_on_customers.timeline,
            outcomes_on_customers.timeline,
        ),
        panels=(
            labels_on_customers.panel,
            consent_on_customers.panel,
            segments_on_customers.panel,
            ledger_on_customers.panel,
            outcomes_on_customers.panel,
            exports_on_customers.panel,
        ),
        facets=(labels_on_customers.FACET, consent_on_customers.FACET),
        extras=(labels_on_customers.store_imported, consent_on_customers.store_imported),
        bulk=(hand_over_part, labels_on_customers.bulk),
    )
    labels_registry.install(
        links=(segments_on_labels.LINK, events_on_labels.LINK),
        uses=(segments_on_labels.uses, events_on_labels.uses),
    )
    segments_registry.install(events_conditions.CONDITIONS, events_conditions.SOURCES)
    events_registry.install((outcomes_on_events.panel,))


def from_environment() -> Litestar:
    """Return the application of the installation that the environment describes."""
    app = create_app(load())
    gc.collect()
    gc.freeze()  # what was loaded stays: looking at it again would hold large answers up
    return app


def create_app(settings: Settings) -> Litestar:
    """Put the parts together for one installation."""
    install_registries()
    basemap_of(settings)  # a wrong setting stops the start, not the first reader of a map
    app = Litestar(
        route_handlers=[*PAGES, Router("/api/v1", route_handlers=API, opt=PACKED), _static_files()],
        opt={PLAIN: True},
        dependencies=DEPENDENCIES,
        guards=[guard],
        middleware=[WhoMiddleware, TransactionMiddleware()],
        exception_handlers=answers.HANDLERS,
        before_send=[add_safety_headers],
        csrf_config=_csrf(settings),
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=6, exclude_opt_key=PLAIN
        ),
        template_config=TemplateConfig(instance=render.engine()),
        openapi_config=openapi.described(),
        request_max_body_size=_LARGEST_BODY,
        logging_config=None,
        lifespan=[_database_open],
        state=_state(settings),
    )
    check_policies(app)
    app.asgi_handler = with_verbs(app.asgi_handler)
    return app


def _csrf(settings: Settings) -> CSRFConfig:
    return CSRFConfig(
        secret=settings.secret,
        cookie_name=render.CSRF_COOKIE,
        cookie_secure=settings.cookie_secure,
        cookie_samesite="lax",  # strict would renew it behind forms that are open in another tab
        exclude=["^/api/", "^/ogc(/|$)"],
    )


def _state(settings: Settings) -> State:
    return State(
        {
            "settings": settings,
            "database": Database(settings.database_url, settings.secret),
            "clock": lambda: datetime.now(UTC),
            "frame": render.frame,
            "bare_frame": render.bare_frame,
            "static": render.static,
            "running_keys": set(),
        }
    )


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
