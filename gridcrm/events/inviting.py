"""Inviting the people of a segment: first seen, then done, both by the same rules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import RuleBroken
from gridcrm.core.tables import table
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.customers.publishing import lock_branch
from gridcrm.events import catalogue, eligibility, known, queries, rules, seats
from gridcrm.events.catalogue import Gate
from gridcrm.events.eligibility import Policy
from gridcrm.events.known import Candidate
from gridcrm.events.models import Channel, Event, Invitation, InvitationState, Suppression
from gridcrm.segments import queries as segments
from gridcrm.segments import service as segment_service
from gridcrm.segments.models import FreezeMember
from gridcrm.segments.predicate import parse

_INVITATION = table(Invitation.__tablename__)


@dataclass(frozen=True)
class Decision:
    """What the rules say about one person: a way to reach them, or why they are left out."""

    candidate: Candidate
    reason: Suppression | None
    channel: Channel | None


@dataclass(frozen=True)
class Selection:
    """What the rules say about everybody of a segment."""

    decisions: list[Decision]
    freeze_id: int | None = None

    @property
    def eligible(self) -> list[Decision]:
        """Return those who may be invited."""
        return [one for one in self.decisions if one.reason is None]

    @property
    def reasons(self) -> dict[Suppression, int]:
        """Return how many are left out for each reason, the most frequent first."""
        counts = Counter(one.reason for one in self.decisions if one.reason is not None)
        return dict(counts.most_common())

    @property
    def ways(self) -> dict[Channel, int]:
        """Return how many are reached by each way."""
        counts = Counter(one.channel for one in self.eligible)
        return {way: counts[way] for way in Channel if counts[way]}

    def left_out(self, reason: Suppression) -> list[int]:
        """Return the customers who are left out for a reason."""
        return [one.candidate.customer_id for one in self.decisions if one.reason is reason]


async def preview(
    session: AsyncSession,
    who: Who,
    event_id: int,
    segment_id: int,
    now: datetime,
    channels: Iterable[Channel] = tuple(Channel),
) -> Selection:
    """Return whom an invitation of the segment would reach now; nothing is stored."""
    event = await queries.one(session, who, event_id)
    segment = await segments.one(session, who, segment_id)
    asked = await segments.context(session, who, now)
    members = segments.as_sql(who, parse(segment.predicate), asked)
    ids = members.with_only_columns(col(Customer.id), maintain_column_froms=True)
    return await _decide(session, event, ids, now, asked.time_zone, tuple(channels))


async def invite(
    session: AsyncSession,
    who: Who,
    event_id: int,
    segment_id: int,
    now: datetime,
    channels: Iterable[Channel] = tuple(Channel),
) -> Selection:
    """Freeze a segment and invite whoever may be invited now; the others are kept with the reason.

    Invitations of one branch take turns, each after its event: planning waits in the same order.
    """
    hall = await seats.lock(session, event_id, who.here)
    if hall.state not in rules.CAN_INVITE:
        raise RuleBroken("Invitations leave while the event is open. Open it first.")
    await lock_branch(session, who.here)  # who was asked to another event a moment ago counts
    event = await queries.one(session, who, event_id)
    if now >= event.ends_at:
        raise RuleBroken("This event is over: nobody is invited to it any more.")
    zone = (await branches.here(session, who)).time_zone
    freeze = await segment_service.freeze(session, who, segment_id, event.title[:80], now)
    members = select(FreezeMember.customer_id).where(FreezeMember.freeze_id == freeze.id)
    chosen = await _decide(session, event, members, now, zone, tuple(channels))
    selection = Selection(chosen.decisions, freeze.id)
    await _store(session, event, selection, now)
    sent, left_out = len(selection.eligible), sum(selection.reasons.values())
    audit.record(
        session,
        who,
        "event_invite",
        ("event", event_id),
        freeze_id=freeze.id,
        sent=sent,
        suppressed=left_out,
    )
    return selection


def policy_of(event: Event, now: datetime, zone: str, channels: tuple[Channel, ...]) -> Policy:
    """Return the contact rules as they apply to an event."""
    gates = catalogue.template(event.template).gates
    return Policy(
        branch_id=event.branch_id,
        today=local_day(now, zone),
        channels=channels,
        for_wealth=Gate.SUITABILITY in gates,
    )


async def _decide(
    session: AsyncSession,
    event: Event,
    ids: Any,
    now: datetime,
    zone: str,
    channels: tuple[Channel, ...],
) -> Selection:
    policy = policy_of(event, now, zone, channels)
    found = await known.candidates(session, event, ids, now, zone)
    return Selection([_decision(candidate, policy, now) for candidate in found])


def _decision(candidate: Candidate, policy: Policy, now: datetime) -> Decision:
    reason = eligibility.decide(candidate.person, policy, now)
    channel = eligibility.channel_for(candidate.person, policy) if reason is None else None
    return Decision(candidate, reason, channel)


async def _store(session: AsyncSession, event: Event, selection: Selection, now: datetime) -> None:
    """Write a row for everybody; who had been left out before gets the new answer."""
    connection = await session.connection()
    rows = [
        (one.candidate.invitation_id, _row(event, one, selection.freeze_id, now))
        for one in selection.decisions
        if one.reason is not Suppression.ALREADY_INVITED
    ]
    new = [row for invitation_id, row in rows if invitation_id is None]
    again = [row | {"known_id": number} for number, row in rows if number is not None]
    if new:
        await connection.execute(insert(_INVITATION), new)
    if again:
        query = update(_INVITATION).where(_INVITATION.c.id == bindparam("known_id"))
        await connection.execute(query, again)


def _row(event: Event, one: Decision, freeze_id: int | None, now: datetime) -> dict[str, Any]:
    goes = one.reason is None
    return {
        "event_id": event.id,
        "branch_id": event.branch_id,
        "customer_id": one.candidate.customer_id,
        "cell_id": one.candidate.cell_id,
        "freeze_id": freeze_id,
        "state": InvitationState.SENT if goes else InvitationState.SUPPRESSED,
        "reason": one.reason,
        "channel": one.channel,
        "sent_at": now if goes else None,
    }
