"""What is known of one cell: the same numbers as on the map, and what to do next."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.core.days import local_day
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.events.models import Event
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, PlanState
from gridcrm.grids.rules import Editing, editing
from gridcrm.labels import queries as labels
from gridcrm.labels.models import Label
from gridcrm.maps import queries, words
from gridcrm.maps.forms import Days
from gridcrm.maps.metrics import METRICS, Metric
from gridcrm.maps.question import Question
from gridcrm.maps.records import Ask
from gridcrm.maps.rules import Figure, Tally, blur_key, figure, shown

_MOST_LABELS = 8
_NUMBERS = (
    (Metric.CUSTOMERS, Days.YEAR),
    (Metric.CONSENT, Days.YEAR),
    (Metric.VISITS, Days.QUARTER),
    (Metric.INVITED, Days.YEAR),
    (Metric.ATTENDED, Days.YEAR),
    (Metric.CONVERSION, Days.YEAR),
)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a cell, its name and its formula in words."""

    metric: Metric
    title: str
    formula: str
    figure: Figure
    said: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A cell as its page shows it."""

    cell: GridCell
    branch: Branch
    lead: str
    backup: str
    numbers: list[Number]
    labels: list[tuple[Label, int]]
    by_hand: list[Label]
    last_visit: date | None
    next_visit: date | None
    events: list[Event]
    may_edit: bool
    is_current: bool


async def profile(
    session: AsyncSession, who: Who, cell: GridCell, now: datetime, secret: str
) -> Profile:
    """Return what this person may know of a cell that they may see."""
    assert cell.id is not None
    branch = await branches.here(session, who)
    key = blur_key(who, secret)
    names = await accounts.staff_names(session, cell.branch_id)
    today = local_day(now, branch.time_zone)
    last, following = await queries.visit_days(session, cell, today)
    return Profile(
        cell=cell,
        branch=branch,
        lead=names.get(cell.lead_id or 0, ""),
        backup=names.get(cell.backup_id or 0, ""),
        numbers=await _numbers(session, who, cell, branch, now, key),
        labels=await _label_mix(session, cell, now, key),
        by_hand=(await labels.on_cells(session, [cell.id])).get(cell.id, []),
        last_visit=last,
        next_visit=following,
        events=await queries.events_of_cell(session, cell.id),
        may_edit=editing(who, cell) is not Editing.NOTHING,
        is_current=(await grids.plan(session, who, cell.plan_id)).state is PlanState.PUBLISHED,
    )


async def _numbers(
    session: AsyncSession,
    who: Who,
    cell: GridCell,
    branch: Branch,
    now: datetime,
    key: bytes | None,
) -> list[Number]:
    return [
        await _number(
            session,
            Ask(who, cell.plan_id, Question(METRICS[metric], now, branch.time_zone, days)),
            cell,
            key,
        )
        for metric, days in _NUMBERS
    ]


async def _number(session: AsyncSession, ask: Ask, cell: GridCell, key: bytes | None) -> Number:
    part, whole = await queries.tally_of(session, ask, cell.id or 0)
    definition = ask.question.definition
    found = figure(definition.measure, part, whole, cell.area_m2, key)
    return Number(
        definition.metric,
        ask.question.title,
        gettext(definition.formula),
        found,
        words.said(definition.measure, found),
    )


async def _label_mix(
    session: AsyncSession, cell: GridCell, now: datetime, key: bytes | None
) -> list[tuple[Label, int]]:
    mix = await labels.rollup(session, cell.id or 0, now)
    seen = [(label, shown(_of_label(cell, label, n), key)) for label, n in mix]
    return [(label, n) for label, n in seen if n is not None][:_MOST_LABELS]


def _of_label(cell: GridCell, label: Label, n: int) -> Tally:
    return Tally(n, (cell.id or 0, label.id or 0))
