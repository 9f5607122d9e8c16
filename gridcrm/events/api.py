"""Events for programs."""

from datetime import datetime
from typing import TypeVar

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.policy import needs
from gridcrm.core.tables import stored
from gridcrm.core.who import Right, Who
from gridcrm.events import people, queries, service
from gridcrm.events.forms import CheckInIn, EventIn, InviteIn, RegistrationIn
from gridcrm.events.models import RegistrationSource, RegistrationState
from gridcrm.events.out import (
    CountersOut,
    EventDetailOut,
    EventOut,
    InvitedOut,
    RegistrationOut,
)

Form = TypeVar("Form", bound=SQLModel)


class EventApi(Controller):
    """Planning events and inviting to them."""

    path = "/events"
    tags = ("events",)

    @get(opt=needs(Right.EVENTS_VIEW))
    async def events(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        since: FromQuery[datetime | None] = None,
        until: FromQuery[datetime | None] = None,
        page: FromQuery[int] = 1,
    ) -> list[EventOut]:
        """List the branch's events by beginning, the latest first, fifty to a page."""
        found = await queries.listed(session, who, since, until, page)
        return [EventOut.of(event, who) for event in found]

    @post(opt=needs(Right.EVENTS_EDIT))
    async def add(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: JSONBody[EventIn],
    ) -> EventOut:
        """Plan an event and lead it as far as one may alone.

        A manager's event is open at once; others wait for approval.
        """
        made = await service.create(session, who, data, now)
        return EventOut.of(await service.go_far(session, who, stored(made.id), now), who)

    @get("/{event_id:int}", opt=needs(Right.EVENTS_VIEW))
    async def event(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
    ) -> EventDetailOut:
        """Return an event with its counters."""
        event = await queries.one(session, who, event_id)
        labels = await queries.labels_of(session, event_id)
        return EventDetailOut(
            **EventOut.of(event, who).model_dump(),
            labels=[label.slug for label in labels],
            counters=CountersOut.of(await queries.counters(session, event_id), who),
        )

    @post("/{event_id:int}/invitations", opt=needs(Right.EVENTS_EDIT))
    async def invite(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: JSONBody[InviteIn | None] = None,
    ) -> InvitedOut:
        """Freeze a segment and invite whoever may be invited now."""
        await queries.one(session, who, event_id)
        form = _given(data, "segment_id")
        done = await service.invite(
            session, who, event_id, form.segment_id, now, tuple(form.channels)
        )
        return InvitedOut.of(done)


class RegistrationApi(Controller):
    """Registering, cancelling, and checking in."""

    path = "/events/{event_id:int}"
    tags = ("events",)

    @post("/registrations", opt=needs(Right.EVENTS_EDIT))
    async def register(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: JSONBody[RegistrationIn | None] = None,
    ) -> RegistrationOut:
        """Give a customer seats or a place on the waiting list, or what they have already."""
        if data is None:
            await queries.one(session, who, event_id)
        form = _given(data, "customer_id")
        row = await service.register(
            session,
            who,
            event_id,
            form.customer_id,
            form.party_size,
            RegistrationSource.API,
            now,
        )
        waits = row.state is RegistrationState.WAITLISTED
        place = await people.place_in_line(session, row) if waits else None
        return RegistrationOut.of(row, place)

    @delete("/registrations/{registration_id:int}", opt=needs(Right.EVENTS_EDIT), status_code=200)
    async def cancel(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        registration_id: FromPath[int],
    ) -> RegistrationOut:
        """Give seats back; whoever waits moves up at once."""
        row = await service.cancel_registration(session, who, event_id, registration_id, now)
        return RegistrationOut.of(row)

    @post("/check-ins", opt=needs(Right.EVENTS_DOOR))
    async def check_in(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        event_id: FromPath[int],
        data: JSONBody[CheckInIn | None] = None,
    ) -> RegistrationOut:
        """Note that somebody has come; a customer without a registration walks in."""
        if data is None:
            await queries.one(session, who, event_id)
        form = _given(data, "registration_id")
        if form.registration_id is not None:
            row = await service.check_in(session, who, event_id, form.registration_id, now)
        else:
            row = await service.check_in_customer(
                session, who, event_id, form.customer_id or 0, now
            )
        return RegistrationOut.of(row)


def _given(data: Form | None, field: str) -> Form:
    """A body may be missing, so that another branch's event is not found before it is read."""
    if data is None:
        raise InvalidInput({field: "This is needed."})
    return data
