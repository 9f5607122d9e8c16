"""What a funnel is over: conditions on events, invitations and registrations."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlmodel import col

from gridcrm.events.models import Event, EventState, Invitation, Registration, RegistrationState
from gridcrm.segments.models import SegmentFreeze

_ALL: Any = literal(0)


@dataclass(frozen=True)
class Scope:
    """What a funnel is over: conditions on events, invitations and registrations.

    `invited_by` and `registered_by` are what the people are counted by; as it is, everybody counts
    once, however many events they were at.
    """

    events: tuple[ColumnElement[bool], ...]
    invited: tuple[ColumnElement[bool], ...] = ()
    registered: tuple[ColumnElement[bool], ...] = ()
    invited_by: Any = _ALL
    registered_by: Any = _ALL

    def of_those_who_came(self) -> "Scope":
        """Return the same scope without registrations of people who did not come."""
        return replace(self, registered=(*self.registered, came()))

    def by_event(self) -> "Scope":
        """Return the same scope, counted event by event."""
        return replace(self, invited_by=col(Event.id), registered_by=col(Event.id))


def scope_of(
    *,
    event: int | None = None,
    series: int | None = None,
    segment: int | None = None,
    cell: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Scope:
    """Return the scope that all the given limits leave; what was called off counts on its own."""
    events: list[ColumnElement[bool]] = [] if event else [col(Event.state) != EventState.CANCELLED]
    events += [col(Event.id) == event] if event else []
    events += [col(Event.series_id) == series] if series else []
    events += [col(Event.starts_at) >= since] if since else []
    events += [col(Event.starts_at) < until] if until else []
    invited, registered = [], []
    if cell:
        invited.append(col(Invitation.cell_id) == cell)
        registered.append(col(Registration.cell_id) == cell)
    if segment:
        invited.append(_from_segment(segment))
        registered.append(_invited_from(segment))
    return Scope(tuple(events), tuple(invited), tuple(registered))


def came() -> ColumnElement[bool]:
    """Say that a registration ended in a check-in."""
    return col(Registration.state) == RegistrationState.CHECKED_IN


def _from_segment(segment_id: int) -> ColumnElement[bool]:
    freezes = select(col(SegmentFreeze.id)).where(col(SegmentFreeze.segment_id) == segment_id)
    return col(Invitation.freeze_id).in_(freezes)


def _invited_from(segment_id: int) -> ColumnElement[bool]:
    asked = select(col(Invitation.id)).where(
        col(Invitation.event_id) == Registration.event_id,
        col(Invitation.customer_id) == Registration.customer_id,
        _from_segment(segment_id),
    )
    return asked.exists()
