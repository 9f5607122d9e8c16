"""Who was invited to the demo's events, who came, and what they did afterwards."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from gridcrm.core.tables import stored
from gridcrm.customers.models import Customer, Tier
from gridcrm.events.models import (
    Event,
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Suppression,
)
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from gridcrm.web.demo.history import Planned

_WINDOW_DAYS = 30
_CONVERTS = {Tier.PRIVATE: 0.3, Tier.AFFLUENT: 0.22, Tier.PREFERRED: 0.16, Tier.POTENTIAL: 0.1}
_CONVERTS_ELSE = 0.06
_WEALTH_BONUS = 0.12
_FEN_PER_WAN = 1_000_000
_KINDS = (
    OutcomeKind.DEPOSIT_INCREASE,
    OutcomeKind.ACCOUNT_OPENED,
    OutcomeKind.CARD_ISSUED,
    OutcomeKind.EBANK_ACTIVATED,
    OutcomeKind.WECHAT_ADDED,
    OutcomeKind.APPOINTMENT_MADE,
)
_WITH_AMOUNT = {OutcomeKind.DEPOSIT_INCREASE: "deposit_term"}
_REASONS = (
    Suppression.NO_CONSENT,
    Suppression.NO_CONSENT,
    Suppression.REFUSED,
    Suppression.CAP_REACHED,
    Suppression.OPEN_COMPLAINT,
)


@dataclass
class Crowd:
    """What an event of the demo leaves behind."""

    invitations: list[Invitation] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def gather(
    random: Random, planned: Planned, event: Event, people: list[Customer], freeze_id: int | None
) -> Crowd:
    """Return the people of one event: asked, registered, come and, now and then, converted."""
    crowd = Crowd()
    asked = random.sample(people, k=min(planned.invited, len(people)))
    for person in asked:
        crowd.invitations.append(_invitation(random, event, person, freeze_id))
    past = planned.days < 0
    sent = [p for p, i in zip(asked, crowd.invitations, strict=True) if i.reason is None]
    guests = sent[: planned.came] if past else sent[: event.capacity + 3]
    walk_ins = random.sample(people, k=planned.came) if past and not asked else []
    for person in guests or walk_ins:
        crowd.registrations.append(_registration(event, person, crowd, past=past))
    if past:
        crowd.registrations += [
            _no_show(event, p) for p in sent[planned.came :][: planned.came // 4]
        ]
    _mark_answers(random, crowd, event)
    return crowd


def outcomes(
    random: Random,
    event: Event,
    crowd: Crowd,
    people: dict[int, Customer],
    staff: list[int],
    now: datetime,
) -> list[Outcome]:
    """Return what came of an event, most of it verified by a second person."""
    made = []
    for registration in crowd.registrations:
        person = people.get(registration.customer_id or 0)
        if person is None or registration.state is not RegistrationState.CHECKED_IN:
            continue
        share = _CONVERTS.get(person.tier, _CONVERTS_ELSE) if person.tier else _CONVERTS_ELSE
        share += _WEALTH_BONUS if event.template == "wealth_salon" else 0
        day = event.starts_at.date() + timedelta(days=random.randint(1, _WINDOW_DAYS - 1))
        if random.random() < share and day <= now.date():
            made.append(_outcome(random, event, registration, day, staff, now))
    return made


def _invitation(
    random: Random, event: Event, person: Customer, freeze_id: int | None
) -> Invitation:
    left_out = random.random() < 0.3  # noqa: PLR2004
    return Invitation(
        event_id=stored(event.id),
        branch_id=event.branch_id,
        customer_id=stored(person.id),
        freeze_id=freeze_id,
        cell_id=person.cell_id,
        state=InvitationState.SUPPRESSED if left_out else InvitationState.SENT,
        reason=random.choice(_REASONS) if left_out else None,
        sent_at=None if left_out else event.starts_at - timedelta(days=8),
    )


def _registration(event: Event, person: Customer, crowd: Crowd, *, past: bool) -> Registration:
    taken = len(crowd.registrations)
    state = RegistrationState.CHECKED_IN if past else RegistrationState.CONFIRMED
    if not past and taken >= event.capacity:
        state = RegistrationState.WAITLISTED
    source = RegistrationSource.REPLY if crowd.invitations else RegistrationSource.WALK_IN
    return Registration(
        event_id=stored(event.id),
        branch_id=event.branch_id,
        customer_id=stored(person.id),
        cell_id=person.cell_id,
        state=state,
        source=source,
        created_at=event.starts_at - timedelta(days=5, minutes=-taken),
        checked_in_at=event.starts_at - timedelta(minutes=10 - taken % 10) if past else None,
        checked_in_by=event.host_id if past else None,
    )


def _no_show(event: Event, person: Customer) -> Registration:
    return Registration(
        event_id=stored(event.id),
        branch_id=event.branch_id,
        customer_id=stored(person.id),
        cell_id=person.cell_id,
        state=RegistrationState.NO_SHOW,
        source=RegistrationSource.REPLY,
        created_at=event.starts_at - timedelta(days=4),
    )


def _mark_answers(random: Random, crowd: Crowd, event: Event) -> None:
    registered = {r.customer_id for r in crowd.registrations}
    for invitation in crowd.invitations:
        if invitation.reason is not None:
            continue
        if invitation.customer_id in registered:
            invitation.state = InvitationState.ACCEPTED
        elif random.random() < 0.3:  # noqa: PLR2004
            invitation.state = InvitationState.DECLINED
        if invitation.state is not InvitationState.SENT:
            invitation.answered_at = event.starts_at - timedelta(days=6)


def _outcome(
    random: Random,
    event: Event,
    registration: Registration,
    day: date,
    staff: list[int],
    now: datetime,
) -> Outcome:
    kind = random.choice(_KINDS)
    claimed_by, decided_by = random.sample(staff, k=2)
    state = random.choices(
        (OutcomeState.VERIFIED, OutcomeState.CLAIMED, OutcomeState.REJECTED), weights=(86, 10, 4)
    )[0]
    decided = state is not OutcomeState.CLAIMED
    return Outcome(
        branch_id=event.branch_id,
        customer_id=stored(registration.customer_id),
        event_id=event.id,
        first_event_id=event.id,
        kind=kind,
        product=_WITH_AMOUNT.get(kind, ""),
        amount_fen=random.randint(1, 30) * _FEN_PER_WAN if kind in _WITH_AMOUNT else None,
        happened_on=day,
        state=state,
        claimed_by=claimed_by,
        claimed_at=min(now, event.ends_at + timedelta(days=20)),
        decided_by=decided_by if decided else None,
        decided_at=min(now, event.ends_at + timedelta(days=22)) if decided else None,
    )
