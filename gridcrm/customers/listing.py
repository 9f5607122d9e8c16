"""The list of customers: what it may be filtered and sorted by, in one count and one page.

Whoever sees names and phones masked finds them by their full value only: parts of a masked value
would give it away letter by letter, and so would an order by it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import User
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


async def find(
    session: AsyncSession,
    who: Who,
    given: FilterIn,
    facets: dict[str, str],
    now: datetime,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Found:
    """Return page `number` of the customers that fit, in two statements."""
    fits = _conditions(who, given, facets, now)
    matching = queries.visible(who).where(*fits)
    total = (await session.exec(select(func.count()).select_from(matching.subquery()))).one()
    last = max(1, -(-total // size))
    offset = (min(max(1, number), last) - 1) * size
    page = _with_names(matching, given.sort).limit(size).offset(offset)
    return Found(list(await session.exec(page)), total)


def _with_names(matching: Any, sort: Sort) -> Any:
    owner = aliased(User)
    return (
        matching.add_columns(GridCell.name, owner.display_name)
        .outerjoin(GridCell, col(GridCell.id) == Customer.cell_id)
        .outerjoin(owner, col(owner.id) == Customer.owner_id)
        .order_by(*_ORDER[sort], col(Customer.id).desc())
    )


_TIER_RANK = func.coalesce(col(Customer.aum_fen), -1)
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
