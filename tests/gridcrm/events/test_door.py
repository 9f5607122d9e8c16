from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from gridcrm.core.db import Database
from gridcrm.events.links import Link, Links
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventState,
    Registration,
    RegistrationSource,
    RegistrationState,
)
from gridcrm.labels import seed as label_seed
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from tests import make
from tests.cast import Cast
from tests.conftest import SECRET, Browser, Clock
from tests.gridcrm.events.conftest import Scene, change

LINKS = Links(SECRET, "http://127.0.0.1:8000")


@pytest.fixture
async def door(sit: Any, cast: Cast, scene: Scene, database: Database) -> Browser:
    """Lin at the door of the running event, for which the first three people have seats."""
    hang = await sit(cast.hang)
    for person in scene.people[:3]:
        await hang.post_form(f"{scene.path}/register", phone=person.phone, name=person.name)
    await hang.post_form(f"{scene.path}/start")
    found: Browser = await sit(cast.lin)
    return found


async def lines(database: Database) -> list[Registration]:
    async with database.read() as session:
        return list(await session.exec(select(Registration).order_by(col(Registration.id))))


async def event_of(database: Database, scene: Scene) -> Event:
    async with database.read() as session:
        return (await session.exec(select(Event).where(Event.id == scene.event.id))).one()


async def test_the_door_opens_empty(door: Browser, scene: Scene):
    page = (await door.get(f"{scene.path}/door")).text
    assert "0 of 3" in page
    assert "王" not in page


async def test_four_digits_and_the_surname_find_one_person_and_neither_alone_does(
    door: Browser, scene: Scene
):
    person = scene.people[1]
    digits, surname = person.phone[-4:], person.name[0]

    async def find(**fields: object) -> str:
        return (await door.post_form(f"{scene.path}/door/find", **fields)).text

    assert "Check in" in await find(digits=digits, surname=surname)
    assert "Nobody on the list fits" in await find(digits=digits, surname="李")
    for alone in ({"digits": digits}, {"surname": surname}, {}):
        text = await find(**alone)
        assert "Check in" not in text
        assert "This is needed" in text
        assert "Nobody on the list fits" not in text
    assert (
        await door.post_form(f"{scene.path}/door/find", digits="12", surname="王")
    ).status_code == 422


async def test_a_percent_sign_is_no_wildcard(door: Browser, scene: Scene):
    digits = scene.people[1].phone[-4:]
    answer = await door.post_form(f"{scene.path}/door/find", digits=digits, surname="%")
    assert "Nobody on the list fits" in answer.text


async def test_one_tap_lets_in_and_undo_takes_it_back(
    door: Browser, scene: Scene, database: Database, cast: Cast
):
    row = (await lines(database))[0]
    answer = await door.post_form(f"{scene.path}/door/check-in", registration_id=row.id)
    assert answer.headers["location"] == f"{scene.path}/door?done={row.id}"
    page = (await door.get(answer.headers["location"])).text
    assert "data-tick" in page
    assert "1 of 3" in page
    assert scene.people[0].name not in page
    checked = (await lines(database))[0]
    assert (checked.state, checked.checked_in_by) == (
        RegistrationState.CHECKED_IN, cast.lin.user_id,
    )  # fmt: skip

    await door.post_form(f"{scene.path}/door/undo/{row.id}")
    assert (await lines(database))[0].state is RegistrationState.CONFIRMED


async def test_with_htmx_only_the_door_comes_back(door: Browser, scene: Scene, database: Database):
    row = (await lines(database))[0]
    door.headers["hx-request"] = "true"
    answer = await door.post_form(f"{scene.path}/door/check-in", registration_id=row.id)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section class="door"')
    assert "data-tick" in answer.text


async def test_a_scanned_code_finds_its_person_at_its_own_event_only(
    door: Browser, scene: Scene, database: Database, cast: Cast
):
    async with database.transaction() as session:
        asked = make.invitation(scene.event, scene.people[0])
        not_registered = make.invitation(scene.event, scene.people[7])
        other = make.event(cast.a, cast.hang)
        session.add_all([asked, not_registered, other])
        await session.flush()
        elsewhere = make.invitation(other, scene.people[1])
        session.add(elsewhere)

    async def scan(number: int | None) -> str:
        link = LINKS.reply(Link.INVITATION, number or 0)
        return (await door.post_form(f"{scene.path}/door/find", code=link)).text

    assert "has a seat" in await scan(asked.id)
    found = await scan(not_registered.id)
    assert "invited, not registered" in found
    assert f'name="customer_id" value="{scene.people[7].id}"' in found
    assert "Nobody on the list fits" in await scan(elsewhere.id)
    rubbish = await door.post_form(f"{scene.path}/door/find", code="rubbish")
    assert "Nobody on the list fits" in rubbish.text


async def test_somebody_walks_in_with_a_surname_and_a_known_number_leads_to_the_customer(
    door: Browser, scene: Scene, database: Database
):
    known = scene.people[8]
    await door.post_form(f"{scene.path}/door/walk-in", name="王", phone=known.phone)
    row = (await lines(database))[-1]
    assert (row.customer_id, row.source, row.state) == (
        known.id, RegistrationSource.WALK_IN, RegistrationState.CHECKED_IN,
    )  # fmt: skip
    assert (await event_of(database, scene)).taken == 4

    await door.post_form(f"{scene.path}/door/undo/{row.id}")
    assert (await lines(database))[-1].state is RegistrationState.CANCELLED
    assert (await event_of(database, scene)).taken == 3


async def test_a_stranger_walks_in_as_a_guest(door: Browser, scene: Scene, database: Database):
    assert (await door.post_form(f"{scene.path}/door/walk-in", name="")).status_code == 422
    await door.post_form(f"{scene.path}/door/walk-in", name="赵")
    row = (await lines(database))[-1]
    assert (row.customer_id, row.guest_name) == (None, "赵")


