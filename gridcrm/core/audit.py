"""An append-only record of what was done, chained so that a change shows.

`record` notes an entry; `seal` writes all of a transaction's entries as its last step, so that
every transaction takes the chain's lock last and none waits in a circle.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.models import AuditEntry, AuditHead
from gridcrm.core.who import Who

UNNAMED = "unnamed"
"""In a session's info: the role of whoever acts without a name; the public, unless it is said."""
_PENDING = "audit"
_START = "0" * 64


@dataclass(frozen=True)
class _Note:
    at: datetime
    actor_id: int | None
    role: str
    branch_id: int | None
    action: str
    object_type: str
    object_id: str
    details: dict[str, Any]


def record(
    session: AsyncSession,
    who: Who | None,
    action: str,
    thing: tuple[str, object],
    *,
    branch_id: int | None = None,
    **details: object,
) -> None:
    """Note that `who` did `action` to a thing `(type, id)`; details name fields, never people."""
    note = _Note(
        at=datetime.now(UTC),
        actor_id=who.user_id if who else None,
        role=who.role if who else session.info.get(UNNAMED, "public"),
        branch_id=branch_id if branch_id is not None else (who.branch_id if who else None),
        action=action,
        object_type=thing[0],
        object_id=str(thing[1]),
        details=details,
    )
    session.info.setdefault(_PENDING, []).append(note)


async def seal(session: AsyncSession, key: bytes) -> None:
    """Append the noted entries to the chain."""
    notes: list[_Note] = session.info.pop(_PENDING, [])
    if not notes:
        return
    moved = await session.exec(
        update(AuditHead)
        .where(col(AuditHead.id) == 1)
        .values(seq=AuditHead.seq + len(notes))
        .returning(col(AuditHead.seq), col(AuditHead.hash))
    )
    last, previous = moved.one()
    seq = last - len(notes)
    for note in notes:
        seq += 1
        previous = _link(key, previous, seq, note)
        session.add(AuditEntry(seq=seq, hash=previous, **note.__dict__))
    await session.exec(update(AuditHead).where(col(AuditHead.id) == 1).values(hash=previous))
    await session.flush()


async def first_broken(session: AsyncSession, key: bytes) -> int | None:
    """Return the number of the first entry that does not fit the chain, or None if all do."""
    previous, expected = _START, 1
    entries = select(AuditEntry).order_by(col(AuditEntry.seq)).execution_options(yield_per=1000)
    async for row in await session.stream_scalars(entries):
        note = _Note(**{name: getattr(row, name) for name in _Note.__dataclass_fields__})
        if row.seq != expected or row.hash != _link(key, previous, row.seq, note):
            return row.seq
        previous, expected = row.hash, expected + 1
    head = (await session.exec(select(AuditHead))).one()
    return None if (head.seq, head.hash) == (expected - 1, previous) else expected


def _link(key: bytes, previous: str, seq: int, note: _Note) -> str:
    entry = note.__dict__ | {"seq": seq, "at": note.at.isoformat(timespec="microseconds")}
    text = json.dumps(entry, sort_keys=True, ensure_ascii=False, default=str)
    return hmac.new(key, f"{previous}\n{text}".encode(), hashlib.sha256).hexdigest()
