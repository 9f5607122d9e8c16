"""The verbs of this domain; each group of them has a file of its own."""

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.who import Who
from gridcrm.events import queries
from gridcrm.events.door import add_anonymous, check_in, check_in_customer, undo_check_in, walk_in
from gridcrm.events.forms import SeriesIn, VenueIn
from gridcrm.events.inviting import invite, preview
from gridcrm.events.leading import go_far, transition
from gridcrm.events.models import EventSeries, Venue
from gridcrm.events.planning import change, create, start_micro
from gridcrm.events.registering import cancel_registration, change_party, put_on_list, register

__all__ = [
    "add_anonymous",
    "add_series",
    "add_venue",
    "cancel_registration",
    "change",
    "change_party",
    "change_venue",
    "check_in",
    "check_in_customer",
    "create",
    "go_far",
    "invite",
    "preview",
    "put_on_list",
    "register",
    "rename_series",
    "start_micro",
    "transition",
    "undo_check_in",
    "walk_in",
]


async def add_venue(session: AsyncSession, who: Who, form: VenueIn) -> Venue:
    """Add a room or corner."""
    room = Venue(branch_id=who.here, name=form.name, capacity=form.capacity)
    session.add(room)
    await session.flush()
    audit.record(session, who, "venue_add", ("venue", room.id))
    return room


async def change_venue(session: AsyncSession, who: Who, venue_id: int, form: VenueIn) -> Venue:
    """Change a room; one that is closed is offered no more."""
    room = await queries.venue(session, who, venue_id)
    room.name, room.capacity, room.active = form.name, form.capacity, form.active
    session.add(room)
    audit.record(session, who, "venue_change", ("venue", venue_id), active=form.active)
    return room


async def add_series(session: AsyncSession, who: Who, form: SeriesIn) -> EventSeries:
    """Add a series."""
    made = EventSeries(branch_id=who.here, name=form.name)
    session.add(made)
    await session.flush()
    audit.record(session, who, "series_add", ("series", made.id))
    return made


async def rename_series(
    session: AsyncSession, who: Who, series_id: int, form: SeriesIn
) -> EventSeries:
    """Rename a series."""
    found = await queries.series(session, who, series_id)
    found.name = form.name
    session.add(found)
    audit.record(session, who, "series_rename", ("series", series_id))
    return found
