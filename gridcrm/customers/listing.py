"""The list of customers: what it may be filtered and sorted by, in one count and one page.

Whoever sees names and phones masked finds them by their full value only: parts of a masked value
would give it away letter by letter, and so would an order by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.accounts.models import User
from gridcrm.core.days import local_day
from gridcrm.core.paging import PAGE_SIZE
from gridcrm.core.who import Right, Who
from gridcrm.customers import phones, queries, registry, rules
from gridcrm.customers.models import Customer, Lifecycle, Tier
from gridcrm.customers.rules import AgeBand
from gridcrm.grids.models import GridCell


class Sort(StrEnum):
    """What the list may be ordered by; a leading minus is the other way round."""

    NEWEST = "-created"
    OLDEST = "created"
    NEAREST = "distance"
    FARTHEST = "-distance"
    LAST_ACTIVE = "-active"
    LONGEST_QUIET = "active"
    HIGHEST_TIER = "-tier"
    LOWEST_TIER = "tier"


class Owner(StrEnum):
    """Owners that are not a person's number."""

    ME = "me"
    NOBODY = "nobody"


class FilterIn(SQLModel):
    """A filter as an address holds it."""

    model_config = {"extra": "ignore"}

    q: str = Field(default="", max_length=80)
    cell: int | None = None
    community: str = Field(default="", max_length=120)
    tier: Tier | None = None
    lifecycle: Lifecycle | None = None
    age: AgeBand | None = None
    owner: Owner | int | None = None
    source: str = Field(default="", max_length=80)
    unplaced: bool = False
    do_not_contact: bool = False
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class Found:
    """A page of the list: rows of (Customer, name of the cell, name of the owner), and how many."""

    rows: list[Any]
    total: int
    number: int
    pages: int


async def find(
    session: AsyncSession,
    who: Who,
    given: FilterIn,
    facets: Mapping[str, str],
    now: datetime,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Found:
    """Return page `number` of the customers that fit, in two statements."""
    fitting = matching(who, given, facets, now)
    counting = fitting.with_only_columns(func.count(), maintain_column_froms=True)
    total: int = (await session.exec(counting)).one()  # type: ignore[call-overload]
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    page = _with_names(fitting, given.sort).limit(size).offset((number - 1) * size)
    return Found(list(await session.exec(page)), total, number, pages)


def matching(
    who: Who, given: FilterIn, facets: Mapping[str, str], now: datetime
) -> SelectOfScalar[Customer]:
    """Select the customers whom this person may see and who fit a filter."""
    return queries.visible(who).where(*_conditions(who, given, facets, now))


def _with_names(matching: SelectOfScalar[Customer], sort: Sort) -> Any:
    owner = aliased(User)
    fits = matching.whereclause
    assert fits is not None
    return (
        select(Customer, GridCell.name, owner.display_name)
        .outerjoin(GridCell, col(GridCell.id) == Customer.cell_id)
        .outerjoin(owner, col(owner.id) == Customer.owner_id)
        .where(fits)
        .order_by(*_ORDER[sort], col(Customer.id).desc())
    )


def _conditions(
    who: Who, given: FilterIn, facets: Mapping[str, str], now: datetime
) -> list[ColumnElement[bool]]:
    found = [column == value for column, value in _equal(given).items() if value not in (None, "")]
    if given.q:
        found.append(_search(given.q, whole_only=not who.may(Right.CUSTOMERS_REVEAL)))
    if given.community:
        found.append(col(Customer.community).icontains(given.community, autoescape=True))
    if given.age:
        first, last = rules.birth_years(given.age, local_day(now))
        found.append(col(Customer.birth_year).between(first, last))
    if given.owner is not None:
        found.append(_owned(who, given.owner))
    if given.unplaced:
        found.append(col(Customer.cell_id).is_(None))
    if given.do_not_contact:
        found.append(col(Customer.do_not_contact))
    return found + _facet_conditions(facets, now)


def _equal(given: FilterIn) -> dict[Any, object]:
    return {
        col(Customer.cell_id): given.cell,
        col(Customer.tier): given.tier,
        col(Customer.lifecycle): given.lifecycle,
        col(Customer.source): given.source,
    }


def _search(words: str, *, whole_only: bool) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [col(Customer.number) == words]
    phone = phones.digits_of(words)
    if phone is not None:
        ways.append(col(Customer.phone) == phone)
    name = col(Customer.name)
    ways.append(name == words if whole_only else name.icontains(words, autoescape=True))
    return or_(*ways)


def _owned(who: Who, owner: Owner | int) -> ColumnElement[bool]:
    if owner is Owner.NOBODY:
        return col(Customer.owner_id).is_(None)
    return col(Customer.owner_id) == (who.user_id if owner is Owner.ME else owner)


def _facet_conditions(chosen: Mapping[str, str], now: datetime) -> list[ColumnElement[bool]]:
    known = {facet.key: facet for facet in registry.facets()}
    return [known[key].condition(value, now) for key, value in chosen.items() if value]


_TIER_RANK = case(
    {tier: rank for rank, tier in enumerate(Tier, 1)}, value=col(Customer.tier), else_=0
)
_ORDER: dict[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.NEWEST: (col(Customer.created_at).desc(),),
    Sort.OLDEST: (col(Customer.created_at).asc(),),
    Sort.NEAREST: (col(Customer.distance_m).asc().nulls_last(),),
    Sort.FARTHEST: (col(Customer.distance_m).desc().nulls_last(),),
    Sort.LAST_ACTIVE: (col(Customer.last_active_on).desc().nulls_last(),),
    Sort.LONGEST_QUIET: (col(Customer.last_active_on).asc().nulls_last(),),
    Sort.HIGHEST_TIER: (_TIER_RANK.desc(),),
    Sort.LOWEST_TIER: (_TIER_RANK.asc(),),
}
