"""A branch on the south bank of a river with one bridge, its streets, and people around it."""

import shapely

from geo import LonLat, distance_m
from geo.plane import Plane
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.customers import catchment, reaching
from gridcrm.customers.forms import CatchmentIn
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.customers.conftest import stored
from tests.ground import place

HOME = LonLat(125.47, 43.78)
PLANE = Plane(HOME)
SETTINGS = CatchmentIn(rings_m="500, 1000", minutes="5, 10")  # type: ignore[arg-type]
BRIDGE_X = 1000


def at(x: float, y: float) -> LonLat:
    """So many metres east and north of the branch."""
    (lon,), (lat,) = PLANE.inverse([x], [y])
    return LonLat(float(lon), float(lat))


def line(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(spot.lon, spot.lat) for spot in (at(*xy) for xy in corners)])


def banks_of_a_river() -> list[shapely.LineString]:
    """A street on either bank, and one bridge a kilometre to the east."""
    south = line((-1500, 0), (0, 0), (BRIDGE_X, 0), (1500, 0))
    north = line((-1500, 600), (0, 600), (BRIDGE_X, 600), (1500, 600))
    return [south, north, line((BRIDGE_X, 0), (BRIDGE_X, 600))]


def road(branch: Branch, shape: shapely.LineString, ref: str) -> Place:
    inside, bounds = shape.representative_point(), shape.bounds
    return Place(
        branch_id=branch.id, kind=PlaceKind.ROAD, source="test", source_ref=ref, licence="CC0",
        wkb=shapely.to_wkb(shape), lon=inside.x, lat=inside.y, min_lon=bounds[0],
        min_lat=bounds[1], max_lon=bounds[2], max_lat=bounds[3],
    )  # fmt: skip


def bank(branch: Branch, name: str, spot: LonLat) -> Place:
    return place(branch, name, spot.lon, spot.lat, kind=PlaceKind.COMPETITOR)


async def streets(database: Database, cast: Cast, *banks: Place) -> None:
    async with database.transaction() as session:
        session.add_all(banks)
        session.add_all(
            road(cast.a, shape, f"road {n}") for n, shape in enumerate(banks_of_a_river())
        )


async def people(database: Database, cast: Cast, *spots: LonLat | None) -> list[int]:
    rows = [make.customer(cast.a, **(lives_at(spot) if spot else {})) for spot in spots]
    async with database.transaction() as session:
        session.add_all(rows)
    return [row.id or 0 for row in rows]


def lives_at(spot: LonLat) -> dict[str, float]:
    away_m = float(distance_m(spot.lon, spot.lat, HOME))
    return {"lon": spot.lon, "lat": spot.lat, "distance_m": away_m}


async def work_out(database: Database, who: Who, form: CatchmentIn = SETTINGS) -> int:
    async with database.read() as reading:
        ways = await reaching.known(reading, await branches.here(reading, who), form)
    async with database.transaction() as session:
        return await catchment.work_out(session, who, form, ways, NOON)


async def is_stale(database: Database, who: Who) -> bool:
    async with database.read() as session:
        stands = await catchment.standing(session, await branches.here(session, who))
    assert stands is not None
    return stands.is_stale


async def numbers(database: Database, customer_id: int) -> tuple[float | None, float | None]:
    row = await stored(database, customer_id)
    return row.walk_min, row.branch_share
