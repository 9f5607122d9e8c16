"""What domains to the right add to an event's page; `app.install_registries` fills it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.events.models import Event


@dataclass(frozen=True)
class EventPanel:
    """A part of an event's results, rendered from a template with its own context as `panel`."""

    key: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


EventPanelSource = Callable[[AsyncSession, Who, Event, datetime], Awaitable[EventPanel | None]]

_panels: tuple[EventPanelSource, ...] = ()


def install(panels: tuple[EventPanelSource, ...]) -> None:
    """Take the sources of this application, in the order in which they are shown."""
    global _panels  # noqa: PLW0603 - set once at start-up
    _panels = panels


def has_panels() -> bool:
    """Return whether anybody adds anything."""
    return bool(_panels)


async def panels(session: AsyncSession, who: Who, event: Event, now: datetime) -> list[EventPanel]:
    """Return the parts that other domains add to an event's page, for this person."""
    found = [await source(session, who, event, now) for source in _panels]
    return [panel for panel in found if panel is not None]
