"""The one path to a seat. Whoever takes, gives back or adds seats locks the event's row first.

The row lock (on SQLite the write transaction) puts everybody in a line, so the order in which
registrations are stored is the order in which they commit. That no event is oversold does not
rest on it: the conditional UPDATE and the table's CHECK hold without any lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Update,
    bindparam,
    case,
    delete,
    insert,
    literal,
    select,
    update,
)
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
    query = _LOCK if branch_id is None else _LOCK_IN_BRANCH
    row = (await run(session, query, {"hall": event_id, "branch": branch_id})).first()
    if row is None:
        raise NotFound
    return Hall(*row)


async def add(session: AsyncSession, event_id: int, numbers: Iterable[int]) -> None:
    """Add free seats with these numbers."""
    rows = [{"event_id": event_id, "number": number} for number in numbers]
    if rows:
        await run(session, insert(_SEAT), rows)


async def take(session: AsyncSession, hall: Hall, size: int) -> Hall | None:
    """Count a party in and return the hall as it is then, or None if the party does not fit."""
    row = (await run(session, _TAKE, {"hall": hall.event_id, "party": size})).first()
    return Hall(*row) if row else None


async def assign(session: AsyncSession, hall: Hall, registration_id: int, size: int) -> None:
    """Give a party that is counted in the lowest free seats."""
    given = {"hall": hall.event_id, "party": size, "to": registration_id}
    _check(hall, await run(session, _ASSIGN, given), size)


async def give_back(session: AsyncSession, hall: Hall, registration_id: int, size: int) -> Hall:
    """Free so many of a party's seats, the highest first, and return the hall as it is then."""
    given = {"hall": hall.event_id, "party": size, "holder": registration_id}
    _check(hall, await run(session, _FREE, given), size)
    row = (await run(session, _GIVE_BACK, {"hall": hall.event_id, "party": size})).one()
    return Hall(*row)


async def promote(session: AsyncSession, hall: Hall, now: datetime) -> list[int]:
    """Give free seats to those who wait, strictly first come first served.

    A party that does not fit keeps its turn, and a later, smaller one does not overtake it.
    """
    if hall.free <= 0 or hall.state not in rules.HAS_WAITLIST:
        return []
    first = await run(session, _WAITING, {"hall": hall.event_id, "most": hall.free})
    chosen = rules.promotable([(row.id, row.party_size) for row in first], hall.free)
    for registration_id, size in chosen:
        if await take(session, hall, size) is None:
            raise RuntimeError(f"event {hall.event_id}: the lock did not hold")
        await run(session, _CONFIRM, {"this": registration_id, "at": now})
        await assign(session, hall, registration_id, size)
    return [registration_id for registration_id, _ in chosen]


async def resize(session: AsyncSession, hall: Hall, capacity: int) -> Hall:
    """Change the number of seats and return the hall as it is then; nobody is put out."""
    rules.check_capacity(capacity, hall.taken)
    rows = await run(session, _NUMBERS, {"hall": hall.event_id})
    held = {row.number: row.registration_id for row in rows}
    surplus = sorted((n for n, holder in held.items() if holder is None), reverse=True)
    gone = surplus[: max(0, len(held) - capacity)]
    here = _SEAT.c.event_id == hall.event_id
    await run(session, delete(_SEAT).where(here, _SEAT.c.number.in_(gone)))
    missing = [n for n in range(1, capacity + len(held) + 1) if n not in held]
    await add(session, hall.event_id, missing[: max(0, capacity - len(held))])
    row = (await run(session, _RESIZE, {"hall": hall.event_id, "seats": capacity})).one()
    return Hall(*row)


async def run(session: AsyncSession, query: Any, values: Any = None) -> Any:
    """Execute a statement in the session's transaction, past the unit of work."""
    return await (await session.connection()).execute(query, values)


def _check(hall: Hall, result: Any, size: int) -> None:
    if result.rowcount != size:
        raise RuntimeError(f"event {hall.event_id}: {result.rowcount} seats instead of {size}")


def _change(**values: Any) -> Update:
    """Update an event's numbers; OPEN and FULL follow from them."""
    taken = values.get("taken", _EVENT.c.taken)
    is_full = taken >= values.get("capacity", _EVENT.c.capacity)
    state: ColumnElement[Any] = case(
        (_EVENT.c.state.not_in(rules.HAS_WAITLIST), _EVENT.c.state),
        (is_full, literal(EventState.FULL, _EVENT.c.state.type)),
        else_=literal(EventState.OPEN, _EVENT.c.state.type),
    )
    changed = update(_EVENT).where(_EVENT.c.id == bindparam("hall"))
    return changed.values(state=state, **values).returning(*_HALL)


def _hand_over(numbers: Select[Any], holder: Any) -> Update:
    here = _SEAT.c.event_id == bindparam("hall")
    chosen = numbers.where(here).limit(bindparam("party", type_=Integer))
    return update(_SEAT).where(here, _SEAT.c.number.in_(chosen)).values(registration_id=holder)


# Built once: taking a seat is the busiest thing that this application does.
_LOCK = select(*_HALL).where(_EVENT.c.id == bindparam("hall")).with_for_update(key_share=True)
_LOCK_IN_BRANCH = _LOCK.where(_EVENT.c.branch_id == bindparam("branch"))
_PARTY = bindparam("party", type_=Integer)
_TAKE = _change(taken=_EVENT.c.taken + _PARTY).where(_EVENT.c.taken + _PARTY <= _EVENT.c.capacity)
_GIVE_BACK = _change(taken=_EVENT.c.taken - _PARTY)
_RESIZE = _change(capacity=bindparam("seats", type_=Integer))
_ASSIGN = _hand_over(
    select(_SEAT.c.number).where(_SEAT.c.registration_id.is_(None)).order_by(_SEAT.c.number),
    bindparam("to"),
)
_FREE = _hand_over(
    select(_SEAT.c.number)
    .where(_SEAT.c.registration_id == bindparam("holder"))
    .order_by(_SEAT.c.number.desc()),
    None,
)
_NUMBERS = select(_SEAT.c.number, _SEAT.c.registration_id).where(
    _SEAT.c.event_id == bindparam("hall")
)
_WAITING = (
    select(_REGISTRATION.c.id, _REGISTRATION.c.party_size)
    .where(
        _REGISTRATION.c.event_id == bindparam("hall"),
        _REGISTRATION.c.state == RegistrationState.WAITLISTED,
    )
    .order_by(_REGISTRATION.c.id)
    .limit(bindparam("most", type_=Integer))
)
_CONFIRM = (
    update(_REGISTRATION)
    .where(_REGISTRATION.c.id == bindparam("this"))
    .values(state=RegistrationState.CONFIRMED, promoted_at=bindparam("at"))
)
