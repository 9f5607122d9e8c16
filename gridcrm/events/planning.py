"""Planning an event: what, when, where, for how many, about what."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import N_, gettext, local_name
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.events import bookings, catalogue, queries, registering, rules, seats
from gridcrm.events.catalogue import EventTemplate
from gridcrm.events.forms import EventIn, MicroIn, Start
from gridcrm.events.leading import approval
from gridcrm.events.models import Event, EventLabel, EventState, Venue
from gridcrm.grids import queries as grids
from gridcrm.labels import queries as labels

SOON = timedelta(minutes=15)


async def create(session: AsyncSession, who: Who, form: EventIn, now: datetime) -> Event:
    """Plan an event with its seats; it is a draft."""
    kind = catalogue.template(form.template)
    event = _blank(who, kind, now)
    await _fill(session, who, event, form)
    await _keep(session, who, event, kind.labels if form.labels is None else form.labels)
    return event


async def start_micro(session: AsyncSession, who: Who, form: MicroIn, now: datetime) -> Event:
    """Begin a micro-salon now or in a quarter of an hour; it needs no approval."""
    theme = catalogue.theme(form.theme)
    kind = catalogue.template(theme.template)
    runs = form.start is Start.NOW
    plan = EventIn(
        template=kind.slug,
        title=local_name(theme),
        starts_at=now if runs else now + SOON,
        capacity=await _places(session, who, form.venue_id, kind),
        venue_id=form.venue_id,
        host_id=form.host_id,
    )
    event = _blank(who, kind, now)
    await _fill(session, who, event, plan)
    event.theme = theme.slug
    event.state = EventState.IN_PROGRESS if runs else EventState.OPEN
    event.submitted_by = event.approved_by = who.user_id
    await _keep(session, who, event, theme.labels)
    return event


async def change(
    session: AsyncSession, who: Who, event_id: int, form: EventIn, now: datetime
) -> Event:
    """Write a changed plan; new seats go to those who wait, and no seat in use goes away."""
    hall = await seats.lock(session, event_id, who.here)
    event = await queries.one(session, who, event_id)
    if event.state in rules.OVER:
        raise RuleBroken("This event is over; its plan can no longer be changed.")
    before = approval(event)
    await _fill(session, who, event, form)
    if event.approved_by is not None:
        rules.check_still_covered(before, approval(event))
    wanted, event.capacity = event.capacity, hall.capacity
    event.updated_at, event.revision = now, event.revision + 1
    session.add(event)
    await session.flush()
    if wanted != hall.capacity:
        hall = await seats.resize(session, hall, wanted)
        await registering.move_up(session, who, hall, now)
    if form.labels is not None:
        await _set_labels(session, event_id, form.labels)
    audit.record(session, who, "event_change", ("event", event_id), capacity=wanted)
    return await queries.one(session, who, event_id)


def in_zone(moment: datetime, zone: str) -> datetime:
    """Return a moment; one without a zone is the branch's own time."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _blank(who: Who, kind: EventTemplate, now: datetime) -> Event:
    return Event(
        branch_id=who.here,
        template=kind.slug,
        title=local_name(kind),
        starts_at=now,
        ends_at=now,
        host_id=who.user_id,
        capacity=kind.capacity,
        created_by=who.user_id,
        created_at=now,
        updated_at=now,
    )


async def _fill(session: AsyncSession, who: Who, event: Event, form: EventIn) -> None:
    """Copy a plan into an event, if everything in it exists and nothing clashes."""
    kind = catalogue.template(event.template)
    zone = (await branches.here(session, who)).time_zone
    event.starts_at = in_zone(form.starts_at, zone)
    lasts = timedelta(minutes=form.minutes or kind.minutes)
    event.ends_at = in_zone(form.ends_at, zone) if form.ends_at else event.starts_at + lasts
    event.title = form.title or event.title
    event.capacity = form.capacity or event.capacity
    event.venue_id, event.series_id, event.cell_id = form.venue_id, form.series_id, form.cell_id
    event.host_id = form.host_id or event.host_id
    event.partner, event.description = form.partner, form.description
    event.names_product = form.names_product
    event.outcome_window_days = form.outcome_window_days
    await _check(session, who, event, is_host_named=form.host_id is not None)


async def _keep(session: AsyncSession, who: Who, event: Event, label_slugs: Iterable[str]) -> None:
    session.add(event)
    await session.flush()
    event_id = stored(event.id)
    await seats.add(session, event_id, range(1, event.capacity + 1))
    await _set_labels(session, event_id, label_slugs)
    audit.record(
        session, who, "event_add", ("event", event_id), template=event.template, state=event.state
    )


async def _set_labels(session: AsyncSession, event_id: int, slugs: Iterable[str]) -> None:
    """Say what an event is about; a label that was retired is left out."""
    await session.exec(delete(EventLabel).where(col(EventLabel.event_id) == event_id))
    found = (await labels.by_slugs(session, list(slugs))).values()
    ids = {label.id for label in found if label.id is not None}
    session.add_all(EventLabel(event_id=event_id, label_id=label_id) for label_id in ids)
    await session.flush()


async def _check(session: AsyncSession, who: Who, event: Event, *, is_host_named: bool) -> None:
    """Refuse a room, host, series or cell that is not the branch's, too small or taken.

    Whoever plans is the host until one is named, so only a named host can be taken.
    """
    errors: dict[str, str] = {}
    if event.ends_at <= event.starts_at:
        errors["ends_at"] = N_("The end comes after the beginning.")
    if event.venue_id is not None:
        room = await queries.venue(session, who, event.venue_id)
        errors |= _room_errors(room, event.capacity)
    if event.host_id not in {user.id for user in await accounts.staff(session, who.here)}:
        errors["host_id"] = N_("Choose somebody of this branch.")
    if event.series_id is not None:
        await queries.series(session, who, event.series_id)
    if event.cell_id is not None:
        await grids.cell(session, who, event.cell_id)
    clashes = await _clashes(session, event)
    if not is_host_named:
        clashes.pop("host_id", None)
    if errors := clashes | errors:
        raise InvalidInput(errors)


def _room_errors(room: Venue, capacity: int) -> dict[str, str]:
    if not room.active:
        return {"venue_id": N_("This room is closed.")}
    if capacity > room.capacity:
        message = gettext("{room} holds {n} people.")
        return {"capacity": message.format(room=room.name, n=f"{room.capacity:,}")}
    return {}


async def _clashes(session: AsyncSession, event: Event) -> dict[str, str]:
    """Plans of one branch wait for each other, so that each sees the other's room and host."""
    mine = select(Branch.id).where(Branch.id == event.branch_id)
    await session.exec(mine.with_for_update(key_share=True))
    others = await queries.bookings(session, event.branch_id, event.starts_at, event.ends_at)
    found = bookings.clashes(queries.booking(event), others)
    messages = {
        "venue_id": gettext("At that time the room is taken by {title}."),
        "host_id": gettext("At that time this person hosts {title}."),
    }
    return {name: messages[name].format(title=other.title) for name, other in found.items()}


async def _places(
    session: AsyncSession, who: Who, venue_id: int | None, kind: EventTemplate
) -> int:
    """A small corner makes a small circle."""
    if venue_id is None:
        return kind.capacity
    return min(kind.capacity, (await queries.venue(session, who, venue_id)).capacity)
