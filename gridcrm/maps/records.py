"""Which records a metric counts, and in which cell: one select each, scoped by who asks.

A person counts in the cell they lived in at the time; what was counted on an earlier grid counts
where the person lives now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, or_, select
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
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.funnel import scope_of
from gridcrm.outcomes.stages import persons
from gridcrm.segments.condition import Context
from gridcrm.segments.predicate import compile_predicate

Records = Select[*tuple[Any, ...]]
"""Two columns, `cell` and `record`; no pair twice."""

MARKETING = (Purpose.MARKETING_SMS, Purpose.MARKETING_CALL, Purpose.WECHAT_CONTACT)


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks what of which plan."""

    who: Who
    plan_id: int
    question: Question


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
        select(_lived_in(col(Visit.cell_id), ask), col(Visit.id).label("record"))
        .join(Customer, col(Customer.id) == Visit.customer_id, isouter=True)
        .where(
            col(Visit.branch_id) == ask.who.here,
            col(Visit.result) != VisitResult.NOT_HOME,
            col(Visit.visited_on) > question.since_day,
            col(Visit.visited_on) <= question.today,
        )
    )


def _invited(ask: Ask) -> Records:
    person = _persons(ask)
    return _as_records(person).where(person.c.invited == 1)


def _attended(ask: Ask) -> Records:
    person = _persons(ask)
    return _as_records(person).where(person.c.came == 1)


def _converted(ask: Ask) -> Records:
    person = _persons(ask)
    return _as_records(person).where(person.c.came == 1, person.c.outcomes > 0)


def _persons(ask: Ask) -> Subquery:
    """How far each person of each cell came: the same rows as behind every funnel."""
    period = scope_of(since=ask.question.since, until=ask.question.now)
    by_cell = replace(
        period,
        invited_by=_lived_in(col(Invitation.cell_id), ask),
        registered_by=_lived_in(col(Registration.cell_id), ask),
    )
    return persons(ask.who.here, by_cell, Touch.LAST)


def _as_records(person: Subquery) -> Records:
    return select(person.c.key.label("cell"), person.c.customer_id.label("record"))


def _lived_in(then: Mapped[int | None], ask: Ask) -> ColumnElement[Any]:
    now = col(Customer.cell_id)
    return case((then.in_(plan_cells(ask.plan_id)), then), else_=now).label("cell")


_PART: dict[Metric, Callable[[Ask], Records]] = {
    Metric.CUSTOMERS: _people,
    Metric.DENSITY: _people,
    Metric.CONSENT: _consenting,
    Metric.LABEL: _labelled,
    Metric.SEGMENT: _members,
    Metric.VISITS: _visits,
    Metric.INVITED: _invited,
    Metric.ATTENDED: _attended,
    Metric.CONVERTED: _converted,
    Metric.CONVERSION: _converted,
}
_WHOLE: dict[Metric, Callable[[Ask], Records]] = {
    Metric.CONSENT: _people,
    Metric.LABEL: _people,
    Metric.CONVERSION: _attended,
}
