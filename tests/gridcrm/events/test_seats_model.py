"""The seats against a model of a few lines: whatever happens in whatever order, they agree."""

import random
from dataclasses import dataclass, field

import pytest
from sqlmodel import col, select

from gridcrm.core.db import Database
from gridcrm.core.errors import AppError
from gridcrm.events import registering, seats, service
from gridcrm.events.models import (
    Event,
    EventState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Seat,
)
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.events.conftest import Scene

STEPS = 120
MOST = 8
VERBS, WEIGHTS = ("register", "cancel", "change", "resize"), (5, 2, 4, 1)


@dataclass
class Model:
    """Who has how many seats, and who waits for how many, in order."""

    capacity: int
    seated: dict[int, int] = field(default_factory=dict)
    line: list[tuple[int, int]] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(self.seated.values())

    def register(self, customer: int, size: int) -> None:
        if customer in self.seated or customer in dict(self.line):
            return
        self.line.append((customer, size))
        self._move_up()

    def cancel(self, customer: int) -> None:
        self.seated.pop(customer, None)
        self.line = [place for place in self.line if place[0] != customer]
        self._move_up()

    def resize(self, capacity: int) -> bool:
        if capacity < self.taken:
            return False
        self.capacity = capacity
        self._move_up()
        return True

    def change(self, customer: int, size: int) -> bool:
        if customer in self.seated:
            more = size - self.seated[customer]
            if more > 0 and (self.line or self.taken + more > self.capacity):
                return False
            self.seated[customer] = size
        else:
            self.line = [(who, size if who == customer else n) for who, n in self.line]
        self._move_up()
        return True

    def _move_up(self) -> None:
        while self.line and self.taken + self.line[0][1] <= self.capacity:
            customer, size = self.line.pop(0)
            self.seated[customer] = size


@pytest.mark.parametrize("seed", range(3))
async def test_the_seats_agree_with_the_model_after_every_step(
    database: Database, cast: Cast, scene: Scene, seed: int
):
    dice, model = random.Random(seed), Model(capacity=scene.event.capacity)
    for _ in range(STEPS):
        await step(database, cast, scene, model, dice)
        await agree(database, scene, model)


async def step(
    database: Database, cast: Cast, scene: Scene, model: Model, dice: random.Random
) -> None:
    event_id = scene.event.id or 0
    customer, size = dice.choice(scene.people).id or 0, dice.randint(1, 3)
    known = await registration_of(database, event_id, customer)
    verb = dice.choices(VERBS, WEIGHTS)[0]
    try:
        async with database.transaction() as session:
            if verb == "register":
                staff = RegistrationSource.STAFF
                await service.register(session, cast.hang, event_id, customer, size, staff, NOON)
            elif verb == "cancel" and known:
                await service.cancel_registration(session, cast.hang, event_id, known, NOON)
            elif verb == "change" and known:
                await service.change_party(session, cast.hang, event_id, known, size, NOON)
            elif verb == "resize":
                hall = await seats.lock(session, event_id)
                hall = await seats.resize(session, hall, size * 2 + MOST // 2)
                await registering.move_up(session, cast.hang, hall, NOON)
        worked = True
    except AppError:
        worked = False
    assert play(model, verb, customer, size, known=bool(known)) is worked


def play(model: Model, verb: str, customer: int, size: int, *, known: bool) -> bool:
    if verb == "register":
        model.register(customer, size)
    elif verb == "cancel" and known:
        model.cancel(customer)
    elif verb == "change" and known:
        return model.change(customer, size)
    elif verb == "resize":
        return model.resize(size * 2 + MOST // 2)
    return True


async def registration_of(database: Database, event_id: int, customer: int) -> int | None:
    query = select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.customer_id == customer,
        Registration.state != RegistrationState.CANCELLED,
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def agree(database: Database, scene: Scene, model: Model) -> None:
    async with database.read() as session:
        event = await session.get(Event, scene.event.id)
        found = select(Registration).where(Registration.state != RegistrationState.CANCELLED)
        rows = list(await session.exec(found.order_by(col(Registration.id))))
        held = [seat.registration_id for seat in await session.exec(select(Seat))]
    assert event is not None
    seated = {r.customer_id: r.party_size for r in rows if r.state is RegistrationState.CONFIRMED}
    line = [(r.customer_id, r.party_size) for r in rows if r.state is RegistrationState.WAITLISTED]
    assert (seated, line) == (model.seated, model.line)
    assert (event.taken, event.capacity) == (model.taken, model.capacity)
    assert event.state is (EventState.FULL if model.taken == model.capacity else EventState.OPEN)
    assert len(held) == model.capacity
    assert len([holder for holder in held if holder]) == model.taken
