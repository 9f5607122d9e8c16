"""What people decided about names of communities: kept for the next file, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import LonLat
from gridcrm.accounts import queries as accounts
from gridcrm.branches.rules import name_key
from gridcrm.core import audit
from gridcrm.core.errors import NotFound, RuleBroken
from gridcrm.core.who import Who
from gridcrm.customers import placing, rules
from gridcrm.customers.models import CommunityAlias, Customer, PlacedBy
from gridcrm.customers.publishing import lock_branch


@dataclass(frozen=True)
class Decision:
    """A written name, where it leads, who said so, and whether this person may take it back."""

    alias: CommunityAlias
    decided_by: str
    people: int
    may_take_back: bool


@dataclass(frozen=True)
class Together:
    """Names that one person decided at one moment."""

    decided_at: datetime
    names: int


async def remember(
    session: AsyncSession, who: Who, spots: Mapping[str, LonLat], now: datetime
) -> None:
    """Keep where written names lead; a later decision takes the place of an earlier one.

    The caller holds the branch, so that two decisions about one name take turns.
    """
    keys = {name: key for name in spots if (key := name_key(name))}
    if not keys:
        return
    gazetteer = await placing.gazetteer_of(session, who.here)
    query = select(CommunityAlias).where(
        CommunityAlias.branch_id == who.here, col(CommunityAlias.name_key).in_(keys.values())
    )
    aliases = {alias.name_key: alias for alias in await session.exec(query)}
    for name, key in keys.items():
        spot = spots[name]
        alias = aliases.setdefault(
            key,
            CommunityAlias(
                branch_id=who.here, name=name, name_key=key, lon=0, lat=0, decided_at=now
            ),
        )
        alias.place = gazetteer.at(spot.lon, spot.lat)
        alias.lon, alias.lat = spot.lon, spot.lat
        alias.decided_by, alias.decided_at = who.user_id, now
        session.add(alias)
    await session.flush()


async def decisions(session: AsyncSession, who: Who, most: int | None = None) -> list[Decision]:
    """Return what was decided in the branch at hand, the latest first."""
    query = select(CommunityAlias).where(CommunityAlias.branch_id == who.here)
    latest = query.order_by(col(CommunityAlias.decided_at).desc(), col(CommunityAlias.id).desc())
    found = list(await session.exec(latest.limit(most)))
    names = await accounts.staff_names(session, who.here)
    people = await _people(session, who)
    return [
        Decision(
            alias,
            names.get(alias.decided_by or 0, ""),
            people.get((alias.name_key, alias.lon, alias.lat), 0),
            rules.may_take_back(who, alias.decided_by),
        )
        for alias in found
    ]


async def take_back(session: AsyncSession, who: Who, alias_id: int, now: datetime) -> int:
    """Forget a decision; whom it placed waits for a place again. Return how many people."""
    await lock_branch(session, who.here)
    query = select(CommunityAlias).where(
        CommunityAlias.id == alias_id, CommunityAlias.branch_id == who.here
    )
    alias = (await session.exec(query)).first()
    if alias is None:
        raise NotFound
    if not rules.may_take_back(who, alias.decided_by):
        raise RuleBroken("A colleague decided this. They or a grid lead can take it back.")
    return await _forget(session, who, alias, now)


async def take_all_back(
    session: AsyncSession, who: Who, decided_at: datetime, now: datetime
) -> int:
    """Forget all that this person decided at one moment; return how many people wait again."""
    await lock_branch(session, who.here)
    query = select(CommunityAlias).where(
        CommunityAlias.branch_id == who.here,
        CommunityAlias.decided_by == who.user_id,
        CommunityAlias.decided_at == decided_at,
    )
    found = list(await session.exec(query.order_by(col(CommunityAlias.id))))
    if not found:
        raise RuleBroken("These names have been taken back or decided anew.")
    return sum([await _forget(session, who, alias, now) for alias in found])


async def decided_together(session: AsyncSession, who: Who) -> Together | None:
    """Return what this person decided last, if it was several names at once."""
    mine = (CommunityAlias.branch_id == who.here, CommunityAlias.decided_by == who.user_id)
    last = select(func.max(CommunityAlias.decided_at)).where(*mine).scalar_subquery()
    query = select(func.max(CommunityAlias.decided_at), func.count()).where(
        *mine, CommunityAlias.decided_at == last
    )
    decided_at, names = (await session.exec(query)).one()
    return Together(decided_at, names) if names > 1 else None


async def _forget(session: AsyncSession, who: Who, alias: CommunityAlias, now: datetime) -> int:
    there = select(Customer).where(
        Customer.branch_id == who.here,
        Customer.placed_by == PlacedBy.COMMUNITY,
        Customer.lon == alias.lon,
        Customer.lat == alias.lat,
    )
    found = await session.exec(there.with_for_update(of=Customer, key_share=True))
    people = [person for person in found if name_key(person.community) == alias.name_key]
    for person in people:
        person.lon = person.lat = person.distance_m = None
        person.walk_min = person.branch_share = None
        person.cell_id = person.placed_by = None
        person.updated_at = now
        session.add(person)
    await session.delete(alias)
    await session.flush()
    audit.record(session, who, "community_remove", ("branch", who.here), people=len(people))
    return len(people)


async def _people(session: AsyncSession, who: Who) -> dict[tuple[str, float, float], int]:
    """Count whom each decision has placed, by its key and position."""
    query = (
        select(Customer.community, Customer.lon, Customer.lat, func.count())
        .where(Customer.branch_id == who.here, Customer.placed_by == PlacedBy.COMMUNITY)
        .group_by(Customer.community, col(Customer.lon), col(Customer.lat))
    )
    found: dict[tuple[str, float, float], int] = {}
    for community, lon, lat, n in await session.exec(query):
        key = (name_key(community), lon or 0.0, lat or 0.0)
        found[key] = found.get(key, 0) + n
    return found
