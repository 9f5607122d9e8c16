"""What may not happen at the same time: two events in one room, or with one host."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Booking:
    """A stretch of time in a room and in somebody's day."""

    event_id: int | None
    title: str
    starts_at: datetime
    ends_at: datetime
    venue_id: int | None
    host_id: int


def clashes(wanted: Booking, others: Iterable[Booking]) -> dict[str, Booking]:
    """Return what already has the room (`venue_id`) or the host (`host_id`) at that time."""
    found: dict[str, Booking] = {}
    for other in others:
        if other.event_id == wanted.event_id or not _overlap(wanted, other):
            continue
        if wanted.venue_id is not None and other.venue_id == wanted.venue_id:
            found.setdefault("venue_id", other)
        if other.host_id == wanted.host_id:
            found.setdefault("host_id", other)
    return found


def _overlap(one: Booking, other: Booking) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
