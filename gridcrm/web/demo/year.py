"""Plays a year of events: rooms, series, guests, seats and what came of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Branch
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.catalogue import template
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventSeries,
    EventState,
    RegistrationState,
    Seat,
    Venue,
)
from gridcrm.labels.models import Label
from gridcrm.segments.models import FreezeMember, Segment, SegmentFreeze
from gridcrm.web.demo import attendance, history
from gridcrm.web.demo.attendance import Crowd
from gridcrm.web.demo.history import EVENTS, Planned

_OFFICERS = ("officer", "officer2", "officer3", "officer4")
_ROOMS = (("大堂东角", 12), ("多功能厅", 40), ("贵宾室", 12), ("广场", 200))
_ELDER, _RETIRING = 60, range(52, 69)
_FITS: dict[str, Callable[[int, Customer], bool]] = {
    "elder": lambda age, _person: age >= _ELDER,
    "young_elder": lambda age, _person: age in _RETIRING,
    "family_kids": lambda _age, person: bool(person.has_child),
    "affluent": lambda _age, person: person.tier in ("affluent", "private", "preferred"),
}


@dataclass
class Stage:
    """What the steps of building the demo share."""

    session: AsyncSession
    random: Random
    branch: Branch
    staff: dict[str, Who]
    now: datetime

    @property
    def manager(self) -> Who:
        """Return the branch manager."""
        return self.staff["manager"]

    @property
    def officers(self) -> list[int]:
        """Return the accounts of the grid officers."""
        return [self.staff[name].user_id for name in _OFFICERS]


async def play(stage: Stage, customers: list[Customer]) -> None:
    """Make every event of the demo with its people."""
    session, branch_id = stage.session, stored(stage.branch.id)
    venues = [Venue(branch_id=branch_id, name=n, capacity=c) for n, c in _ROOMS]
    series = {n: EventSeries(branch_id=branch_id, name=n) for n in (history.ART, history.TIGER)}
    session.add_all([*venues, *series.values()])
    await session.flush()
    by_id = {stored(person.id): person for person in customers}
    slugs = dict((await session.exec(select(Label.slug, Label.id))).all())
    for planned in EVENTS:
        event = _event(stage, planned, venues, series)
        session.add(event)
        await session.flush()
        session.add_all(
            EventLabel(event_id=stored(event.id), label_id=stored(slugs[slug]))
            for slug in template(planned.template).labels
            if slug in slugs
        )
        await _fill(stage, planned, event, customers, by_id)


def _event(
    stage: Stage, planned: Planned, venues: list[Venue], series: dict[str, EventSeries]
) -> Event:
    kind = template(planned.template)
    begins = history.starts_at(planned, stage.now.date(), stage.branch.time_zone)
    room = next((v for v in venues if v.capacity >= planned.capacity), venues[-1])
    host = stage.staff[stage.random.choice(("lead", "officer", "officer2", "lobby"))].user_id
    return Event(
        branch_id=stored(stage.branch.id),
        series_id=series[planned.series].id if planned.series else None,
        template=planned.template,
        title=planned.title,
        venue_id=room.id,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=kind.minutes),
        host_id=host,
        cost_fen=stage.random.randint(2, 30) * 10_000,
        capacity=planned.capacity,
        state=planned.state,
        anonymous_count=planned.anonymous,
        created_by=stage.manager.user_id,
        created_at=begins - timedelta(days=20),
        updated_at=min(stage.now, begins),
    )


async def _fill(
    stage: Stage,
    planned: Planned,
    event: Event,
    customers: list[Customer],
    by_id: dict[int, Customer],
) -> None:
    session = stage.session
    freeze_id = await _freeze(stage, planned, event)
    liked = _likely(customers, planned, stage.now.year)
    crowd = attendance.gather(stage.random, planned, event, liked, freeze_id)
    session.add_all([*crowd.invitations, *crowd.registrations])
    if freeze_id is not None:
        session.add_all(
            FreezeMember(freeze_id=freeze_id, customer_id=invitation.customer_id)
            for invitation in crowd.invitations
        )
    await session.flush()
    _seat(session, event, crowd)
    staff = [stage.manager.user_id, *stage.officers, stage.staff["lead"].user_id]
    session.add_all(attendance.outcomes(stage.random, event, crowd, by_id, staff, stage.now))
    await session.flush()


async def _freeze(stage: Stage, planned: Planned, event: Event) -> int | None:
    audience = template(planned.template).audience
    query = select(Segment).where(Segment.slug == audience)
    segment = (await stage.session.exec(query)).first() if audience else None
    if segment is None or not planned.invited:
        return None
    freeze = SegmentFreeze(
        segment_id=stored(segment.id),
        branch_id=event.branch_id,
        predicate=segment.predicate,
        used_for=event.title,
        member_count=planned.invited,
        frozen_by=stage.manager.user_id,
        frozen_at=event.starts_at - timedelta(days=9),
    )
    stage.session.add(freeze)
    await stage.session.flush()
    return freeze.id


def _likely(customers: list[Customer], planned: Planned, year: int) -> list[Customer]:
    """Return those whom an event of this kind would be for, by age, children or means."""
    fits = _FITS.get(template(planned.template).audience)
    placed = [person for person in customers if person.cell_id is not None]
    if fits is None:
        return placed
    return [person for person in placed if fits(year - (person.birth_year or year), person)]


def _seat(session: AsyncSession, event: Event, crowd: Crowd) -> None:
    holds = {RegistrationState.CONFIRMED, RegistrationState.CHECKED_IN, RegistrationState.NO_SHOW}
    seated = [r for r in crowd.registrations if r.state in holds][: event.capacity]
    for late in [r for r in crowd.registrations if r.state in holds][event.capacity :]:
        late.state = RegistrationState.CANCELLED
    event.taken = len(seated)
    if event.taken == event.capacity and event.state is EventState.OPEN:
        event.state = EventState.FULL
    session.add(event)
    for number in range(1, event.capacity + 1):
        holder = seated[number - 1].id if number <= len(seated) else None
        session.add(Seat(event_id=stored(event.id), number=number, registration_id=holder))
