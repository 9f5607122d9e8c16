"""Which event an outcome credits: one at most, attended before it, inside the event's window.

Credit is not cause: a credited outcome followed an event, it need not come from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum


class Touch(StrEnum):
    """Which of several attended events gets the credit."""

    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True)
class Attendance:
    """That a person was checked in at an event, and for how long outcomes may credit it."""

    event_id: int
    ended_at: datetime
    window_days: int


def credit(
    happened_on: date,
    attendances: Iterable[Attendance],
    zone: tzinfo,
    touch: Touch = Touch.LAST,
) -> int | None:
    """Return the event that an outcome of this day credits, None if no window holds the day.

    Days are the branch's: what happens on the day of the event counts as after it.
    """
    inside = [item for item in attendances if covers(item, happened_on, zone)]
    if not inside:
        return None
    pick = max if touch is Touch.LAST else min
    return pick(inside, key=lambda item: (item.ended_at, item.event_id)).event_id


def covers(attendance: Attendance, happened_on: date, zone: tzinfo) -> bool:
    """Return whether an outcome of this day lies in the event's window."""
    first_day = attendance.ended_at.astimezone(zone).date()
    return first_day <= happened_on <= counts_until(attendance, zone)


def counts_until(attendance: Attendance, zone: tzinfo) -> date:
    """Return the last day on which an outcome may credit the event."""
    ended_on = attendance.ended_at.astimezone(zone).date()
    return ended_on + timedelta(days=attendance.window_days)
