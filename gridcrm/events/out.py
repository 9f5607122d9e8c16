"""What programs read about events."""

from datetime import datetime

from sqlmodel import SQLModel

from gridcrm.core.counts import FEWEST_SHOWN
from gridcrm.core.who import Who
from gridcrm.events.inviting import Selection
from gridcrm.events.models import (
    Channel,
    Event,
    EventState,
    Registration,
    RegistrationState,
    Suppression,
)
from gridcrm.events.queries import Counters
from gridcrm.events.rules import may_count


class EventOut(SQLModel):
    """An event; `taken` counts seats and is left out where it is small and one may list nobody."""

    id: int
    template: str
    title: str
    state: EventState
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int | None
    venue_id: int | None
    series_id: int | None
    cell_id: int | None
    host_id: int
    partner: str
    description: str
    outcome_window_days: int

    @classmethod
    def of(cls, event: Event, who: Who) -> "EventOut":
        """Return an event as this person may read it."""
        out = cls.model_validate(event, from_attributes=True)
        out.taken = _shown(event.taken, who)
        return out


class CountersOut(SQLModel):
    """How far an event has got: invitations, and heads registered, waiting and checked in."""

    invited: int | None
    suppressed: int | None
    registered: int | None
    waiting: int | None
    checked_in: int | None
    no_shows: int | None

    @classmethod
    def of(cls, counters: Counters, who: Who) -> "CountersOut":
        """Return the counters as this person may read them."""
        return cls(
            invited=_shown(counters.invited, who),
            suppressed=_shown(counters.suppressed, who),
            registered=_shown(counters.registered, who),
            waiting=_shown(counters.waiting, who),
            checked_in=_shown(counters.here, who),
            no_shows=_shown(counters.no_shows, who),
        )


class EventDetailOut(EventOut):
    """An event with its counters and what it is about."""

    labels: list[str] = []
    counters: CountersOut | None = None


class InvitedOut(SQLModel):
    """Who was invited by which way, and how many were left out for which reason."""

    freeze_id: int | None
    sent: int
    channels: dict[Channel, int]
    suppressed: dict[Suppression, int]

    @classmethod
    def of(cls, selection: Selection) -> "InvitedOut":
        """Return the numbers of a selection."""
        return cls(
            freeze_id=selection.freeze_id,
            sent=len(selection.eligible),
            channels=selection.ways,
            suppressed=selection.reasons,
        )


class RegistrationOut(SQLModel):
    """Where a person stands with an event; `position` is the place on the waiting list."""

    id: int
    event_id: int
    customer_id: int | None
    state: RegistrationState
    party_size: int
    position: int | None = None

    @classmethod
    def of(cls, row: Registration, position: int | None = None) -> "RegistrationOut":
        """Return a registration."""
        out = cls.model_validate(row, from_attributes=True)
        out.position = position
        return out


def _shown(count: int, who: Who) -> int | None:
    return count if may_count(who) or count >= FEWEST_SHOWN else None
