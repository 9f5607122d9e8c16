"""Putting everybody of a community at the place that somebody chose for its name."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import LonLat
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.core import audit
from gridcrm.core.who import Who
from gridcrm.customers import placing, queries, remembering, rules
from gridcrm.customers.forms import CommunityIn
from gridcrm.customers.models import Customer, PlacedBy
from gridcrm.customers.placing import Group
from gridcrm.customers.publishing import lock_branch


async def place(
    session: AsyncSession, who: Who, chosen: Sequence[CommunityIn], now: datetime
) -> int:
    """Put everybody without a position where the name of their community leads; return how many.

    All names of one call are decided at one moment, so that they can be taken back together.
    """
    await lock_branch(session, who.here)
    branch = await branches.here(session, who)
    spots = {one.community: LonLat(one.lon, one.lat) for one in chosen}
    for spot in spots.values():
        rules.check_near(branch, spot)
    return await put(session, who, branch, spots, now)


async def put(
    session: AsyncSession, who: Who, branch: Branch, spots: dict[str, LonLat], now: datetime
) -> int:
    """Do so; the caller holds the branch and has checked the places."""
    people = await _waiting(session, who, spots)
    groups = [Group(people[name], spot) for name, spot in spots.items()]
    await placing.put(session, branch, groups, PlacedBy.COMMUNITY, now)
    found = {name: spot for name, spot in spots.items() if people[name]}
    await remembering.remember(session, who, found, now)
    for name in spots:
        n = len(people[name])
        audit.record(session, who, "community_place", ("branch", who.here), people=n)
    return sum(map(len, people.values()))


async def _waiting(
    session: AsyncSession, who: Who, communities: Iterable[str]
) -> dict[str, list[Customer]]:
    """Return who waits for a position, by the name of their community."""
    found: dict[str, list[Customer]] = {name: [] for name in communities}
    query = queries.visible(who).where(
        col(Customer.community).in_(found), col(Customer.lon).is_(None)
    )
    for person in await session.exec(query):
        found[person.community].append(person)
    return found
