"""The one path to a seat. Whoever takes, gives back or adds seats locks the event's row first.

The row lock (on SQLite the write transaction) puts everybody in a line, so the order in which
registrations are stored is the order in which they commit. That no event is oversold does not
rest on it: the conditional UPDATE and the table's CHECK hold without any lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import Update as UpdateQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import NotFound
from gridcrm.core.tables import table
from gridcrm.events import rules
from gridcrm.events.models import EventState, RegistrationState

_EVENT = table("event")
_SEAT = table("seat")
_REGISTRATION = table("registration")
_HALL = (_EVENT.c.id, _EVENT.c.branch_id, _EVENT.c.state, _EVENT.c.capacity, _EVENT.c.taken)


@dataclass(frozen=True, slots=True)
class Hall:
    """The seats of an event whose row is locked until the commit."""

    event_id: int
    branch_id: int
    state: EventState
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        """Return how many seats nobody holds."""
        return self.capacity - self.taken


async def lock(session: AsyncSession, event_id: int, branch_id: int | None = None) -> Hall:
    """Lock an event until the commit; with a branch given, only if it is that branch's."""
    query = select(*_HALL).where(_EVENT.c.id == event_id)
    if branch_id is not None:
        query = query.where(_EVENT.c.branch_id == branch_id)
    row = (await _run(session, query.with_for_update(key_share=True))).first()
    if row is None:
        raise NotFound
    return Hall(*row)


async def add(session: AsyncSession, event_id: int, numbers: Iterable[int]) -> None:
    """Add free seats with these numbers."""
    rows = [{"event_id": event_id, "number": number} for number in numbers]
    if rows:
        await _run(session, insert(_SEAT), rows)


async def take(session: AsyncSession, hall: Hall, size: int) -> Hall | None:
    """Count a party in and return the hall as it is then, or None if the party does not fit."""
    taken = _EVENT.c.taken + size
    fits = _change(hall, taken=taken).where(taken <= _EVENT.c.capacity)
    row = (await _run(session, fits.returning(*_HALL))).first()
    return Hall(*row) if row else None


async def assign(session: AsyncSession, hall: Hall, registration_id: int, size: int) -> None:
    """Give a party that is counted in the lowest free seats."""
    free = _numbers(hall, holder=None).order_by(_SEAT.c.number).limit(size)
    await _hand_over(session, hall, free, registration_id, size)


async def give_back(session: AsyncSession, hall: Hall, registration_id: int, size: int) -> Hall:
    """Free so many of a party's seats, the highest first, and return the hall as it is then."""
    held = _numbers(hall, registration_id).order_by(_SEAT.c.number.desc()).limit(size)
    await _hand_over(session, hall, held, None, size)
    change = _change(hall, taken=_EVENT.c.taken - size).returning(*_HALL)
    return Hall(*(await _run(session, change)).one())


async def promote(session: AsyncSession, hall: Hall, now: datetime) -> list[int]:
    """Give free seats to those who wait, strictly first come first served.

    A party that does not fit keeps its turn, and a later, smaller one does not overtake it.
    """
    if hall.free <= 0 or hall.state not in rules.HAS_WAITLIST:
        return []
    waiting = (
        select(_REGISTRATION.c.id, _REGISTRATION.c.party_size)
        .where(
            _REGISTRATION.c.event_id == hall.event_id,
            _REGISTRATION.c.state == RegistrationState.WAITLISTED,
        )
        .order_by(_REGISTRATION.c.id)
        .limit(hall.free)
    )
    parties = [(row.id, row.party_size) for row in await _run(session, waiting)]
    chosen = rules.promotable(parties, hall.free)
    if chosen:
        await _confirm(session, hall, chosen, now)
    return [registration_id for registration_id, _ in chosen]


async def resize(session: AsyncSession, hall: Hall, capacity: int, now: datetime) -> list[int]:
    """Change the number of seats; those who wait get new ones, and nobody is put out."""
    rules.check_capacity(capacity, hall.taken)
    rows = await _run(
        session,
        select(_SEAT.c.number, _SEAT.c.registration_id).where(_SEAT.c.event_id == hall.event_id),
    )
    held = {row.number: row.registration_id for row in rows}
    surplus = sorted((n for n, holder in held.items() if holder is None), reverse=True)
    gone = surplus[: max(0, len(held) - capacity)]
    await _run(
        session,
        delete(_SEAT).where(_SEAT.c.event_id == hall.event_id, _SEAT.c.number.in_(gone)),
    )
    missing = [n for n in range(1, capacity + len(held) + 1) if n not in held]
    await add(session, hall.event_id, missing[: max(0, capacity - len(held))])
    change = _change(hall, capacity=capacity).returning(*_HALL)
    return await promote(session, Hall(*(await _run(session, change)).one()), now)


async def _confirm(
    session: AsyncSession, hall: Hall, chosen: Sequence[tuple[int, int]], now: datetime
) -> None:
    total = sum(size for _, size in chosen)
    if await take(session, hall, total) is None:
        raise RuntimeError(f"event {hall.event_id}: the lock did not hold")
    await _run(
        session,
        update(_REGISTRATION)
        .where(_REGISTRATION.c.id.in_([registration_id for registration_id, _ in chosen]))
        .values(state=RegistrationState.CONFIRMED, promoted_at=now),
    )
    free = await _run(session, _numbers(hall, holder=None).order_by(_SEAT.c.number).limit(total))
    holders = [registration_id for registration_id, size in chosen for _ in range(size)]
    pairs = zip(free.scalars().all(), holders, strict=True)
    await _run(
        session,
        update(_SEAT)
        .where(_SEAT.c.event_id == hall.event_id, _SEAT.c.number == bindparam("seat_number"))
        .values(registration_id=bindparam("holder")),
        [{"seat_number": number, "holder": holder} for number, holder in pairs],
    )


async def _hand_over(
    session: AsyncSession, hall: Hall, numbers: Select[Any], holder: int | None, size: int
) -> None:
    result = await _run(
        session,
        update(_SEAT)
        .where(_SEAT.c.event_id == hall.event_id, _SEAT.c.number.in_(numbers))
        .values(registration_id=holder),
    )
    if result.rowcount != size:
        raise RuntimeError(f"event {hall.event_id}: {result.rowcount} seats instead of {size}")


def _numbers(hall: Hall, holder: int | None) -> Select[Any]:
    return select(_SEAT.c.number).where(
        _SEAT.c.event_id == hall.event_id, _SEAT.c.registration_id.is_not_distinct_from(holder)
    )


def _change(hall: Hall, **values: Any) -> UpdateQuery:
    """Update an event's numbers; OPEN and FULL follow from them."""
    taken = values.get("taken", _EVENT.c.taken)
    is_full = taken >= values.get("capacity", _EVENT.c.capacity)
    state: ColumnElement[Any] = case(
        (_EVENT.c.state.not_in(rules.HAS_WAITLIST), _EVENT.c.state),
        (is_full, literal(EventState.FULL, _EVENT.c.state.type)),
        else_=literal(EventState.OPEN, _EVENT.c.state.type),
    )
    return update(_EVENT).where(_EVENT.c.id == hall.event_id).values(state=state, **values)


async def _run(session: AsyncSession, query: Any, rows: Any = None) -> Any:
    connection = await session.connection()
    return await connection.execute(query, rows)
