"""How far each person came, in one statement: the base of every funnel and of its lists."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    case,
    extract,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import col
from sqlmodel import select as select_model
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.customers.models import Customer
from gridcrm.events.models import (
    Event,
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
)
from gridcrm.outcomes import rules
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.measure import Funnel, Rate
from gridcrm.outcomes.models import Outcome, OutcomeState
from gridcrm.outcomes.scope import Scope, came

_SEATED = (RegistrationState.CONFIRMED, RegistrationState.CHECKED_IN, RegistrationState.NO_SHOW)


class Stage(StrEnum):
    """A stage of the funnel whose people can be listed."""

    INVITED = "invited"
    REGISTERED = "registered"
    ATTENDED = "attended"
    CONVERTED = "converted"
    ENGAGED = "engaged"
    WALK_INS = "walk_ins"


_OF_THOSE_WHO_CAME = frozenset({Stage.ATTENDED, Stage.CONVERTED, Stage.ENGAGED})
"""Stages that only registrations of people who came decide."""


async def totals(
    session: AsyncSession, branch_id: int, scope: Scope, touch: Touch = Touch.LAST
) -> dict[Any, Funnel]:
    """Return the funnel of each key of the scope."""
    person = _persons(branch_id, scope, touch)
    sums = {stage: _sum(condition) for stage, condition in _conditions(person).items()}
    query = select(
        person.c.key,
        *(column.label(stage) for stage, column in sums.items()),
        _sum(and_(person.c.invited == 1, person.c.seated == 1)).label("accepted"),
        _sum(person.c.arrived == 1).label("arrived"),
        _sum(and_(person.c.invited == 1, person.c.came == 1)).label("invited_and_came"),
        *(func.sum(person.c[name]).label(name) for name in ("guests", "outcomes", "amount_fen")),
    ).group_by(person.c.key)
    rows = (await session.exec(query)).mappings()  # type: ignore[call-overload]
    return {row["key"]: _funnel(row) for row in rows}


async def conversions(
    session: AsyncSession, branch_id: int, scope: Scope, touch: Touch = Touch.LAST
) -> dict[Any, Rate]:
    """Return for each key of the scope how many converted of how many came."""
    person = _persons(branch_id, scope, touch, Stage.CONVERTED)
    reached = _conditions(person)
    query = select(person.c.key, _sum(reached[Stage.CONVERTED]), _sum(reached[Stage.ATTENDED]))
    rows = await session.exec(query.group_by(person.c.key))  # type: ignore[call-overload]
    return {key: Rate(int(part), int(of)) for key, part, of in rows if of}


def reached(branch_id: int, scope: Scope, stage: Stage, touch: Touch = Touch.LAST) -> Select[Any]:
    """Select key and customer id of those who came as far as a stage."""
    person = _persons(branch_id, scope, touch, stage)
    return select(person.c.key, person.c.customer_id).where(_conditions(person)[stage])


def at_stage(branch_id: int, scope: Scope, stage: Stage, touch: Touch = Touch.LAST) -> Select[Any]:
    """Select the ids of the customers who came as far as a stage."""
    found = reached(branch_id, scope, stage, touch)
    return found.with_only_columns(found.selected_columns.customer_id)


def _persons(branch_id: int, scope: Scope, touch: Touch, stage: Stage | None = None) -> Subquery:
    """Return one row a person and key with 1 or 0 for each stage, and one row of all guests.

    With a stage given, only what decides that stage is read.
    """
    fact = _facts(branch_id, scope, touch, stage).subquery("fact")
    flags = ("invited", "seated", "arrived", "came")
    sums = ("guests", "outcomes", "engaged", "amount_fen")
    return (
        select(
            fact.c.key,
            fact.c.customer_id,
            *(func.max(fact.c[name]).label(name) for name in flags),
            *(func.sum(fact.c[name]).label(name) for name in sums),
        )
        .group_by(fact.c.key, fact.c.customer_id)
        .subquery("person")
    )


def _facts(
    branch_id: int, scope: Scope, touch: Touch, stage: Stage | None
) -> Select[Any] | CompoundSelect[Any]:
    if stage is Stage.INVITED:
        return _invitations(branch_id, scope)
    if stage in _OF_THOSE_WHO_CAME:
        return _registrations(branch_id, scope.of_those_who_came(), touch)
    return union_all(_invitations(branch_id, scope), _registrations(branch_id, scope, touch))


def _conditions(person: Subquery) -> dict[Stage, ColumnElement[bool]]:
    came = person.c.came == 1
    return {
        Stage.INVITED: person.c.invited == 1,
        Stage.REGISTERED: person.c.seated == 1,
        Stage.ATTENDED: came,
        Stage.CONVERTED: and_(came, person.c.outcomes > 0),
        Stage.ENGAGED: and_(came, person.c.engaged > 0),
        Stage.WALK_INS: and_(came, person.c.seated == 0),
    }


def _invitations(branch_id: int, scope: Scope) -> Select[Any]:
    zero = literal(0)
    return (
        select(
            scope.invited_by.label("key"),
            col(Invitation.customer_id).label("customer_id"),
            literal(1).label("invited"),
            *(zero.label(name) for name in ("seated", "arrived", "came")),
            *(zero.label(name) for name in ("guests", "outcomes", "engaged", "amount_fen")),
        )
        .select_from(Invitation)
        .join(Event, col(Event.id) == Invitation.event_id)
        .join(Customer, col(Customer.id) == Invitation.customer_id)
        .where(
            col(Event.branch_id) == branch_id,
            col(Invitation.state) != InvitationState.SUPPRESSED,
            _person_counts(),
            *scope.events,
            *scope.invited,
        )
    )


def _registrations(branch_id: int, scope: Scope, touch: Touch) -> Select[Any]:
    known = col(Registration.customer_id).is_not(None)
    is_there = came()
    seated = and_(
        col(Registration.source) != RegistrationSource.WALK_IN,
        col(Registration.state).in_(_SEATED),
        known,
    )
    credited = _credited(branch_id, touch)
    match = and_(
        credited.c.event_id == Registration.event_id,
        credited.c.customer_id == Registration.customer_id,
        is_there,
    )
    return (
        select(
            scope.registered_by.label("key"),
            col(Registration.customer_id).label("customer_id"),
            literal(0).label("invited"),
            _flag(seated).label("seated"),
            _flag(and_(seated, is_there)).label("arrived"),
            _flag(and_(known, is_there)).label("came"),
            _flag(and_(~known, is_there)).label("guests"),
            *(
                func.coalesce(credited.c[n], 0).label(n)
                for n in ("outcomes", "engaged", "amount_fen")
            ),
        )
        .select_from(Registration)
        .join(Event, col(Event.id) == Registration.event_id)
        .outerjoin(Customer, col(Customer.id) == Registration.customer_id)
        .outerjoin(credited, match)
        .where(
            col(Event.branch_id) == branch_id,
            or_(~known, _person_counts()),
            *scope.events,
            *scope.registered,
        )
    )


def _credited(branch_id: int, touch: Touch) -> Subquery:
    """Verified outcomes by the event and person they credit."""
    event_id = _event_of(touch)
    financial = col(Outcome.kind).in_(rules.FINANCIAL)
    return (
        select(
            event_id.label("event_id"),
            col(Outcome.customer_id).label("customer_id"),
            func.sum(_flag(financial)).label("outcomes"),
            func.sum(_flag(~financial)).label("engaged"),
            func.sum(case((financial, func.coalesce(Outcome.amount_fen, 0)), else_=0)).label(
                "amount_fen"
            ),
        )
        .where(
            col(Outcome.branch_id) == branch_id,
            col(Outcome.state) == OutcomeState.VERIFIED,
            event_id.is_not(None),
        )
        .group_by(event_id, col(Outcome.customer_id))
        .subquery("credited")
    )


def crediting(
    branch_id: int, scope: Scope, state: OutcomeState, touch: Touch
) -> SelectOfScalar[Outcome]:
    """Select the outcomes in a state that credit an event of the scope to somebody in it."""
    attended = and_(
        col(Registration.event_id) == _event_of(touch),
        col(Registration.customer_id) == Outcome.customer_id,
        came(),
    )
    return (
        select_model(Outcome)
        .join(Registration, attended)
        .join(Event, col(Event.id) == Registration.event_id)
        .join(Customer, col(Customer.id) == Outcome.customer_id)
        .where(
            col(Outcome.branch_id) == branch_id,
            col(Outcome.state) == state,
            _person_counts(),
            *scope.events,
            *scope.registered,
        )
    )


def _event_of(touch: Touch) -> Any:
    return col(Outcome.event_id if touch is Touch.LAST else Outcome.first_event_id)


def _person_counts() -> ColumnElement[bool]:
    """Say in SQL what `rules.person_counts` says, at the time of the event."""
    age = extract("year", col(Event.starts_at)) - col(Customer.birth_year)
    grown_up = or_(col(Customer.birth_year).is_(None), age >= rules.ADULT_YEARS)
    return and_(col(Customer.is_staff).is_(False), grown_up)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(_flag(condition))


def _funnel(row: Any) -> Funnel:
    names = Funnel.__dataclass_fields__.keys() - {"anonymous"}
    return Funnel(**{name: int(row[name] or 0) for name in names})
