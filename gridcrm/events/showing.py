"""What the pages of events show around their content: the state bar, counters, tabs, a month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core.counts import shown
from gridcrm.core.days import local_day
from gridcrm.core.errors import AppError
from gridcrm.core.i18n import gettext, say
from gridcrm.core.tables import stored
from gridcrm.core.who import Right, Who
from gridcrm.events import catalogue, leading, queries, registry, rules, words
from gridcrm.events.models import Event, EventState
from gridcrm.events.queries import Counters
from gridcrm.events.rules import Approval, Verb

_PATH = (
    EventState.DRAFT,
    EventState.SUBMITTED,
    EventState.APPROVED,
    EventState.OPEN,
    EventState.IN_PROGRESS,
    EventState.CLOSED,
    EventState.SETTLED,
    EventState.REVIEWED,
)
_PAST_INVITING = rules.OVER | {EventState.IN_PROGRESS}
_SERIES_COLOURS = 6
_WEEK = 7


@dataclass(frozen=True)
class Day:
    """One field of the calendar."""

    date: date
    is_in_month: bool
    is_today: bool
    events: list[Event] = field(default_factory=list)


def weeks(month: date, events: Sequence[Event], zone: str, today: date) -> list[list[Day]]:
    """Return the weeks of a month, Monday first, with each day's events."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        by_day.setdefault(local_day(event.starts_at, zone), []).append(event)
    first = month.replace(day=1)
    start = first - timedelta(days=first.weekday())
    found: list[list[Day]] = []
    while start.replace(day=1) <= first or not found:
        days = [start + timedelta(days=n) for n in range(_WEEK)]
        found.append([Day(d, d.month == month.month, d == today, by_day.get(d, [])) for d in days])
        start += timedelta(days=_WEEK)
    return found


def colour(event: Event) -> int:
    """Return which of the few colours a series has; 0 for an event on its own."""
    return 0 if event.series_id is None else event.series_id % _SERIES_COLOURS + 1


def heads(count: int, who: Who) -> str:
    """Return a number of people as this person may read it."""
    return f"{count:,}" if rules.may_count(who) else shown(count, who)


def state_bar(state: EventState) -> tuple[list[tuple[str, str]], str]:
    """Return the steps of an event's life in words, and the one it stands at."""
    at = {EventState.FULL: EventState.OPEN, EventState.RETURNED: EventState.DRAFT}.get(state, state)
    return [(step.value, words.word(state if step is at else step)) for step in _PATH], at.value


async def around(session: AsyncSession, who: Who, event_id: int, tab: str) -> dict[str, Any]:
    """Return what every page of an event shows: the event, its bar, its counters and tabs."""
    event = await queries.one(session, who, event_id)
    branch = await branches.here(session, who)
    counters = await queries.counters(session, event_id)
    kind = catalogue.template(event.template)
    steps, at = state_bar(event.state)
    rooms = {room.id: room.name for room in await queries.venues(session, who)}
    return {
        "event": event,
        "kind": kind,
        "zone": branch.time_zone,
        "room": rooms.get(event.venue_id, ""),
        "counters": counters,
        "shown": lambda n: heads(n, who),
        "exact": rules.may_count(who),
        "steps": steps,
        "step": at,
        "tabs": _tabs(who, event, counters, tab),
        "words": words,
        "rules": rules,
        "on_the_spot": tab == "door",
    }


async def details(session: AsyncSession, who: Who, event: Event) -> dict[str, Any]:
    """Return the names behind an event's numbers, and what can be done with it next."""
    names = await accounts.staff_names(session, who.here)
    series = {one.id: one.name for one in await queries.all_series(session, who)}
    return {
        "names": names,
        "series": series.get(event.series_id, ""),
        "labels": await queries.labels_of(session, stored(event.id)),
        "gates": [words.gate(gate) for gate in catalogue.Gate if gate in _gates(event)],
        "needed": leading.approval(event),
        "verbs": _verbs(who, event),
        "why_not": _why_not_approve(who, event),
        "Verb": Verb,
        "Approval": Approval,
    }


def _gates(event: Event) -> frozenset[catalogue.Gate]:
    return catalogue.template(event.template).gates


def _verbs(who: Who, event: Event) -> list[Verb]:
    able = [verb for verb in rules.verbs(event.state) if who.may(rules.RIGHT[verb])]
    if _why_not_approve(who, event):
        able = [verb for verb in able if verb not in (Verb.APPROVE, Verb.RETURN)]
    return able


def _why_not_approve(who: Who, event: Event) -> str:
    """Say who has to decide if this person may not."""
    if event.state is not EventState.SUBMITTED:
        return ""
    if not who.may(Right.EVENTS_APPROVE):
        return gettext("It waits for the approval of the manager or of compliance.")
    try:
        leading.check_second_person(who, event)
    except AppError as error:
        return say(error)
    return ""


def _tabs(who: Who, event: Event, counters: Counters, current: str) -> list[tuple[Any, ...]]:
    path = f"/events/{event.id}"
    lists = who.may(Right.CUSTOMERS_LIST)
    invites = who.may(Right.EVENTS_EDIT) and event.state not in _PAST_INVITING
    at_door = who.may(Right.EVENTS_DOOR) and event.state in rules.TAKES_REGISTRATIONS
    tabs: list[tuple[bool, str, str, str, int | None]] = [
        (True, "overview", gettext("Overview"), path, None),
        (invites or current == "invite", "invite", gettext("Invite"), f"{path}/invite", None),
        (lists, "invited", gettext("Invited"), f"{path}/invitations", counters.invited),
        (lists, "registered", gettext("Registered"), f"{path}/registered", counters.registered),
        (lists, "waitlist", gettext("Waiting list"), f"{path}/waitlist", counters.waiting),
        (at_door or current == "door", "door", gettext("Door"), f"{path}/door", None),
        (registry.has_panels(), "results", gettext("Results"), f"{path}/results", None),
    ]
    return [(label, url, key == current, n) for may, key, label, url, n in tabs if may]
