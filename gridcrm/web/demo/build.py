"""Builds the demo branch: places and grid through the services people use, history in bulk."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import shapely
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, LonLat
from gridcrm.accounts import service as accounts
from gridcrm.accounts.queries import as_who
from gridcrm.branches import places
from gridcrm.branches import service as branches
from gridcrm.branches.forms import BranchIn, PlacesIn
from gridcrm.branches.models import Branch
from gridcrm.core.tables import stored
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.catalogue import template
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventSeries,
    RegistrationState,
    Seat,
    Venue,
)
from gridcrm.labels.models import Label
from gridcrm.segments.models import FreezeMember, Segment, SegmentFreeze
from gridcrm.web.demo import around, attendance, grid, history, people, town
from gridcrm.web.demo.attendance import Crowd
from gridcrm.web.demo.history import EVENTS, Planned
from gridcrm.web.demo.town import Feature

CODE = "DEMO"
_SEED = 20261121
_OFFICERS = ("officer", "officer2", "officer3", "officer4")
_CUSTOMERS_OF_BRANCH, _TRANSACTIONS_OF_BRANCH = 78_000, 57_000
_DONE = {"reviewed", "closed", "settled"}

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Setting:
    """Where the demo plays."""

    name: str
    home: LonLat
    features: list[Feature]
    source: str
    licence: str
    real: bool


@dataclass
class _Stage:
    """What the steps of the building share."""

    session: AsyncSession
    random: Random
    branch: Branch
    staff: dict[str, Who]
    now: datetime

    @property
    def manager(self) -> Who:
        return self.staff["manager"]

    @property
    def officers(self) -> list[int]:
        return [self.staff[name].user_id for name in _OFFICERS]


def setting(folder: Path | None) -> Setting:
    """Return the fictional town, or real surroundings from a folder of layers."""
    if folder is None:
        return Setting(
            "经开支行", town.HOME, town.features(), town.SOURCE, town.LICENCE, real=False
        )
    found = around.read(folder)
    return Setting(found.name, found.home, found.features, around.SOURCE, around.LICENCE, real=True)


async def exists(session: AsyncSession) -> bool:
    """Return whether the demo branch is there already."""
    return (await session.exec(select(Branch.id).where(Branch.code == CODE))).first() is not None


async def build(
    session: AsyncSession, where: Setting, now: datetime, progress: Progress
) -> dict[str, str]:
    """Make the branch with everything in it and return the passwords of its people."""
    steps = 6
    progress(0, steps, "Building the demo branch")
    stage, passwords = await _open(session, where, now)
    await _places(stage, where)
    progress(1, steps, "Building the demo branch")
    customers = await _customers(stage, where)
    progress(2, steps, "Building the demo branch")
    await grid.draw(session, stage.staff, now, real=where.real)
    for person in customers:
        await session.refresh(person, ["cell_id"])
    progress(3, steps, "Building the demo branch")
    await _background(stage, customers)
    progress(4, steps, "Building the demo branch")
    await _year(stage, customers)
    progress(steps, steps, "Building the demo branch")
    return passwords


async def _open(
    session: AsyncSession, where: Setting, now: datetime
) -> tuple[_Stage, dict[str, str]]:
    form = BranchIn(
        code=CODE,
        name=where.name,
        lon=where.home.lon,
        lat=where.home.lat,
        datum=Datum.WGS84,
        customer_count=_CUSTOMERS_OF_BRANCH,
        transaction_count=_TRANSACTIONS_OF_BRANCH,
        counts_on=now.date(),
    )
    branch = await branches.add(session, None, form, now)
    staff: dict[str, Who] = {}
    passwords = {}
    for username, shown, role in people.STAFF:
        user, passwords[username] = await accounts.add_user(
            session, None, username=username, display_name=shown, role=role,
            branch_id=branch.id, now=now,
        )  # fmt: skip
        staff[username] = as_who(user, branch.id)
    return _Stage(session, Random(_SEED), branch, staff, now), passwords


async def _places(stage: _Stage, where: Setting) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": feature.ref,
                "properties": {"name": feature.name, "kind": feature.kind.value},
                "geometry": shapely.geometry.mapping(feature.shape),
            }
            for feature in where.features
        ],
    }
    upload = Upload("demo.geojson", json.dumps(collection).encode())
    form = PlacesIn(
        source=where.source, licence=where.licence, datum=Datum.WGS84, kind_property="kind"
    )
    kept = await places.check(stage.session, stage.manager, upload, form, stage.now)
    await places.commit(stage.session, stage.manager, stored(kept.id), stage.now)
    await stage.session.flush()


async def _customers(stage: _Stage, where: Setting) -> list[Customer]:
    homes = await asyncio.to_thread(people.homes, where.features)
    made = people.customers(stage.random, stored(stage.branch.id), where.home, homes, stage.now)
    for person in made:
        if stage.random.random() < 0.7:  # noqa: PLR2004 - the others are nobody's yet
            person.owner_id = stage.random.choice(stage.officers)
    stage.session.add_all(made)
    await stage.session.flush()
    return made


async def _background(stage: _Stage, customers: list[Customer]) -> None:
    session, random, branch_id = stage.session, stage.random, stored(stage.branch.id)
    rows = await session.exec(select(Label.slug, Label.id))
    ids = {slug: stored(number) for slug, number in rows}
    made: list[Any] = [
        *history.labels(random, customers, ids, stage.now),
        *history.consents(random, customers, branch_id, stage.now),
        *history.holdings(random, customers),
        *history.visits(random, customers, stage.officers, branch_id, stage.now),
        *history.tasks(random, customers, stage.officers, branch_id, stage.now),
    ]
    session.add_all(made)
    await session.flush()


async def _year(stage: _Stage, customers: list[Customer]) -> None:
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


_ROOMS = (("大堂东角", 12), ("多功能厅", 40), ("贵宾室", 12), ("广场", 200))


def _event(
    stage: _Stage, planned: Planned, venues: list[Venue], series: dict[str, EventSeries]
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
    stage: _Stage,
    planned: Planned,
    event: Event,
    customers: list[Customer],
    by_id: dict[int, Customer],
) -> None:
    session = stage.session
    freeze_id = await _freeze(stage, planned, event)
    liked = _likely(customers, planned)
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


async def _freeze(stage: _Stage, planned: Planned, event: Event) -> int | None:
    audience = template(planned.template).audience
    query = select(Segment).where(Segment.slug == audience)
    segment = (await stage.session.exec(query)).first() if audience else None
    if segment is None or not planned.invited:
        return None
    freeze = SegmentFreeze(
        segment_id=stored(segment.id),
        branch_id=event.branch_id,
        predicate=segment.predicate,
        used_for=f"event:{event.id}",
        member_count=planned.invited,
        frozen_by=stage.manager.user_id,
        frozen_at=event.starts_at - timedelta(days=9),
    )
    stage.session.add(freeze)
    await stage.session.flush()
    return freeze.id


def _likely(customers: list[Customer], planned: Planned) -> list[Customer]:
    """Return those whom an event of this kind would be for, by age, children or means."""
    audience = template(planned.template).audience
    year = 2026
    chosen = {
        "elder": lambda p: year - p.birth_year >= 60,  # noqa: PLR2004
        "young_elder": lambda p: 52 <= year - p.birth_year <= 68,  # noqa: PLR2004
        "family_kids": lambda p: p.has_child,
        "affluent": lambda p: p.tier in ("affluent", "private", "preferred"),
    }.get(audience, lambda _p: True)
    return [p for p in customers if p.cell_id is not None and chosen(p)]


def _seat(session: AsyncSession, event: Event, crowd: Crowd) -> None:
    holds = {RegistrationState.CONFIRMED, RegistrationState.CHECKED_IN, RegistrationState.NO_SHOW}
    seated = [r for r in crowd.registrations if r.state in holds][: event.capacity]
    for late in [r for r in crowd.registrations if r.state in holds][event.capacity :]:
        late.state = RegistrationState.CANCELLED
    event.taken = len(seated)
    session.add(event)
    for number in range(1, event.capacity + 1):
        holder = seated[number - 1].id if number <= len(seated) else None
        session.add(Seat(event_id=stored(event.id), number=number, registration_id=holder))
