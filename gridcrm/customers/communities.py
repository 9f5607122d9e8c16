"""Putting everybody of a community at the place that somebody chose for its name."""

from collections.abc import Sequence
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
    groups = {name: Group(await _waiting(session, who, name), spot) for name, spot in spots.items()}
    await placing.put(session, branch, list(groups.values()), PlacedBy.COMMUNITY, now)
    for name, group in groups.items():
        if group.people:
            await remembering.remember(session, who, name, group.spot, now)
        n = len(group.people)
        audit.record(session, who, "community_place", ("branch", who.here), people=n)
    return sum(len(group.people) for group in groups.values())


async def _waiting(session: AsyncSession, who: Who, community: str) -> list[Customer]:
    query = queries.visible(who).where(Customer.community == community, col(Customer.lon).is_(None))
    return list(await session.exec(query))
