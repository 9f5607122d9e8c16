"""Outcomes and funnels for programs."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.events import queries as events
from gridcrm.events.models import Event
from gridcrm.outcomes import funnel, service
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.forms import ClaimIn
from gridcrm.outcomes.measure import as_data
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from gridcrm.outcomes.rules import Verb
from gridcrm.outcomes.scope import scope_of


class OutcomeOut(SQLModel):
    """An outcome as programs read it; the amount is in fen."""

    id: int
    customer_id: int
    event_id: int | None
    first_event_id: int | None
    kind: OutcomeKind
    product: str
    amount_fen: int | None
    happened_on: date
    reference: str | None
    state: OutcomeState
    claimed_by: int
    claimed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


class OutcomeApi(Controller):
    """Claiming and verifying."""

    path = "/outcomes"
    tags = ("outcomes",)

    @post(opt=needs(Right.OUTCOMES_CLAIM))
    async def claim(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: JSONBody[ClaimIn],
    ) -> OutcomeOut:
        """Claim an outcome; `customer` is an exact phone or customer number, `amount` is in yuan."""
        return _out(await service.claim(session, who, data, now))

    @post("/{outcome_id:int}/verify", opt=needs(Right.OUTCOMES_VERIFY), status_code=200)
    async def verify(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        outcome_id: FromPath[int],
    ) -> OutcomeOut:
        """Confirm somebody else's claim."""
        return _out(await service.decide(session, who, outcome_id, Verb.VERIFY, now))


class FunnelApi(Controller):
    """How far people came."""

    path = "/events/{event_id:int}/funnel"
    tags = ("outcomes",)
    opt = needs(Right.OUTCOMES_VIEW)

    @get()
    async def of_event(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        event_id: FromPath[int],
        touch: FromQuery[Touch] = Touch.LAST,
    ) -> dict[str, Any]:
        """Return the funnel of an event; a rate has a share and an interval from 20 people on."""
        there = await _at(session, who, event_id)
        event = await events.one(session, there, event_id)
        found = await funnel.over(session, there, scope_of(event=event_id), touch)
        return {"event_id": event_id, "title": event.title, "touch": touch} | as_data(found, who)


async def _at(session: AsyncSession, who: Who, event_id: int) -> Who:
    """A program of somebody who serves all branches has chosen none: it looks at the event's."""
    if not who.all_branches or who.branch_id is not None:
        return who
    query = select(Event.branch_id).where(Event.id == event_id)
    return replace(who, branch_id=(await session.exec(query)).first())


def _out(outcome: Outcome) -> OutcomeOut:
    return OutcomeOut.model_validate(outcome, from_attributes=True)
