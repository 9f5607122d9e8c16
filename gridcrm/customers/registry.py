"""What domains to the right add to the pages about customers; `app.install_registries` fills it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import Customer


@dataclass(frozen=True)
class Entry:
    """One line of a customer's timeline; `text` is already in the reader's language."""

    at: datetime
    icon: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a customer's page from a template with its own context.

    `marks` are (word, kind, icon) badges that stand beside the customer's name.
    """

    key: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    marks: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Facet:
    """A filter of the customer list by what another domain knows; `label` is a msgid.

    `condition` turns a chosen value into SQL over Customer and refuses values it does not know.
    """

    key: str
    label: str
    options: Callable[[AsyncSession, Who], Awaitable[list[tuple[str, str]]]]
    condition: Callable[[str, datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class BulkPart:
    """What may be done with people picked in the list: fields and a button with a `formaction`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


TimelineSource = Callable[[AsyncSession, Who, Customer], Awaitable[list[Entry]]]
PanelSource = Callable[[AsyncSession, Who, Customer, datetime], Awaitable[Panel | None]]
BulkSource = Callable[[AsyncSession, Who], Awaitable[BulkPart | None]]

ImportExtra = Callable[
    [AsyncSession, Who, Sequence[tuple[int, CustomerRow]], datetime], Awaitable[dict[str, int]]
]
"""Stores what an imported row says beyond the customer; returns how much of what it stored."""

_timeline: tuple[TimelineSource, ...] = ()
_panels: tuple[PanelSource, ...] = ()
_facets: tuple[Facet, ...] = ()
_extras: tuple[ImportExtra, ...] = ()
_bulk: tuple[BulkSource, ...] = ()


def install(
    timeline: tuple[TimelineSource, ...],
    panels: tuple[PanelSource, ...],
    facets: tuple[Facet, ...] = (),
    extras: tuple[ImportExtra, ...] = (),
    bulk: tuple[BulkSource, ...] = (),
) -> None:
    """Take the sources of this application, in the order in which they are shown."""
    global _timeline, _panels, _facets, _extras, _bulk
    _timeline, _panels, _facets, _extras, _bulk = timeline, panels, facets, extras, bulk


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return all that happened with a customer, newest first."""
    found = [entry for source in _timeline for entry in await source(session, who, customer)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


async def panels(session: AsyncSession, who: Who, customer: Customer, now: datetime) -> list[Panel]:
    """Return the parts that other domains add to a customer's page for this reader."""
    found = [await source(session, who, customer, now) for source in _panels]
    return [panel for panel in found if panel is not None]


def facets() -> tuple[Facet, ...]:
    """Return the filters that other domains add to the list."""
    return _facets


async def store_extras(
    session: AsyncSession, who: Who, pairs: Sequence[tuple[int, CustomerRow]], now: datetime
) -> dict[str, int]:
    """Let other domains store what imported rows say of their customers; return the counts."""
    counts: dict[str, int] = {}
    for extra in _extras:
        counts |= await extra(session, who, pairs, now)
    return counts


async def bulk(session: AsyncSession, who: Who) -> list[BulkPart]:
    """Return what this person may do with people picked in the list."""
    found = [await source(session, who) for source in _bulk]
    return [part for part in found if part is not None]