async def test_nobody_walks_in_past_the_last_seat_until_somebody_adds_one(
    door: Browser, scene: Scene, database: Database, sit: Any, cast: Cast
):
    await door.post_form(f"{scene.path}/door/walk-in", name="赵")
    refused = await door.post_form(f"{scene.path}/door/walk-in", name="钱")
    assert refused.status_code == 422
    assert "4 of 4 are taken" in refused.text
    assert 'value="钱"' in refused.text
    assert f"{scene.path}/edit#capacity" not in refused.text

    hang = await sit(cast.hang)
    refused = await hang.post_form(f"{scene.path}/door/walk-in", name="钱")
    assert f"{scene.path}/edit#capacity" in refused.text
    plan = {"starts_at": "2026-11-22T12:00", "host_id": cast.hang.user_id, "capacity": 5}
    await hang.post_form(f"{scene.path}/edit", **plan)
    assert (await hang.post_form(f"{scene.path}/door/walk-in", name="钱")).status_code == 303
    assert (await event_of(database, scene)).taken == 5


async def test_who_waits_keeps_the_order_until_the_start_and_then_the_door_decides(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    for person, size in zip(scene.people, (3, 2, 1), strict=False):
        await hang.post_form(
            f"{scene.path}/register", phone=person.phone, name=person.name, party_size=size
        )
    single = (await lines(database))[2]
    assert single.state is RegistrationState.WAITLISTED

    early = await hang.post_form(f"{scene.path}/door/check-in", registration_id=single.id)
    assert early.status_code == 422
    assert "waiting list" in early.text

    await hang.post_form(f"{scene.path}/start")
    await hang.post_form(f"{scene.path}/door/check-in", registration_id=single.id)
    assert (await lines(database))[2].state is RegistrationState.CHECKED_IN
    assert (await event_of(database, scene)).taken == 4

    pair = (await lines(database))[1]
    full = await hang.post_form(f"{scene.path}/door/check-in", registration_id=pair.id)
    assert "4 of 4 are taken" in full.text


async def test_heads_without_a_name_go_up_and_down_and_never_below_zero(
    door: Browser, scene: Scene, database: Database
):
    for change_by in ("1", "1", "-1"):
        await door.post_form(f"{scene.path}/door/heads", change=change_by)
    assert (await event_of(database, scene)).anonymous_count == 1
    await door.post_form(f"{scene.path}/door/heads", change="-1")
    assert (await door.post_form(f"{scene.path}/door/heads", change="-1")).status_code == 422
    assert (await door.post_form(f"{scene.path}/door/heads", change="40")).status_code == 422
    assert (await event_of(database, scene)).anonymous_count == 0


async def test_closing_makes_no_shows_and_gives_labels_once(
    door: Browser, scene: Scene, database: Database, clock: Clock, sit: Any, cast: Cast
):
    async with database.transaction() as session:
        await label_seed.seed(session)
        tea = (await session.exec(select(Label).where(Label.slug == "taste.tea.tea_art"))).one()
        session.add(EventLabel(event_id=scene.event.id or 0, label_id=tea.id or 0))
    first, second, third = await lines(database)
    await door.post_form(f"{scene.path}/door/check-in", registration_id=first.id)
    clock.now += timedelta(minutes=10)
    await door.post_form(f"{scene.path}/close")
    assert [row.state for row in await lines(database)] == [
        RegistrationState.CHECKED_IN,
        RegistrationState.NO_SHOW,
        RegistrationState.NO_SHOW,
    ]
    late = await door.post_form(f"{scene.path}/door/check-in", registration_id=second.id)
    assert "closed" in late.text

    async def sure() -> dict[int, float]:
        async with database.read() as session:
            found = await session.exec(select(CustomerLabel))
            carried = list(found)
        assert {row.source for row in carried} == {LabelSource.ATTENDANCE}
        return {row.customer_id: row.confidence for row in carried}

    assert await sure() == {first.customer_id: 0.4}

    hang = await sit(cast.hang)
    clock.now += timedelta(minutes=10)
    await hang.post_form(f"{scene.path}/reopen")
    await hang.post_form(f"{scene.path}/door/check-in", registration_id=second.id)
    clock.now += timedelta(minutes=10)
    await hang.post_form(f"{scene.path}/close")
    assert await sure() == {first.customer_id: 0.4, second.customer_id: 0.4}
    assert third.customer_id not in await sure()


async def test_mei_of_marketing_and_bo_of_branch_b_do_not_stand_at_the_door(
    scene: Scene, sit: Any, cast: Cast, database: Database
):
    mei = await sit(cast.mei)
    assert (await mei.get(f"{scene.path}/door")).status_code == 403
    assert (await mei.post_form(f"{scene.path}/door/walk-in", name="赵")).status_code == 403
    bo = await sit(cast.bo)
    for path, fields in (
        ("find", {"digits": "1234", "surname": "王"}), ("walk-in", {"name": "赵"}),
        ("heads", {"change": "1"}), ("check-in", {"customer_id": scene.people[0].id}),
        ("undo/1", {}),
    ):  # fmt: skip
        answer = await bo.post_form(f"{scene.path}/door/{path}", **fields)
        assert answer.status_code == 404
    assert await lines(database) == []


async def test_the_door_of_a_draft_is_closed(
    scene: Scene, sit: Any, cast: Cast, database: Database
):
    await change(database, scene.event, state=EventState.DRAFT)
    lin = await sit(cast.lin)
    assert "The door is closed" in (await lin.get(f"{scene.path}/door")).text
    assert (await lin.post_form(f"{scene.path}/door/walk-in", name="赵")).status_code == 422
