"""What is known of one cell: the same numbers as on the map, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.core.days import local_day
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored
from gridcrm.core.who import Who
from gridcrm.customers import catchment
from gridcrm.customers.catchment import Standing
from gridcrm.events.models import Event
from gridcrm.grids import queries as grids
from gridcrm.grids.models import GridCell, PlanState
from gridcrm.grids.rules import Editing, editing
from gridcrm.labels import queries as labels
from gridcrm.labels.models import Label
from gridcrm.maps import queries, words
from gridcrm.maps.forms import Days
from gridcrm.maps.metrics import METRICS, Measure, Metric
from gridcrm.maps.question import Question
from gridcrm.maps.records import Ask
from gridcrm.maps.rules import Figure, State, Tally, blur_key, figure, shown

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
    walk: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks about which cells of a plan, and what rounds the answers."""

    who: Who
    branch: Branch
    plan_id: int
    cells: Sequence[GridCell]
    now: datetime
    key: bytes | None

    @property
    def ids(self) -> list[int]:
        return [stored(cell.id) for cell in self.cells]

    def ask(self, metric: Metric, days: Days) -> Ask:
        question = Question(METRICS[metric], self.now, self.branch.time_zone, days)
        alone = self.ids[0] if len(self.cells) == 1 else None
        return Ask(self.who, self.plan_id, question, alone)


async def profile(
    session: AsyncSession, who: Who, cell: GridCell, now: datetime, secret: str
) -> Profile:
    """Return what this person may know of a cell that they may see."""
    (found,) = await profiles(session, who, [cell], now, secret)
    return found


async def profiles(
    session: AsyncSession, who: Who, cells: Sequence[GridCell], now: datetime, secret: str
) -> list[Profile]:
    """Return the same of several cells of one plan, with one statement a count for all of them."""
    branch = await branches.here(session, who)
    plan = await grids.plan(session, who, cells[0].plan_id)
    asked = _Asked(who, branch, stored(plan.id), cells, now, blur_key(who, secret))
    today = local_day(now, branch.time_zone)
    names = await accounts.staff_names(session, plan.branch_id)
    numbers = await _numbers(session, asked)
    mixes = await labels.rollups(session, asked.ids, now)
    by_hand = await labels.on_cells(session, asked.ids)
    visits = await queries.visit_days(session, plan, asked.ids, today)
    events = await queries.events_of_cells(session, asked.ids)
    stands = await catchment.standing(session, branch)
    return [
        Profile(
            cell=cell,
            branch=branch,
            lead=names.get(cell.lead_id or 0, ""),
            backup=names.get(cell.backup_id or 0, ""),
            numbers=numbers[cell_id],
            labels=_label_mix(cell_id, mixes.get(cell_id, []), asked.key),
            by_hand=by_hand.get(cell_id, []),
            last_visit=visits.get(cell_id, (None, None))[0],
            next_visit=visits.get(cell_id, (None, None))[1],
            events=events.get(cell_id, []),
            may_edit=editing(who, cell) is not Editing.NOTHING,
            is_current=plan.state is PlanState.PUBLISHED,
            walk=_walk(cell, stands) if plan.state is PlanState.PUBLISHED else "",
        )
        for cell_id, cell in zip(asked.ids, cells, strict=True)
    ]


def _walk(cell: GridCell, stands: Standing | None) -> str:
    """Return how far the branch is on foot, nothing before it is worked out."""
    if stands is None or not stands.catchment.streets:
        return ""
    found = Figure(State.NO_DATA) if cell.walk_min is None else Figure(State.KNOWN, cell.walk_min)
    said = words.said(Measure.MINUTES, found)
    return f"{said} {gettext('(to be worked out again)')}" if stands.is_stale else said


async def _numbers(session: AsyncSession, asked: _Asked) -> Mapping[int, list[Number]]:
    found: dict[int, list[Number]] = {cell_id: [] for cell_id in asked.ids}
    for metric, days in _NUMBERS:
        ask = asked.ask(metric, days)
        parts, wholes = await queries.tallies(session, ask)
        for cell_id, cell in zip(asked.ids, asked.cells, strict=True):
            part, whole = parts.get(cell_id, Tally()), wholes.get(cell_id)
            found[cell_id].append(_number(ask, cell, part, whole, asked.key))
    return found


def _number(
    ask: Ask, cell: GridCell, part: Tally, whole: Tally | None, key: bytes | None
) -> Number:
    definition = ask.question.definition
    found = figure(definition.measure, part, whole, cell.area_m2, key)
    return Number(
        definition.metric,
        ask.question.title,
        gettext(definition.formula),
        found,
        words.said(definition.measure, found),
    )


def _label_mix(
    cell_id: int, mix: Sequence[tuple[Label, int]], key: bytes | None
) -> list[tuple[Label, int]]:
    tallies = ((label, Tally(n, (cell_id, label.id or 0))) for label, n in mix)
    seen = [(label, shown(tally, key)) for label, tally in tallies]
    return [(label, n) for label, n in seen if n is not None][:_MOST_LABELS]
