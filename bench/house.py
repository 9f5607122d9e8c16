"""A new installation for one benchmark: a folder of its own, a branch, its manager, its grid."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import Litestar
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, LonLat
from gridcrm.accounts import service as accounts
from gridcrm.accounts.middleware import COOKIE
from gridcrm.accounts.queries import as_who
from gridcrm.app import create_app
from gridcrm.branches import service as branches
from gridcrm.branches.forms import BranchIn
from gridcrm.branches.models import Branch
from gridcrm.core.migrate import upgrade
from gridcrm.core.settings import Settings, load
from gridcrm.core.tables import stored
from gridcrm.core.who import Role, Who
from gridcrm.customers.service import publish_plan
from gridcrm.grids import service as grids
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.web.seeds import seed

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
_REPOSITORY = Path(__file__).parents[1]


@contextmanager
def installation() -> Iterator[Settings]:
    """Yield the settings of an installation as `gridcrm upgrade` leaves it, in its own folder."""
    with TemporaryDirectory(prefix="gridcrm-bench-") as folder:
        found = load({"GRIDCRM_DATA_DIR": folder})
        database_file(found).write_bytes(_migrated())
        yield found


def database_file(settings: Settings) -> Path:
    """Return where an installation keeps its SQLite database."""
    return settings.data_dir / "gridcrm.db"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Litestar]:
    """Yield the running application of an installation, at one moment of time.

    What was loaded is kept from the garbage collector, as the server does.
    """
    app = create_app(settings)
    app.state.clock = lambda: NOW
    gc.collect()
    gc.freeze()
    try:
        async with app.lifespan():
            yield app
    finally:
        gc.unfreeze()


async def hire(
    session: AsyncSession, code: str, home: LonLat, radius_m: float
) -> tuple[Branch, Who]:
    """Open a branch and return it with its manager."""
    form = BranchIn(
        code=code,
        name=code,
        lon=home.lon,
        lat=home.lat,
        datum=Datum.WGS84,
        catchment_radius_m=radius_m,
    )
    branch = await branches.add(session, None, form, NOW)
    user, _password = await accounts.add_user(
        session, None, username=f"manager-{code.lower()}", display_name="Manager",
        role=Role.BRANCH_MANAGER, branch_id=branch.id, now=NOW,
    )  # fmt: skip
    return branch, as_who(user, branch.id)


async def give_keys(
    session: AsyncSession, who: Who, now: datetime = NOW
) -> tuple[dict[str, str], dict[str, str]]:
    """Sign a person in and return their cookies, and the headers of a program that acts for them."""
    user, password, _ended = await accounts.reset_password(session, who, who.user_id, now)
    await session.flush()
    _user, secret = await accounts.sign_in(session, user.username, password, "127.0.0.1", now)
    token = await accounts.add_token(session, who, who.user_id, "bench", now)
    return {COOKIE: secret}, {"authorization": f"Bearer {token}"}


async def publish_squares(session: AsyncSession, who: Who, side_m: float) -> int:
    """Draw and publish squares over the branch's area and return the plan's number."""
    form = DraftIn(kind=DraftKind.SQUARE, side_m=side_m)
    plan = await grids.draft(session, who, form, None, NOW)
    await session.flush()
    await publish_plan(session, who, stored(plan.id), NOW)
    return stored(plan.id)


def shared_data(*parts: str) -> Path | None:
    """Return a file of the public data sets beside the repository, None where they are not."""
    root = Path(os.environ.get("GRIDCRM_SHARED", _REPOSITORY.parent / "shared"))
    path = root.joinpath("data", *parts)
    return path if path.exists() else None


@cache
def _migrated() -> bytes:
    with TemporaryDirectory(prefix="gridcrm-bench-") as folder:
        settings = load({"GRIDCRM_DATA_DIR": folder})
        upgrade(settings.database_url)
        asyncio.run(_seed(settings))
        return database_file(settings).read_bytes()


async def _seed(settings: Settings) -> None:
    async with opened(settings) as app, app.state.database.transaction() as session:
        await seed(session)
