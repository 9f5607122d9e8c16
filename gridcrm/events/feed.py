"""A branch's events as a calendar that phones and desks subscribe to; it names no guests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry

from gridcrm.branches.models import Branch
from gridcrm.core.i18n import gettext
from gridcrm.events import words
from gridcrm.events.models import Event, EventState
from gridcrm.events.rules import UNDECIDED


def calendar(
    branch: Branch, events: Iterable[Event], rooms: dict[int, str], base_url: str
) -> bytes:
    """Return the feed; times are UTC, which every calendar shows in its own zone."""
    feed = Calendar()
    feed.add("prodid", "-//GridCRM//events//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", gettext("{name} events").format(name=branch.name))
    feed.add("x-wr-timezone", branch.time_zone)
    feed.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for event in events:
        place = rooms.get(event.venue_id or 0, "")
        feed.add_component(_entry(event, f"{branch.name} {place}".strip(), base_url))
    return bytes(feed.to_ical())


def _entry(event: Event, place: str, base_url: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"event-{event.id}@gridcrm")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", _utc(event.updated_at))
    entry.add("last-modified", _utc(event.updated_at))
    entry.add("dtstart", _utc(event.starts_at))
    entry.add("dtend", _utc(event.ends_at))
    entry.add("summary", event.title)
    entry.add("location", place)
    entry.add("status", _status(event.state))
    entry.add("description", words.word(event.state))
    entry.add("url", f"{base_url}/events/{event.id}")
    return entry


def _status(state: EventState) -> str:
    if state is EventState.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if state in UNDECIDED else "CONFIRMED"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
