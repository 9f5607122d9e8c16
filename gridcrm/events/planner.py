"""The form in which an event is planned: its choices, and how it is filled."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.forms import Form
from gridcrm.core.i18n import local_name
from gridcrm.core.pages import page
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.events import catalogue, queries, rules, words
from gridcrm.events.catalogue import EventTemplate
from gridcrm.events.models import Event
from gridcrm.grids import queries as grids
from gridcrm.labels import queries as labels
from gridcrm.labels.rules import LEAF_DEPTH

_USUAL_START = time(14)
_MINUTE = timedelta(minutes=1)


def cards() -> list[tuple[str, list[EventTemplate]]]:
    """Return the kinds of event under the headings of their groups."""
    groups: dict[str, list[EventTemplate]] = {}
    for kind in catalogue.templates().values():
        groups.setdefault(kind.group, []).append(kind)
    return [(words.group(key), kinds) for key, kinds in groups.items()]


async def blank(
    session: AsyncSession, who: Who, slug: str, now: datetime, *, on: str = "", cell: str = ""
) -> Form:
    """Return a plan filled from a template: tomorrow at two, or on a day that was chosen."""
    kind = catalogue.template(slug)
    zone = (await branches.here(session, who)).time_zone
    day = _day(on) or local_day(now, zone) + timedelta(days=1)
    return Form(
        {
            "template": slug,
            "title": local_name(kind),
            "starts_at": f"{datetime.combine(day, _USUAL_START):%Y-%m-%dT%H:%M}",
            "minutes": kind.minutes,
            "capacity": kind.capacity,
            "host_id": who.user_id,
            "cell_id": cell if cell.isdecimal() else "",
            "outcome_window_days": 30,
            "labels": list(kind.labels),
        }
    )


async def filled(session: AsyncSession, who: Who, event: Event) -> Form:
    """Return an event's plan as a form."""
    zone = ZoneInfo((await branches.here(session, who)).time_zone)
    about = await labels_of(session, event)
    return Form(
        event.model_dump(
            include={
                "template", "title", "capacity", "venue_id", "series_id", "cell_id", "host_id",
                "partner", "description", "names_product", "outcome_window_days",
            }
        )
        | {
            "starts_at": f"{event.starts_at.astimezone(zone):%Y-%m-%dT%H:%M}",
            "minutes": (event.ends_at - event.starts_at) // _MINUTE,
            "labels": about,
        }
    )  # fmt: skip


async def show(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    form: Form,
    event: Event | None = None,
) -> Template:
    """Show the form of a plan, new or to be changed."""
    slug = event.template if event else str(form.values.get("template", ""))
    kind = catalogue.templates().get(slug)
    return await page(
        request,
        "events/form.html",
        status=form.status,
        form=form,
        event=event,
        kind=kind,
        gates=[words.gate(gate) for gate in catalogue.Gate if kind and gate in kind.gates],
        most_guests=rules.MOST_GUESTS,
        **await _choices(session, who, event),
    )


async def labels_of(session: AsyncSession, event: Event) -> list[str]:
    """Return the slugs of what an event is about."""
    return [label.slug for label in await queries.labels_of(session, stored(event.id))]


async def _choices(session: AsyncSession, who: Who, event: Event | None) -> dict[str, Any]:
    """Return what may be chosen; what an event has stays among it, though it be gone by now."""
    cells = [(cell.id, cell.name) for cell in await grids.published_rows(session, who.here)]
    staff = [(user.id, user.display_name) for user in await accounts.staff(session, who.here)]
    if event and event.cell_id and event.cell_id not in dict(cells):
        cells.append((event.cell_id, (await grids.cell(session, who, event.cell_id)).name))
    if event and event.host_id not in dict(staff):
        names = await accounts.staff_names(session, who.here)
        staff.append((event.host_id, names.get(event.host_id, "–")))
    return {
        "rooms": [
            (room.id, f"{room.name} · {room.capacity}")
            for room in await queries.venues(session, who)
            if room.active or (event and room.id == event.venue_id)
        ],
        "all_series": [(one.id, one.name) for one in await queries.all_series(session, who)],
        "staff": staff,
        "cells": cells,
        "label_groups": await _label_groups(session),
    }


async def _label_groups(session: AsyncSession) -> list[tuple[str, list[tuple[str, str]]]]:
    tree = await labels.tree(session)
    parents = {label.id: label for label in tree}
    groups: dict[int | None, list[tuple[str, str]]] = {}
    for label in tree:
        if label.active and label.depth == LEAF_DEPTH:
            groups.setdefault(label.parent_id, []).append((label.slug, local_name(label)))
    return [(local_name(parents[parent]), leaves) for parent, leaves in groups.items()]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
