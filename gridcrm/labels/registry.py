"""What else carries labels; domains to the right add their link tables at start-up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.labels.models import CellLabel, Label


@dataclass(frozen=True)
class Use:
    """A line on a label's page that leads to what uses it; `text` is in the reader's language."""

    icon: str
    text: str
    url: str = ""


UseSource = Callable[[AsyncSession, Who, Label], Awaitable[list[Use]]]


@dataclass(frozen=True)
class Link:
    """A table with two keys, the thing (`owner` is its column) and label_id."""

    table: type[SQLModel]
    owner: str


_links: tuple[Link, ...] = (Link(CellLabel, "cell_id"),)
_uses: tuple[UseSource, ...] = ()


def install(links: tuple[Link, ...] = (), uses: tuple[UseSource, ...] = ()) -> None:
    """Take the link tables of other domains, to be changed by a merge, and what uses a label."""
    global _links, _uses
    _links, _uses = (Link(CellLabel, "cell_id"), *links), uses


def links() -> tuple[Link, ...]:
    """Return every table that links a thing to a label."""
    return _links


async def uses(session: AsyncSession, who: Who, label: Label) -> list[Use]:
    """Return what uses a label, as far as this person may see it."""
    return [use for source in _uses for use in await source(session, who, label)]
