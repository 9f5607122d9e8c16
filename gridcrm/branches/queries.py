"""Reading branches and places, as far as a person may see them."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, true
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.branches.models import Branch, Place, PlaceImport, PlaceKind
from gridcrm.branches.rules import name_key
from gridcrm.core.errors import NotFound
from gridcrm.core.paging import Page
from gridcrm.core.who import Who

Ref = tuple[str, str]
"""What a place is known by: its source, and its reference there."""
Bounds = tuple[float, float, float, float]
"""West, south, east and north, in degrees of WGS 84."""


class Choice(NamedTuple):
    """A branch as it is offered for choosing."""

    id: int
    code: str
    name: str


def scope(who: Who) -> SelectOfScalar[Branch]:
    """Select the branches that a person may see."""
    return select(Branch).where(_seen(who)).order_by(Branch.code)


def called(who: Who, words: str) -> SelectOfScalar[Branch]:
    """Select the branches that a person may see and whose name or code holds the words."""
    held = [c.icontains(words, autoescape=True) for c in (col(Branch.name), col(Branch.code))]
    return scope(who).where(or_(*held)) if words else scope(who)


async def choices(session: AsyncSession, who: Who) -> list[Choice]:
    """Return the branches that a person may choose from, without what else is known of them."""
    query = select(Branch.id, Branch.code, Branch.name).where(_seen(who)).order_by(Branch.code)
    return [Choice(id_ or 0, code, name) for id_, code, name in await session.exec(query)]


async def meant(session: AsyncSession, who: Who, words: str) -> Branch | None:
    """Return the branch of this code or name, or the only one that holds the words."""
    exact = scope(who).where(or_(col(Branch.code) == words, col(Branch.name) == words))
    for query in (exact, called(who, words)):
        found = list(await session.exec(query.limit(2)))
        if len(found) == 1:
            return found[0]
    return None


def _seen(who: Who) -> ColumnElement[bool]:
    return true() if who.all_branches else col(Branch.id) == who.branch_id


async def visible(session: AsyncSession, who: Who) -> list[Branch]:
    """Return the branches that a person may see."""
    return list(await session.exec(scope(who)))


async def by_code(session: AsyncSession, who: Who, code: str) -> Branch:
    """Return a branch by its code, if this person may see it."""
    branch = (await session.exec(scope(who).where(Branch.code == code))).first()
    if branch is None:
        raise NotFound
    return branch


async def here(session: AsyncSession, who: Who) -> Branch:
    """Return the branch that a person works in or has chosen."""
    branch = (await session.exec(scope(who).where(Branch.id == who.here))).first()
    if branch is None:
        raise NotFound
    return branch


async def by_id(session: AsyncSession, branch_id: int) -> Branch | None:
    """Return a branch by its number, without asking who; for the frame of one's own page."""
    return await session.get(Branch, branch_id)


async def places(
    session: AsyncSession, branch_id: int, kinds: tuple[PlaceKind, ...] = tuple(PlaceKind)
) -> list[Place]:
    """Return the places around a branch."""
    query = select(Place).where(Place.branch_id == branch_id, col(Place.kind).in_(kinds))
    return list(await session.exec(query.order_by(col(Place.id))))


async def shapes(
    session: AsyncSession,
    branch_id: int,
    kinds: tuple[PlaceKind, ...],
    bounds: Bounds,
    most: int,
) -> list[tuple[Ref, bytes]]:
    """Return the shapes of places that reach into a box, as WKB with what each is known by."""
    west, south, east, north = bounds
    query = select(Place.source, Place.source_ref, Place.wkb).where(
        Place.branch_id == branch_id,
        col(Place.kind).in_(kinds),
        Place.max_lon >= west,
        Place.min_lon <= east,
        Place.max_lat >= south,
        Place.min_lat <= north,
    )
    rows = await session.exec(query.order_by(col(Place.id)).limit(most))
    return [((source, ref), wkb) for source, ref, wkb in rows]


async def with_code(session: AsyncSession, code: str) -> Branch | None:
    """Return a branch by its code, without asking who; for the terminal and for new codes."""
    return (await session.exec(select(Branch).where(Branch.code == code))).first()


async def communities(session: AsyncSession, branch_id: int) -> list[Place]:
    """Return the communities around a branch, each with its `name_key`."""
    return await places(session, branch_id, (PlaceKind.COMMUNITY,))


def listed(who: Who, kind: PlaceKind | None, words: str) -> SelectOfScalar[Place]:
    """Select the places around the branch at hand, of one kind and with words in their name."""
    query = select(Place).where(Place.branch_id == who.here)
    if kind is not None:
        query = query.where(Place.kind == kind)
    if words:
        query = query.where(col(Place.name_key).contains(name_key(words), autoescape=True))
    return query


async def kind_counts(session: AsyncSession, who: Who) -> dict[PlaceKind, int]:
    """Return how many places of each kind there are around the branch at hand."""
    query = select(Place.kind, func.count()).where(Place.branch_id == who.here)
    rows = (await session.exec(query.group_by(col(Place.kind)))).all()
    return {PlaceKind(kind): count for kind, count in rows}


async def of_source(session: AsyncSession, branch_id: int, source: str) -> dict[str, Place]:
    """Return the places of one source by their reference in it."""
    query = select(Place).where(Place.branch_id == branch_id, Place.source == source)
    return {place.source_ref: place for place in await session.exec(query)}


async def place_imports(session: AsyncSession, who: Who) -> list[PlaceImport]:
    """Return the files of places of the branch at hand, newest first, without their contents."""
    without_content = defer(PlaceImport.content, raiseload=True)  # type: ignore[arg-type]
    query = select(PlaceImport).where(PlaceImport.branch_id == who.here).options(without_content)
    return list(await session.exec(query.order_by(col(PlaceImport.id).desc())))


async def place_import(session: AsyncSession, who: Who, import_id: int) -> PlaceImport:
    """Return a file of places of the branch at hand."""
    query = select(PlaceImport).where(
        PlaceImport.id == import_id, PlaceImport.branch_id == who.here
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def how_many(
    session: AsyncSession, query: SelectOfScalar[Place] | SelectOfScalar[Branch]
) -> int:
    """Return how many places or branches a selection holds."""
    return (await session.exec(select(func.count()).select_from(query.subquery()))).one()


async def part(session: AsyncSession, query: SelectOfScalar[Place], shown: Page) -> list[Place]:
    """Return one page of a selection of places, by kind and name."""
    ordered = query.order_by(col(Place.kind), col(Place.name), col(Place.id))
    return list(await session.exec(ordered.offset(shown.offset).limit(shown.size)))
