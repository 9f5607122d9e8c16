"""What stands on the passports of cells, loaded for the person who asks: one page of paper each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.render.view import Level
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.core import audit
from gridcrm.core.errors import NotFound
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.maps import places as around
from gridcrm.maps import queries
from gridcrm.maps.cells import Profile, profiles
from gridcrm.maps.queries import Bounds
from gridcrm.maps.vicinity import Neighbour, Picture, Spot, Vicinity

MOST_A_FILE = 200
_ROOM = 4
"""So many times its own size is seen around a cell at most."""


@dataclass(frozen=True, slots=True)
class Passport:
    """One cell on paper."""

    found: Profile
    picture: Picture
    address: str


@dataclass(frozen=True, slots=True)
class Book:
    """Passports of one plan, and what stands on each of them."""

    branch: Branch
    plan: GridPlan
    passports: list[Passport]
    credits: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Part:
    """One file of passports: which it is, and from which cell to which it goes."""

    number: int
    first: str
    last: str
    cells: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants passports, when, and where this server is found."""

    who: Who
    now: datetime
    secret: str
    base_url: str


async def one(session: AsyncSession, asked: Asked, cell_id: int) -> Book:
    """Return the passport of one cell of the branch at hand."""
    cell = await grids.cell(session, asked.who, cell_id)
    return await _book(session, asked, await grids.plan(session, asked.who, cell.plan_id), [cell])


async def part(session: AsyncSession, asked: Asked, plan_id: int, number: int) -> Book:
    """Return the passports of one part of a plan; NotFound where there is no such part."""
    plan = await grids.plan(session, asked.who, plan_id)
    query = select(GridCell).where(GridCell.plan_id == plan_id).order_by(col(GridCell.id))
    some = query.offset((number - 1) * MOST_A_FILE).limit(MOST_A_FILE)
    cells = list(await session.exec(some)) if number >= 1 else []
    if not cells:
        raise NotFound("There are no cells in this part of the grid.")
    return await _book(session, asked, plan, cells)


async def parts(session: AsyncSession, who: Who, plan_id: int) -> tuple[GridPlan, list[Part]]:
    """Return a plan and the files that hold the passports of all its cells."""
    plan = await grids.plan(session, who, plan_id)
    cells = await grids.cell_rows(session, plan_id)
    chunks = [cells[n : n + MOST_A_FILE] for n in range(0, len(cells), MOST_A_FILE)]
    return plan, [
        Part(number, chunk[0].name, chunk[-1].name, len(chunk))
        for number, chunk in enumerate(chunks, start=1)
    ]


def note(session: AsyncSession, who: Who, thing: tuple[str, int], book: Book) -> None:
    """Record that somebody took passports along."""
    audit.record(session, who, "passport_take", thing, format="pdf", cells=len(book.passports))


async def _book(
    session: AsyncSession, asked: Asked, plan: GridPlan, cells: Sequence[GridCell]
) -> Book:
    found = await profiles(session, asked.who, cells, asked.now, asked.secret)
    branch = found[0].branch
    bounds = _seen_around(cells)
    near = await _near(session, stored(plan.id), bounds)
    spots = await _spots(session, stored(branch.id), bounds)
    pictures = await asyncio.to_thread(_pictures, _home(branch), near, spots, cells)
    return Book(
        branch,
        plan,
        [
            Passport(profile, picture, f"{asked.base_url}/cells/{profile.cell.id}")
            for profile, picture in zip(found, pictures, strict=True)
        ],
        around.attribution(await queries.origins(session, stored(branch.id))),
        asked.now,
        asked.who.display_name,
    )


def _pictures(
    home: Spot, near: Sequence[Neighbour], spots: Sequence[Spot], cells: Sequence[GridCell]
) -> list[Picture]:
    vicinity = Vicinity(home, near, spots)
    return [vicinity.picture(stored(cell.id)) for cell in cells]


def _seen_around(cells: Sequence[GridCell]) -> Bounds:
    """Return a box in degrees that holds all that can be seen beside the cells."""
    size = max(max(c.max_lon - c.min_lon, c.max_lat - c.min_lat) for c in cells)
    room = _ROOM * max(size, 0.002)
    return (
        min(cell.min_lon for cell in cells) - room,
        min(cell.min_lat for cell in cells) - room,
        max(cell.max_lon for cell in cells) + room,
        max(cell.max_lat for cell in cells) + room,
    )


async def _near(session: AsyncSession, plan_id: int, bounds: Bounds) -> list[Neighbour]:
    west, south, east, north = bounds
    query = select(GridCell.id, GridCell.name, GridCell.wkb).where(
        GridCell.plan_id == plan_id,
        col(GridCell.max_lon) >= west,
        col(GridCell.min_lon) <= east,
        col(GridCell.max_lat) >= south,
        col(GridCell.min_lat) <= north,
    )
    rows = await session.exec(query.order_by(col(GridCell.id)))
    return [Neighbour(stored(cell_id), name, wkb) for cell_id, name, wkb in rows]


async def _spots(session: AsyncSession, branch_id: int, bounds: Bounds) -> list[Spot]:
    found: list[Place] = []
    for level in (Level.GROUND, Level.MARKS):
        found += await queries.places(session, bounds, branch_id, level)
    return [Spot(place.kind, place.name, place.wkb) for place in found]


def _home(branch: Branch) -> Spot:
    point = shapely.to_wkb(shapely.Point(branch.lon, branch.lat))
    return Spot(PlaceKind.OTHER, branch.name, point, is_home=True)
