from datetime import timedelta
from typing import Any

from icalendar import Calendar

from gridcrm.accounts.models import User
from gridcrm.core.db import Database
from gridcrm.events.links import Link, Links
from gridcrm.events.models import EventState
from tests import make
from tests.cast import Cast
from tests.conftest import SECRET, Browser
from tests.gridcrm.events.conftest import Scene, change

LINKS = Links(SECRET, "")


async def feed(visitor: Browser, user_id: int) -> Any:
    answer = await visitor.get(LINKS.calendar(user_id))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


async def test_zhou_subscribes_to_the_events_of_her_branch_and_of_no_other(
    visitor: Browser, cast: Cast, scene: Scene, database: Database, sit: Any
):
    async with database.transaction() as session:
        session.add(make.event(cast.b, cast.bo, title="B"))
    zhou = await sit(cast.zhou)
    assert LINKS.calendar(cast.zhou.user_id) in (await zhou.get("/events")).text

    (entry,) = (await feed(visitor, cast.zhou.user_id)).walk("VEVENT")
    assert entry["summary"] == "花茶茶艺"
    assert entry["dtstart"].dt == scene.event.starts_at
    assert entry["dtstart"].to_ical() == b"20261122T040000Z"
    assert entry["dtend"].dt - entry["dtstart"].dt == timedelta(hours=1)
    assert entry["status"] == "CONFIRMED"


async def test_a_change_raises_the_sequence_and_a_cancelled_event_stays_as_cancelled(
    visitor: Browser, cast: Cast, scene: Scene, sit: Any
):
    (before,) = (await feed(visitor, cast.zhou.user_id)).walk("VEVENT")
    hang = await sit(cast.hang)
    await hang.post_form(f"{scene.path}/cancel", note="雨")
    (after,) = (await feed(visitor, cast.zhou.user_id)).walk("VEVENT")
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"


async def test_a_draft_is_tentative(visitor: Browser, cast: Cast, scene: Scene, database: Database):
    await change(database, scene.event, state=EventState.DRAFT)
    (entry,) = (await feed(visitor, cast.zhou.user_id)).walk("VEVENT")
    assert entry["status"] == "TENTATIVE"


async def test_the_feed_names_no_guest(visitor: Browser, cast: Cast, scene: Scene, sit: Any):
    hang = await sit(cast.hang)
    person = scene.people[0]
    await hang.post_form(f"{scene.path}/register", phone=person.phone, name=person.name)
    text = (await visitor.get(LINKS.calendar(cast.zhou.user_id))).text
    assert person.name not in text
    assert (person.phone or "") not in text


async def test_a_closed_account_and_a_guessed_address_get_nothing(
    visitor: Browser, cast: Cast, scene: Scene, database: Database
):
    address = LINKS.calendar(cast.zhou.user_id)
    assert (await visitor.get(f"/calendar/{LINKS.token(Link.EVENT, 1)}.ics")).status_code == 404
    assert (await visitor.get(address[:-5] + "x.ics")).status_code == 404
    assert (await visitor.get(LINKS.calendar(cast.fen.user_id))).status_code == 404
    async with database.transaction() as session:
        zhou = await session.get(User, cast.zhou.user_id)
        assert zhou is not None
        zhou.active = False
        session.add(zhou)
    assert (await visitor.get(address)).status_code == 404
