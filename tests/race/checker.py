"""Judges what happened to the seats of an event, from the audit chain, the tables and the clients.

The audit chain is in commit order: each transaction takes its numbers last and holds the chain's
lock until it has committed. Replaying it therefore shows the seats at every single commit.
"""

from collections import Counter
from dataclasses import dataclass, field

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.models import AuditEntry
from gridcrm.events.models import Event, Registration, RegistrationState, Seat

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.CANCELLED,
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One answered registration as its client saw it; times are seconds of one clock."""

    invoked: float
    answered: float
    registration_id: int
    state: str


@dataclass
class Verdict:
    """What is wrong, in words, and what the run looked like."""

    faults: list[str] = field(default_factory=list)
    most_confirmed: int = 0
    commits: int = 0
    promotions: int = 0

    def blame(self, fault: str) -> None:
        self.faults.append(fault)


async def judge(session: AsyncSession, event_id: int, calls: list[Call]) -> Verdict:
    """Check every commit, the order of the waiting list, the end state, and the clients' view."""
    event = await session.get(Event, event_id)
    assert event is not None
    verdict = Verdict()
    entries = await _history(session, event_id)
    states = _replay(entries, event.capacity, verdict)
    await _compare(session, event, states, verdict)
    _check_real_time(calls, verdict)
    return verdict


async def _history(session: AsyncSession, event_id: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.object_type == "registration")
    entries = await session.exec(query.order_by(col(AuditEntry.seq)))
    return [entry for entry in entries if entry.details.get("event_id") == event_id]


@dataclass
class _Replay:
    """The seats and the line of an event, moved on commit by commit."""

    verdict: Verdict
    states: dict[int, RegistrationState] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    line: list[int] = field(default_factory=list)
    confirmed: int = 0

    def move(self, entry: AuditEntry) -> None:
        number = int(entry.object_id)
        if entry.action == "registration_add":
            self.sizes[number] = entry.details["party_size"]
            self._add(number, RegistrationState(entry.details["state"]))
        elif entry.action == "registration_promote":
            self._promote(number)
        elif entry.action == "registration_cancel":
            self._cancel(number)
        self.verdict.commits += 1
        self.verdict.most_confirmed = max(self.verdict.most_confirmed, self.confirmed)

    def _add(self, number: int, state: RegistrationState) -> None:
        self.states[number] = state
        if state is CONFIRMED:
            self.confirmed += self.sizes[number]
            if self.line:
                self.verdict.blame(f"{number} got a seat while {self.line[0]} waited")
            return
        if self.line and number < self.line[-1]:
            self.verdict.blame(f"{number} joined the line after {self.line[-1]}")
        self.line.append(number)

    def _promote(self, number: int) -> None:
        if self.line[:1] != [number]:
            self.verdict.blame(f"{number} was promoted before {self.line[:1]}")
        self.line.remove(number)
        self.states[number] = CONFIRMED
        self.confirmed += self.sizes[number]
        self.verdict.promotions += 1

    def _cancel(self, number: int) -> None:
        if self.states[number] is WAITLISTED:
            self.line.remove(number)
        else:
            self.confirmed -= self.sizes[number]
        self.states[number] = CANCELLED


def _replay(
    entries: list[AuditEntry], capacity: int, verdict: Verdict
) -> dict[int, RegistrationState]:
    replay = _Replay(verdict)
    for entry in entries:
        replay.move(entry)
    if verdict.most_confirmed > capacity:
        verdict.blame(f"oversold: {verdict.most_confirmed} confirmed for {capacity} seats")
    if replay.line and replay.confirmed < capacity:
        verdict.blame(f"a seat stayed empty while {len(replay.line)} waited")
    return replay.states


async def _compare(
    session: AsyncSession, event: Event, states: dict[int, RegistrationState], verdict: Verdict
) -> None:
    rows = list(await session.exec(select(Registration).where(Registration.event_id == event.id)))
    if {row.id: row.state for row in rows} != states:
        verdict.blame("the audit tells another story than the registrations")
    active = [row for row in rows if row.state is not CANCELLED]
    confirmed = sum(row.party_size for row in active if row.state is CONFIRMED)
    if confirmed != event.taken:
        verdict.blame(f"taken says {event.taken}, the registrations {confirmed}")
    if confirmed > event.capacity:
        verdict.blame(f"oversold at the end: {confirmed} of {event.capacity}")
    twice = [who for who, n in Counter(row.customer_id for row in active).items() if n > 1]
    if twice:
        verdict.blame(f"registered twice: {twice[:5]}")
    seats = select(Seat.registration_id).where(
        Seat.event_id == event.id, col(Seat.registration_id).is_not(None)
    )
    held = Counter(await session.exec(seats))
    if held != Counter({row.id: row.party_size for row in active if row.state is CONFIRMED}):
        verdict.blame("seats are held by others than the confirmed")


def _check_real_time(calls: list[Call], verdict: Verdict) -> None:
    """Whoever had their answer before another asked stands before them.

    Of several calls for one registration the first to ask and the first to be answered count.
    """
    asked: dict[int, float] = {}
    told: dict[int, float] = {}
    for call in calls:
        if call.state == WAITLISTED:
            number = call.registration_id
            asked[number] = min(call.invoked, asked.get(number, call.invoked))
            told[number] = min(call.answered, told.get(number, call.answered))
    answers = sorted((at, number) for number, at in told.items())
    newest = passed = 0
    for at, number in sorted((at, number) for number, at in asked.items()):
        while passed < len(answers) and answers[passed][0] < at:
            newest = max(newest, answers[passed][1])
            passed += 1
        if number < newest:
            verdict.blame(f"{number} overtook {newest}, which was answered before")
