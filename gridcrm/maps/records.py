"""Which records a metric counts, and in which cell: one select each, scoped by who asks.

A person counts in the cell they lived in at the time; what was counted on an earlier grid counts
where the person lives now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from gridcrm.consent.clauses import allows
from gridcrm.consent.models import Purpose
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.events.models import Invitation, Registration
from gridcrm.grids.models import GridCell
from gridcrm.labels.clauses import carries, carries_under
from gridcrm.ledger.models import Visit, VisitResult
from gridcrm.maps.metrics import Metric
from gridcrm.maps.question import Question
from gridcrm.outcomes.scope import scope_of
from gridcrm.outcomes.stages import Stage, reached
from gridcrm.segments.condition import Context
from gridcrm.segments.predicate import compile_predicate

Records = Select[*tuple[Any, ...]]
"""Two columns, `cell` and `record`; no pair twice."""

MARKETING = (Purpose.MARKETING_SMS, Purpose.MARKETING_CALL, Purpose.WECHAT_CONTACT)


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks what of which plan, and perhaps of only one of its cells."""

    who: Who
    plan_id: int
    question: Question
    cell_id: int | None = None


def part(ask: Ask) -> Records:
    """Return what the metric counts."""
    return _PART[ask.question.definition.metric](ask)


def whole(ask: Ask) -> Records | None:
    """Return what a rate divides by, None if the metric is no rate."""
    found = _WHOLE.get(ask.question.definition.metric)
    return found(ask) if found else None


def plan_cells(plan_id: int) -> Select[int | None]:
    """Select the ids of a plan's cells."""
    return select(col(GridCell.id)).where(col(GridCell.plan_id) == plan_id)


def lived_in(then: Mapped[int | None], plan_id: int) -> ColumnElement[Any]:
    """Return the cell of a plan where a person counts: that of the time, or of today's home."""
    now = col(Customer.cell_id)
    return case((then.in_(plan_cells(plan_id)), then), else_=now).label("cell")


def _people(ask: Ask) -> Records:
    return customers.counted(ask.who).with_only_columns(
        col(Customer.cell_id).label("cell"), col(Customer.id).label("record")
    )


def _consenting(ask: Ask) -> Records:
    now, zone = ask.question.now, ask.question.zone
    return _people(ask).where(or_(*(allows(purpose, now, zone) for purpose in MARKETING)))


def _labelled(ask: Ask) -> Records:
    label, today = ask.question.label, ask.question.today
    assert label is not None
    carried = or_(carries(label.slug, 0, today), carries_under(label.slug, 0, today))
    return _people(ask).where(carried)


def _members(ask: Ask) -> Records:
    question = ask.question
    assert question.segment is not None
    context = Context(question.now, question.today, ask.who.here, question.zone)
    return _people(ask).where(compile_predicate(question.segment.predicate, context))


def _visits(ask: Ask) -> Records:
    question = ask.question
    return (
        select(lived_in(col(Visit.cell_id), ask.plan_id), col(Visit.id).label("record"))
        .join(Customer, col(Customer.id) == Visit.customer_id, isouter=True)
        .where(
            col(Visit.branch_id) == ask.who.here,
            col(Visit.result) != VisitResult.NOT_HOME,
            col(Visit.visited_on) > question.since_day,
            col(Visit.visited_on) <= question.today,
        )
    )


def _reached(stage: Stage) -> Callable[[Ask], Records]:
    """How far the people of each cell came: the same rows as behind every funnel."""

    def records(ask: Ask) -> Records:
        period = scope_of(since=ask.question.since, until=ask.question.now)
        by_cell = replace(
            period,
            invited=_of_the_cell(Invitation, ask),
            registered=_of_the_cell(Registration, ask),
            invited_by=lived_in(col(Invitation.cell_id), ask.plan_id),
            registered_by=lived_in(col(Registration.cell_id), ask.plan_id),
        )
        person = reached(ask.who.here, by_cell, stage).subquery()
        return select(person.c.key.label("cell"), person.c.customer_id.label("record"))

    return records


def _of_the_cell(
    kind: type[Invitation] | type[Registration], ask: Ask
) -> tuple[ColumnElement[bool], ...]:
    """Leave out what can't count in the one cell that is asked for: two short lists by index."""
    if ask.cell_id is None:
        return ()
    then = select(col(kind.id)).where(col(kind.cell_id) == ask.cell_id)
    lives_there = select(col(Customer.id)).where(col(Customer.cell_id) == ask.cell_id)
    now = select(col(kind.id)).where(col(kind.customer_id).in_(lives_there))
    return (col(kind.id).in_(then.union(now)),)


_PART: dict[Metric, Callable[[Ask], Records]] = {
    Metric.CUSTOMERS: _people,
    Metric.DENSITY: _people,
    Metric.CONSENT: _consenting,
    Metric.LABEL: _labelled,
    Metric.SEGMENT: _members,
    Metric.VISITS: _visits,
    Metric.INVITED: _reached(Stage.INVITED),
    Metric.ATTENDED: _reached(Stage.ATTENDED),
    Metric.CONVERTED: _reached(Stage.CONVERTED),
    Metric.CONVERSION: _reached(Stage.CONVERTED),
}
_WHOLE: dict[Metric, Callable[[Ask], Records]] = {
    Metric.CONSENT: _people,
    Metric.LABEL: _people,
    Metric.CONVERSION: _reached(Stage.ATTENDED),
}
