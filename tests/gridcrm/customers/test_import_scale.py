"""A whole city in one file: 21,613 real sales of 21,436 homes, taken in and placed."""

import time

import pytest
from sqlmodel import func, select

from geo import Datum, LonLat, SquareSpec, circle
from gridcrm.branches.models import Branch
from gridcrm.core.db import Database
from gridcrm.core.uploads import Upload
from gridcrm.customers import imports
from gridcrm.customers.imports import Choice
from gridcrm.customers.models import Customer
from gridcrm.customers.service import publish_plan
from tests.cast import Cast
from tests.conftest import Clock
from tests.ground import divided
from tests.shared_data import shared_data

MOST_SECONDS = 6  # of the processor, so that a busy machine does not matter
SEATTLE = LonLat(-122.2, 47.55)


@pytest.fixture
async def seattle(database: Database, cast: Cast, clock: Clock) -> Branch:
    """Branch A moved to King County, with 1 km squares published around it."""
    async with database.transaction() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        branch.lon, branch.lat = SEATTLE.lon, SEATTLE.lat
        session.add(branch)
        plan = await divided(
            session, branch, cast.hang, circle(SEATTLE, 30_000), SquareSpec(1000, SEATTLE)
        )
        await publish_plan(session, cast.hang, plan.id or 0, clock.now)
        return branch


@pytest.mark.slow
@pytest.mark.usefixtures("seattle")
async def test_a_city_is_taken_in_within_seconds_and_a_second_time_changes_nothing(
    database: Database, cast: Cast, clock: Clock
):
    content = shared_data("king_county_sales", "kc_house.csv").read_bytes()
    upload, choice = Upload("kc_house.csv", content), Choice(Datum.WGS84)

    async def bring() -> tuple[dict[str, object], float]:
        async with database.transaction() as session:
            examined = await imports.examine(session, cast.hang, upload, choice, clock.now)
            start = time.process_time()
            report = await imports.take_in(session, cast.hang, upload, choice, examined, clock.now)
        return report, time.process_time() - start

    first, seconds = await bring()
    second, _ = await bring()

    assert (first["new"], first["changed"]) == (21_436, 0)
    assert (second["new"], second["changed"], second["same"]) == (0, 0, 21_436)
    if database.is_sqlite:
        assert seconds < MOST_SECONDS
    async with database.read() as session:
        placed = select(func.count()).where(Customer.cell_id.is_not(None))  # type: ignore[union-attr]
        far = select(func.max(Customer.distance_m)).where(Customer.cell_id.is_not(None))  # type: ignore[union-attr]
        assert (await session.exec(placed)).one() + first["unplaced"] == 21_436  # type: ignore[operator]
        assert (await session.exec(far)).one() <= 30_001
