"""What domains to the right add to a customer's page; `app.install_registries` fills it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
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
    """A part of a customer's page, rendered from a template with its own context."""

    key: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


TimelineSource = Callable[[AsyncSession, Who, Customer], Awaitable[list[Entry]]]
PanelSource = Callable[[AsyncSession, Who, Customer], Awaitable[Panel]]

_timeline: tuple[TimelineSource, ...] = ()
_panels: tuple[PanelSource, ...] = ()


def install(timeline: tuple[TimelineSource, ...], panels: tuple[PanelSource, ...]) -> None:
    """Take the sources of this application, in the order in which they are shown."""
    global _timeline, _panels  # noqa: PLW0603 - set once at start-up
    _timeline, _panels = timeline, panels


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return all that happened with a customer, newest first."""
    found = [entry for source in _timeline for entry in await source(session, who, customer)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


async def panels(session: AsyncSession, who: Who, customer: Customer) -> list[Panel]:
    """Return the parts that other domains add to a customer's page."""
    return [await source(session, who, customer) for source in _panels]
