"""The morning page: what is on, how the last month went, and what needs somebody."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.queries import Choice
from gridcrm.core.days import HOME_ZONE, local_day
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Right, Who
from gridcrm.grids import queries as grids
from gridcrm.ledger import queries as ledger
from gridcrm.ledger.queries import TaskLine
from gridcrm.maps import drawing, loading
from gridcrm.maps.forms import MapIn
from gridcrm.maps.rules import blur_key
from gridcrm.outcomes.funnel import last_days
from gridcrm.outcomes.measure import Funnel, Rate
from gridcrm.outcomes.scope import scope_of
from gridcrm.outcomes.stages import conversions
from gridcrm.web import lunar
from gridcrm.web import today_queries as queries
from gridcrm.web.today_needs import Need, needs
from gridcrm.web.today_queries import NextEvent
from gridcrm.web.today_rules import SetUp, Verdict, compare, set_up

_MONTH, _YEAR = 30, 365
_MOST_CELLS_DRAWN = 1500


@dataclass(frozen=True, slots=True)
class Month:
    """The funnel of the last 30 days, and the conversion of the 12 months before."""

    now: Funnel
    before: Rate
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Today:
    """The page; what a person may not see is empty."""

    day: date
    branch: Branch | None
    to_choose: list[Choice] = field(default_factory=list)
    steps: list[SetUp] = field(default_factory=list)
    events: list[NextEvent] | None = None
    month: Month | None = None
    needs: list[Need] | None = None
    tasks: list[TaskLine] | None = None
    coverage: Markup | None = None

    @property
    def lunar(self) -> str:
        """Return the day in the Chinese calendar."""
        return lunar.lunar(self.day)

    @property
    def festival(self) -> str:
        """Return the old festival of the day, if it is one."""
        return lunar.festival(self.day)

    def by_day(self) -> list[tuple[date, list[NextEvent]]]:
        """Return the events by the day on which they begin."""
        zone = self.branch.time_zone if self.branch else HOME_ZONE
        return [
            (day, list(lines))
            for day, lines in groupby(
                self.events or [], lambda line: local_day(line.event.starts_at, zone)
            )
        ]


async def load(session: AsyncSession, who: Who, now: datetime, secret: str) -> Today:
    """Return the page as this person may see it."""
    choices = await branches.choices(session, who) if who.branch_id is None else []
    steps = [] if choices else set_up(await queries.steps_done(session, who.branch_id), who)
    if who.branch_id is None:
        return Today(local_day(now), None, choices, steps)
    branch = await branches.here(session, who)
    today = local_day(now, branch.time_zone)
    return Today(
        day=today,
        branch=branch,
        steps=steps,
        events=await _events(session, who, now, branch),
        month=await _month(session, who, now),
        needs=await needs(session, who, today),
        tasks=await _tasks(session, who, today),
        coverage=await _coverage(session, who, now, branch, secret),
    )


async def _events(
    session: AsyncSession, who: Who, now: datetime, branch: Branch
) -> list[NextEvent] | None:
    if not who.may(Right.EVENTS_VIEW):
        return None
    return await queries.next_events(session, who, now, branch.time_zone)


async def _month(session: AsyncSession, who: Who, now: datetime) -> Month | None:
    if not who.may(Right.OUTCOMES_VIEW):
        return None
    month = await last_days(session, who, now, _MONTH)
    start = now - timedelta(days=_MONTH)
    earlier = scope_of(since=start - timedelta(days=_YEAR), until=start)
    before = (await conversions(session, who.here, earlier)).get(0, Rate(0, 0))
    return Month(month, before, compare(month.conversion, before))


async def _tasks(session: AsyncSession, who: Who, today: date) -> list[TaskLine] | None:
    return await ledger.due(session, who, today) if who.may(Right.DESK_USE) else None


async def _coverage(
    session: AsyncSession, who: Who, now: datetime, branch: Branch, secret: str
) -> Markup | None:
    """Return the customers' map as a small drawing, None where there is nothing to draw."""
    if not who.may(Right.MAP_VIEW):
        return None
    try:
        on = await loading.ground(session, who, branch)
    except NotFound:
        return None
    shown = await loading.answered(session, who, on, MapIn(), now, blur_key(who, secret))
    if len(shown.lines) > _MOST_CELLS_DRAWN:
        return None
    sheet = await loading.sheet(session, on, shown)
    cells = await grids.cells(session, on.plan_id)
    return Markup(await asyncio.to_thread(drawing.drawing, sheet, cells, small=True))  # noqa: S704 - geo escapes every text
