"""What the results page shows: over what, how far people came, and whether it is final yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from urllib.parse import urlencode

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.errors import NotFound
from gridcrm.core.i18n import gettext, local_name
from gridcrm.core.who import Who
from gridcrm.events import queries as events
from gridcrm.grids import queries as grids
from gridcrm.outcomes import funnel
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.crediting import zone_of
from gridcrm.outcomes.funnel import Session
from gridcrm.outcomes.measure import Funnel
from gridcrm.outcomes.models import OutcomeKind, OutcomeState
from gridcrm.outcomes.scope import Scope, scope_of
from gridcrm.outcomes.stages import crediting
from gridcrm.segments import queries as segments

PERIODS = (30, 90, 365)
_OBJECTS = ("event", "series", "segment", "cell")
_LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see, as an address holds it."""

    kind: str
    object_id: int | None
    days: int | None
    touch: Touch

    @property
    def params(self) -> dict[str, object]:
        """Return what an address says to ask the same."""
        own: dict[str, object] = {self.kind: self.object_id} if self.object_id else {}
        touch = None if self.touch is Touch.LAST else self.touch
        return own | {"days": self.days, "touch": touch}

    def url(self, path: str = "/outcomes/funnel", **changes: object) -> str:
        """Return the address of this question, or of one that differs a little."""
        params = self.params | changes
        kept = {name: value for name, value in params.items() if value not in (None, Touch.LAST)}
        return f"{path}?{urlencode(kept)}" if kept else path


class Ripeness(StrEnum):
    """Whether people can still come, or more outcomes come in."""

    AHEAD = "ahead"
    MATURING = "maturing"
    FINAL = "final"


@dataclass(frozen=True)
class View:
    """The funnel of something, the events in it, and what is still open."""

    asked: Asked
    title: str
    back: tuple[str, str]
    funnel: Funnel
    sessions: list[Session]
    achieved: list[tuple[OutcomeKind, int, int]]
    waiting: int
    counts_until: date | None
    ripeness: Ripeness
    today: date

    @property
    def scale(self) -> float:
        """Return the share at the end of the drawn intervals, in tenths, so that all fit."""
        ends = [one.funnel.conversion.bounds[1] for one in self.sessions if one.funnel.attended]
        return min(1.0, ceil(10 * max(ends, default=1.0)) / 10)


def read(params: Mapping[str, str]) -> Asked:
    """Read what is asked; without an object it is the branch's last 30 days."""
    touch = Touch.FIRST if params.get("touch") == Touch.FIRST else Touch.LAST
    for kind in _OBJECTS:
        if params.get(kind):
            return Asked(kind, _number(params[kind]), None, touch)
    days = params.get("days", "")
    return Asked("branch", None, int(days) if days in map(str, PERIODS) else PERIODS[0], touch)


def scope(asked: Asked, now: datetime) -> Scope:
    """Return the scope of what is asked; of several events only those that have begun."""
    if asked.kind == "event":
        return scope_of(event=asked.object_id)
    if asked.object_id is None:
        return scope_of(since=now - timedelta(days=asked.days or PERIODS[0]), until=now)
    return scope_of(**{asked.kind: asked.object_id}, until=now)  # type: ignore[arg-type]


async def title_of(session: AsyncSession, who: Who, asked: Asked) -> tuple[str, tuple[str, str]]:
    """Return the name of what is asked, and where it has its own page; 404 for another branch's."""
    number = asked.object_id
    if number is None:
        return gettext("Results"), ("", "")
    if asked.kind == "event":
        return (await events.one(session, who, number)).title, (
            f"/events/{number}",
            gettext("Event"),
        )
    if asked.kind == "series":
        return (await events.series(session, who, number)).name, ("", "")
    if asked.kind == "cell":
        return (await grids.cell(session, who, number)).name, (
            f"/map?cell={number}",
            gettext("Cell"),
        )
    found = await segments.one(session, who, number)
    return local_name(found), (f"/segments/{number}", gettext("Segment"))


async def view(session: AsyncSession, who: Who, asked: Asked, now: datetime) -> View:
    """Return all that the results page shows."""
    title, back = await title_of(session, who, asked)
    zone = await zone_of(session, who.here)
    over = scope(asked, now)
    found = await funnel.over(session, who, over, asked.touch)
    sessions = await funnel.sessions(session, who, over, zone, asked.touch)
    last = max((one.counts_until for one in sessions), default=None)
    today = local_day(now, zone.key)
    heads = 0 if over.invited else sum(one.funnel.anonymous for one in sessions)
    return View(
        asked=asked,
        title=title,
        back=back,
        funnel=funnel.with_heads(found, heads),
        sessions=sessions,
        achieved=await _achieved(session, who, over, asked.touch),
        waiting=await _waiting(session, who, over, asked.touch),
        counts_until=last,
        ripeness=_ripeness(sessions, last, today, now),
        today=today,
    )


def _ripeness(sessions: list[Session], last: date | None, today: date, now: datetime) -> Ripeness:
    if sessions and all(one.starts_at > now for one in sessions):
        return Ripeness.AHEAD
    return Ripeness.FINAL if last is None or last < today else Ripeness.MATURING


async def _achieved(
    session: AsyncSession, who: Who, over: Scope, touch: Touch
) -> list[tuple[OutcomeKind, int, int]]:
    """Verified outcomes by kind: how many and how much, in fen."""
    verified = crediting(who.here, over, OutcomeState.VERIFIED, touch).subquery()
    query = (
        select(verified.c.kind, func.count(), func.coalesce(func.sum(verified.c.amount_fen), 0))
        .group_by(verified.c.kind)
        .order_by(func.count().desc())
    )
    return [(OutcomeKind(kind), n, int(fen or 0)) for kind, n, fen in await session.exec(query)]


async def _waiting(session: AsyncSession, who: Who, over: Scope, touch: Touch) -> int:
    claimed = crediting(who.here, over, OutcomeState.CLAIMED, touch).subquery()
    return (await session.exec(select(func.count()).select_from(claimed))).one()


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise NotFound
    return int(text)
