"""Real ground with exact answers: 642 places of Nanshan as customers, through file and database."""

import csv
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from sqlmodel import select

from geo import Datum, LonLat, PolygonSpec, SquareSpec, circle
from gridcrm.branches.models import Branch
from gridcrm.core.db import Database
from gridcrm.core.uploads import Upload
from gridcrm.customers import imports
from gridcrm.customers.imports import Choice
from gridcrm.customers.models import Customer
from gridcrm.customers.service import publish_plan
from gridcrm.grids.models import GridCell, GridKind, GridPlan
from tests.cast import Cast
from tests.conftest import Clock
from tests.ground import divided
from tests.shared_data import shared_data

BRANCH = LonLat(113.9474738, 22.5438314)
NEAR_AN_EDGE_M = 0.5
WIDE = circle(BRANCH, 6000)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


@pytest.fixture
async def nanshan(database: Database, cast: Cast) -> Branch:
    async with database.transaction() as session:
        branch = (await session.exec(select(Branch).where(Branch.id == cast.a.id))).one()
        branch.lon, branch.lat = BRANCH.lon, BRANCH.lat
        session.add(branch)
        return branch


async def take_in_places(database: Database, cast: Cast, clock: Clock) -> None:
    """Bring the points as a ledger whose customer number is the place."""
    points = rows_of(shared_data("shenzhen_nanshan_osm", "truth", "points.csv"))
    lines = [f"{p['layer']}.{p['id']},{p['lon']},{p['lat']}" for p in points]
    content = "\n".join(["客户编号,经度,纬度", *lines]).encode()
    upload, choice = Upload("points.csv", content), Choice(Datum.WGS84)
    async with database.transaction() as session:
        examined = await imports.examine(session, cast.hang, upload, choice, clock.now)
        report = await imports.take_in(session, cast.hang, upload, choice, examined, clock.now)
    assert (report["new"], report["bad_rows"]) == (len(lines), 0)


async def publish(database: Database, cast: Cast, clock: Clock, plan: GridPlan) -> None:
    async with database.transaction() as session:
        await publish_plan(session, cast.hang, plan.id or 0, clock.now)


async def answers(database: Database) -> dict[str, tuple[str | None, float]]:
    """Return the key of the cell and the distance that the database has for each place."""
    query = select(Customer.number, GridCell.key, Customer.distance_m).outerjoin(
        GridCell,
        GridCell.id == Customer.cell_id,  # type: ignore[arg-type]
    )
    async with database.read() as session:
        return {number: (key, away) for number, key, away in await session.exec(query)}  # type: ignore[misc]


async def test_every_place_lies_in_the_square_and_at_the_distance_that_is_known(
    database: Database, cast: Cast, clock: Clock, nanshan: Branch
):
    async with database.transaction() as session:
        plan = await divided(session, nanshan, cast.hang, WIDE, SquareSpec(500, BRANCH))
    await publish(database, cast, clock, plan)
    await take_in_places(database, cast, clock)

    found = await answers(database)
    truth = list(rows_of(shared_data("shenzhen_nanshan_osm", "truth", "answers.csv")))
    wrong, compared = [], 0
    for row in truth:
        key, away = found[f"{row['layer']}.{row['id']}"]
        assert away == pytest.approx(float(row["dist_m"]), abs=0.01)
        if row["cell"] and float(row["edge_m"]) >= NEAR_AN_EDGE_M:
            compared += 1
            line, column = row["cell"].removeprefix("r").split("c")
            if key != f"sq:500:{column}:{line}":
                wrong.append((row["id"], key, row["cell"]))
    assert wrong == []
    assert compared > 590


async def test_every_place_lies_in_the_community_that_is_known(
    database: Database, cast: Cast, clock: Clock, nanshan: Branch
):
    layer = shared_data("shenzhen_nanshan_osm", "layers", "communities.geojson")
    frame = gpd.read_file(layer)
    frame = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    await take_in_places(database, cast, clock)
    async with database.transaction() as session:
        spec = PolygonSpec(frame, "id")
        plan = await divided(session, nanshan, cast.hang, WIDE, spec, kind=GridKind.POLYGONS)
    await publish(database, cast, clock, plan)

    found = await answers(database)
    truth = list(rows_of(shared_data("shenzhen_nanshan_osm", "truth", "answers.csv")))
    inside = [row for row in truth if row["communities"]]
    wrong = [
        (row["id"], found[f"{row['layer']}.{row['id']}"][0], row["communities"])
        for row in truth
        if found[f"{row['layer']}.{row['id']}"][0]
        != (f"poly:{row['communities']}" if row["communities"] else None)
    ]
    assert wrong == []
    assert len(inside) == 109
