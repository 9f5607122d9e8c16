"""What waits for somebody, counted for who may do something about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import ngettext
from gridcrm.core.who import Right, Who
from gridcrm.maps import queries as maps
from gridcrm.outcomes import queries as outcomes
from gridcrm.web import today_queries as queries


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits, in words, and where to go."""

    words: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class _Kind:
    right: Right
    count: Callable[[AsyncSession, Who, date], Awaitable[int]]
    words: Callable[[int], str]
    url: str
    icon: str


async def needs(session: AsyncSession, who: Who, today: date) -> list[Need] | None:
    """Return what waits, None for those to whom nothing is ever given."""
    mine = [kind for kind in _KINDS if who.may(kind.right)]
    counts = [(kind, await kind.count(session, who, today)) for kind in mine]
    found = [Need(kind.words(n).format(n=f"{n:,}"), kind.url, kind.icon) for kind, n in counts if n]
    return found if mine else None


async def _overdue(session: AsyncSession, who: Who, today: date) -> int:
    return await queries.overdue_tasks(session, who, today)


async def _to_approve(session: AsyncSession, who: Who, _today: date) -> int:
    return await queries.events_to_approve(session, who)


async def _to_verify(session: AsyncSession, who: Who, _today: date) -> int:
    return await outcomes.to_verify_count(session, who)


async def _without_lead(session: AsyncSession, who: Who, _today: date) -> int:
    return await queries.cells_without_lead(session, who)


async def _unplaced(session: AsyncSession, who: Who, _today: date) -> int:
    return await maps.unplaced(session, who)


_KINDS = (
    _Kind(
        Right.EVENTS_APPROVE,
        _to_approve,
        lambda n: ngettext("{n} event to approve", "{n} events to approve", n),
        "/events?shown=submitted",
        "circle-check",
    ),
    _Kind(
        Right.OUTCOMES_VERIFY,
        _to_verify,
        lambda n: ngettext("{n} outcome to verify", "{n} outcomes to verify", n),
        "/outcomes",
        "rosette-discount-check",
    ),
    _Kind(
        Right.DESK_USE,
        _overdue,
        lambda n: ngettext("{n} task overdue", "{n} tasks overdue", n),
        "/desk",
        "alarm",
    ),
    _Kind(
        Right.GRIDS_EDIT,
        _without_lead,
        lambda n: ngettext("{n} cell without a lead", "{n} cells without a lead", n),
        "/map?view=table&sort=lead&down=0",
        "user-question",
    ),
    _Kind(
        Right.CUSTOMERS_EDIT,
        _unplaced,
        lambda n: ngettext("{n} customer lies in no cell", "{n} customers lie in no cell", n),
        "/customers/unplaced",
        "map-pin-question",
    ),
)
