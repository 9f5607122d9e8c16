from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.events.models import Event, EventState, Registration, RegistrationState, Seat
from tests import make
from tests.cast import Cast
from tests.conftest import NOON, Clock
from tests.gridcrm.events.conftest import Program, Scene

As = Callable[[Who], Awaitable[Program]]
TOMORROW = (NOON + timedelta(days=1)).isoformat()


async def register(hang: Program, scene: Scene, who: int, party_size: int = 1) -> dict:
    person = scene.people[who]
    return await hang.ask(
        "POST", f"{scene.path}/registrations", 201, customer_id=person.id, party_size=party_size
    )


async def cancel(hang: Program, scene: Scene, registration: dict) -> dict:
    return await hang.ask("DELETE", f"{scene.path}/registrations/{registration['id']}")


async def taken(database: Database, scene: Scene) -> tuple[int, int]:
    """Return the event's own count and the seats that have a holder."""
    async with database.read() as session:
        event = await session.get(Event, scene.event.id)
        held = select(Seat).where(
            Seat.event_id == scene.event.id, col(Seat.registration_id).is_not(None)
        )
        assert event is not None
        return event.taken, len((await session.exec(held)).all())


async def test_hangs_event_is_open_at_once_and_zhous_waits_for_approval(cast: Cast, program: As):
    hang, zhou = await program(cast.hang), await program(cast.zhou)
    mine = await hang.ask("POST", "/events", 201, template="tea_salon", starts_at=TOMORROW)
    hers = await zhou.ask(
        "POST", "/events", 201, template="tea_salon", starts_at=TOMORROW, title="Tea with Zhou"
    )

    assert (mine["state"], mine["capacity"], mine["taken"]) == ("open_for_invite", 12, 0)
    assert (hers["state"], hers["title"]) == ("submitted", "Tea with Zhou")


async def test_a_time_without_a_zone_is_the_branchs_time(cast: Cast, program: As):
    hang = await program(cast.hang)
    made = await hang.ask(
        "POST", "/events", 201, template="tea_salon", starts_at="2026-12-01T14:00"
    )
    assert made["starts_at"] == "2026-12-01T06:00:00Z"
    assert made["ends_at"] == "2026-12-01T07:00:00Z"


