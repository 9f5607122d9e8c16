from datetime import timedelta
from typing import Any

from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.events.models import Event, EventState, Venue
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.events.conftest import Scene


async def only(database: Database) -> Event:
    async with database.read() as session:
        return (await session.exec(select(Event).where(Event.theme != ""))).one()


async def test_lin_starts_a_micro_salon_in_one_step_and_lands_at_its_door(
    sit: Any, cast: Cast, database: Database
):
    lin = await sit(cast.lin)
    assert "Anti-fraud" in (await lin.get("/events/micro")).text
    answer = await lin.post_form(
        "/events/micro", theme="anti_fraud", host_id=cast.lin.user_id, start="now"
    )
    event = await only(database)
    assert answer.headers["location"] == f"/events/{event.id}/door"
    assert (event.state, event.starts_at, event.capacity) == (EventState.IN_PROGRESS, NOON, 12)
    assert event.ends_at == NOON + timedelta(minutes=10)
    page = (await lin.get(answer.headers["location"])).text
    assert page.count("<li>") >= 3
    assert "there is no “safe account”" in page
    assert 'class="qr"' in page


async def test_in_a_quarter_of_an_hour_it_is_open_first_and_a_small_corner_makes_a_small_circle(
    sit: Any, cast: Cast, database: Database
):
    async with database.transaction() as session:
        corner = Venue(branch_id=cast.a.id or 0, name="东角", capacity=5)
        session.add(corner)
    lin = await sit(cast.lin)
    await lin.post_form("/events/micro", theme="cash_care", venue_id=corner.id, start="soon")
    event = await only(database)
    assert (event.state, event.capacity) == (EventState.OPEN, 5)
    assert event.starts_at == NOON + timedelta(minutes=15)


async def test_without_a_theme_the_screen_comes_back(sit: Any, cast: Cast):
    lin = await sit(cast.lin)
    assert (await lin.post_form("/events/micro", start="now")).status_code == 422
    assert (await lin.post_form("/events/micro", theme="stocks", start="now")).status_code == 422


async def test_mei_of_marketing_does_not_hold_micro_salons(sit: Any, cast: Cast, scene: Scene):
    mei = await sit(cast.mei)
    assert (await mei.get("/events/micro")).status_code == 403
    assert (await mei.post_form("/events/micro", theme="anti_fraud")).status_code == 403


async def test_lin_closes_one_early_and_starts_the_next_in_the_same_corner(
    sit: Any, cast: Cast, database: Database
):
    async with database.transaction() as session:
        corner = Venue(branch_id=cast.a.id or 0, name="东角", capacity=5)
        session.add(corner)
    lin = await sit(cast.lin)
    plan = {"theme": "cash_care", "venue_id": corner.id, "host_id": cast.lin.user_id}
    first = (await lin.post_form("/events/micro", **plan)).headers["location"]
    busy = await lin.post_form("/events/micro", **plan)
    assert busy.status_code == 422
    assert "the room is taken" in busy.text
    await lin.post_form(first.removesuffix("/door") + "/close")
    assert (await lin.post_form("/events/micro", **plan)).status_code == 303
