"""Leading an event from a plan to a review, one step at a time."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.errors import InvalidInput
from gridcrm.core.who import Who
from gridcrm.events import catalogue, queries, rules, seats
from gridcrm.events.forms import StepIn
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventState,
    Registration,
    RegistrationState,
)
from gridcrm.events.rules import Verb
from gridcrm.labels import service as labels

_FEN_PER_YUAN = 100


async def transition(
    session: AsyncSession,
    who: Who,
    event_id: int,
    verb: Verb,
    now: datetime,
    form: StepIn | None = None,
) -> Event:
    """Lead an event one step on, if its state and this person allow it."""
    who.must(rules.RIGHT[verb])
    hall = await seats.lock(session, event_id, who.here)
    event = await queries.one(session, who, event_id)
    event.state = rules.after(hall.state, verb)
    event.updated_at, event.revision = now, event.revision + 1
    step = _STEPS.get(verb)
    if step is not None:
        await step(session, who, event, form or StepIn(), now)
    session.add(event)
    await session.flush()
    audit.record(
        session, who, f"event_{verb}", ("event", event_id), before=hall.state, after=event.state
    )
    return event


async def go_far(session: AsyncSession, who: Who, event_id: int, now: datetime) -> Event:
    """Lead a draft as far as this person may alone: to be invited to, or to be approved."""
    event = await transition(session, who, event_id, Verb.SUBMIT, now)
    if event.state is EventState.APPROVED:
        event = await transition(session, who, event_id, Verb.OPEN, now)
    return event


def approval(event: Event) -> rules.Approval:
    """Return whose agreement an event needs."""
    kind = catalogue.template(event.template)
    return rules.needed_approval(kind, event.capacity, names_product=event.names_product)


def check_second_person(who: Who, event: Event) -> None:
    """Refuse whoever asked for an event, or may not decide on one like it."""
    asked = {event.created_by, event.submitted_by}
    rules.check_approver(approval(event), who.role, who.user_id, asked)


async def _submit(
    _session: AsyncSession, who: Who, event: Event, _form: StepIn, _now: datetime
) -> None:
    event.submitted_by, event.note = who.user_id, ""
    if rules.agrees_alone(approval(event), who.role):
        event.state, event.approved_by = EventState.APPROVED, who.user_id


async def _approve(
    _session: AsyncSession, who: Who, event: Event, form: StepIn, _now: datetime
) -> None:
    check_second_person(who, event)
    event.approved_by, event.note = who.user_id, form.note


async def _return(
    _session: AsyncSession, who: Who, event: Event, form: StepIn, _now: datetime
) -> None:
    check_second_person(who, event)
    if not form.note:
        raise InvalidInput({"note": "Say what has to change."})
    event.note = form.note


async def _close(
    session: AsyncSession, _who: Who, event: Event, _form: StepIn, now: datetime
) -> None:
    """Whoever has not come is a no-show; who came carries what the event was about.

    An event that was opened again and closed counts once: only who came since is new.
    """
    await _move(session, event, RegistrationState.CONFIRMED, RegistrationState.NO_SHOW)
    came = select(Registration.customer_id).where(
        Registration.event_id == event.id,
        Registration.state == RegistrationState.CHECKED_IN,
        col(Registration.customer_id).is_not(None),
    )
    if event.closed_at is not None:
        came = came.where(col(Registration.checked_in_at) > event.closed_at)
    people = [customer_id for customer_id in await session.exec(came) if customer_id is not None]
    about = await session.exec(select(EventLabel.label_id).where(EventLabel.event_id == event.id))
    await labels.attended(session, people, list(about), now)
    event.closed_at = now


async def _reopen(
    session: AsyncSession, _who: Who, event: Event, _form: StepIn, _now: datetime
) -> None:
    await _move(session, event, RegistrationState.NO_SHOW, RegistrationState.CONFIRMED)


async def _settle(
    _session: AsyncSession, _who: Who, event: Event, form: StepIn, _now: datetime
) -> None:
    if form.cost is None:
        raise InvalidInput({"cost": "Give what the event cost, 0 if nothing."})
    event.cost_fen = int(form.cost * _FEN_PER_YUAN)


async def _review(
    _session: AsyncSession, _who: Who, event: Event, form: StepIn, _now: datetime
) -> None:
    if not form.review:
        raise InvalidInput({"review": "Write what went well and what to change next time."})
    event.review = form.review


async def _cancel(
    _session: AsyncSession, _who: Who, event: Event, form: StepIn, _now: datetime
) -> None:
    event.note = form.note


async def _move(
    session: AsyncSession, event: Event, before: RegistrationState, then: RegistrationState
) -> None:
    query = update(Registration).where(
        col(Registration.event_id) == event.id, col(Registration.state) == before
    )
    await session.exec(query.values(state=then))


_Step = Callable[[AsyncSession, Who, Event, StepIn, datetime], Awaitable[None]]
_STEPS: dict[Verb, _Step] = {
    Verb.SUBMIT: _submit,
    Verb.APPROVE: _approve,
    Verb.RETURN: _return,
    Verb.CLOSE: _close,
    Verb.REOPEN: _reopen,
    Verb.SETTLE: _settle,
    Verb.REVIEW: _review,
    Verb.CANCEL: _cancel,
}