async def test_the_fifth_person_waits_and_moves_up_when_somebody_cancels(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    seated = [await register(hang, scene, n) for n in range(4)]
    waiting = [await register(hang, scene, n) for n in (4, 5)]
    assert {one["state"] for one in seated} == {"confirmed"}
    assert [(one["state"], one["position"]) for one in waiting] == [
        ("waitlisted", 1),
        ("waitlisted", 2),
    ]
    detail = await hang.ask("GET", scene.path)
    assert (detail["state"], detail["counters"]["waiting"]) == ("full", 2)

    assert (await cancel(hang, scene, seated[1]))["state"] == "cancelled"

    again = await register(hang, scene, 4)
    assert (again["id"], again["state"]) == (waiting[0]["id"], "confirmed")
    assert (await register(hang, scene, 5))["position"] == 1
    assert await taken(database, scene) == (4, 4)


async def test_the_same_customer_keeps_the_registration_they_have(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    first, second = await register(hang, scene, 0), await register(hang, scene, 0)
    assert first["id"] == second["id"]
    assert await taken(database, scene) == (1, 1)


async def test_a_smaller_party_does_not_overtake_one_that_does_not_fit(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    three = await register(hang, scene, 0, party_size=3)
    pair = await register(hang, scene, 1, party_size=2)
    single = await register(hang, scene, 2)
    assert [pair["state"], single["state"]] == ["waitlisted", "waitlisted"]
    assert await taken(database, scene) == (3, 3)

    await cancel(hang, scene, three)

    assert [(await register(hang, scene, n))["state"] for n in (1, 2)] == ["confirmed"] * 2
    assert await taken(database, scene) == (3, 3)


async def test_cancelling_twice_gives_one_seat_back(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    made = await register(hang, scene, 0)
    assert (await cancel(hang, scene, made))["state"] == "cancelled"
    assert (await cancel(hang, scene, made))["state"] == "cancelled"
    assert await taken(database, scene) == (0, 0)


async def test_who_cancelled_may_register_again(cast: Cast, program: As, scene: Scene):
    hang = await program(cast.hang)
    first = await register(hang, scene, 0)
    await cancel(hang, scene, first)
    second = await register(hang, scene, 0)
    assert second["state"] == "confirmed"
    assert second["id"] != first["id"]


async def test_a_draft_takes_no_registrations(
    cast: Cast, program: As, scene: Scene, session: AsyncSession
):
    session.add(scene.event)
    scene.event.state = EventState.DRAFT
    await session.commit()
    hang = await program(cast.hang)
    answer = await hang.ask(
        "POST", f"{scene.path}/registrations", 409, customer_id=scene.people[0].id
    )
    assert "no registrations" in answer["detail"]


async def test_hang_cannot_register_a_customer_of_branch_b(
    cast: Cast, program: As, scene: Scene, session: AsyncSession
):
    stranger = make.customer(cast.b)
    session.add(stranger)
    await session.commit()
    hang = await program(cast.hang)
    await hang.ask("POST", f"{scene.path}/registrations", 404, customer_id=stranger.id)


async def test_zhou_registers_her_own_customer_and_not_a_colleagues(
    cast: Cast, program: As, scene: Scene, session: AsyncSession
):
    own = make.customer(cast.a, owner_id=cast.zhou.user_id)
    session.add(own)
    await session.commit()
    zhou = await program(cast.zhou)
    path = f"{scene.path}/registrations"
    await zhou.ask("POST", path, 201, customer_id=own.id)
    await zhou.ask("POST", path, 404, customer_id=scene.people[0].id)


async def test_bo_of_branch_b_finds_nothing_of_branch_a(cast: Cast, program: As, scene: Scene):
    hang, bo = await program(cast.hang), await program(cast.bo)
    made = await register(hang, scene, 0)
    await bo.ask("GET", scene.path, 404)
    await bo.ask("POST", f"{scene.path}/registrations", 404, customer_id=scene.people[1].id)
    await bo.ask("POST", f"{scene.path}/registrations", 404)
    await bo.ask("POST", f"{scene.path}/invitations", 404)
    await bo.ask("POST", f"{scene.path}/check-ins", 404)
    await bo.ask("POST", f"{scene.path}/check-ins", 404, registration_id=made["id"])
    await bo.ask("DELETE", f"{scene.path}/registrations/{made['id']}", 404)
    assert await bo.ask("GET", "/events") == []


async def test_a_lobby_manager_checks_in_and_does_not_plan(cast: Cast, program: As, scene: Scene):
    hang, lin = await program(cast.hang), await program(cast.lin)
    made = await register(hang, scene, 0)
    checked = await lin.ask("POST", f"{scene.path}/check-ins", 201, registration_id=made["id"])
    assert checked["state"] == "checked_in"
    await lin.ask("POST", "/events", 403, template="tea_salon", starts_at=TOMORROW)


async def test_a_customer_without_a_registration_walks_in_until_the_seats_are_gone(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    path = f"{scene.path}/check-ins"
    for person in scene.people[:4]:
        await hang.ask("POST", path, 201, customer_id=person.id)
    refused = await hang.ask("POST", path, 409, customer_id=scene.people[4].id)
    assert "4 of 4" in refused["detail"]
    assert await taken(database, scene) == (4, 4)


async def test_checking_in_twice_counts_once(
    cast: Cast, program: As, scene: Scene, clock: Clock, database: Database
):
    hang = await program(cast.hang)
    path = f"{scene.path}/check-ins"
    first = await hang.ask("POST", path, 201, customer_id=scene.people[0].id)
    clock.now += timedelta(minutes=5)
    second = await hang.ask("POST", path, 201, customer_id=scene.people[0].id)
    assert first["id"] == second["id"]
    async with database.read() as session:
        row = await session.get(Registration, first["id"])
        assert row is not None
        assert (row.state, row.checked_in_at) == (RegistrationState.CHECKED_IN, NOON)


async def test_a_retry_with_the_same_key_gets_the_same_answer(
    cast: Cast, program: As, scene: Scene, database: Database
):
    hang = await program(cast.hang)
    hang.headers["idempotency-key"] = "one"
    first = await register(hang, scene, 0)
    assert await register(hang, scene, 0) == first
    assert await taken(database, scene) == (1, 1)


async def test_wrong_bodies_are_named_field_by_field(cast: Cast, program: As, scene: Scene):
    hang = await program(cast.hang)
    path = f"{scene.path}/registrations"
    missing = await hang.ask("POST", path, 422)
    assert missing["errors"][0]["field"] == "customer_id"
    large = await hang.ask("POST", path, 422, customer_id=1, party_size=6)
    assert large["errors"][0]["field"] == "party_size"
    unknown = await hang.ask("POST", path, 422, customer_id=1, state="confirmed")
    assert unknown["errors"][0]["field"] == "state"
    neither = await hang.ask("POST", f"{scene.path}/check-ins", 422, registration_id=None)
    assert "registration_id" in str(neither["errors"])


async def test_who_plans_is_only_named_host_when_they_say_so(cast: Cast, program: As):
    hang = await program(cast.hang)
    plan = {"template": "tea_salon", "starts_at": TOMORROW}
    for _ in range(2):
        await hang.ask("POST", "/events", 201, **plan)
    named = await hang.ask("POST", "/events", 422, **plan, host_id=cast.hang.user_id)
    assert named["errors"][0]["field"] == "host_id"


async def test_hang_and_lin_read_the_small_numbers_of_their_event(
    cast: Cast, program: As, scene: Scene
):
    hang, lin = await program(cast.hang), await program(cast.lin)
    await register(hang, scene, 0)
    for somebody in (hang, lin):
        detail = await somebody.ask("GET", scene.path)
        assert (detail["taken"], detail["counters"]["registered"]) == (1, 1)
