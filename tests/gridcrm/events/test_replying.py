from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from gridcrm.consent.models import Consent, ConsentState
from gridcrm.core.db import Database
from gridcrm.events.links import Link, Links
from gridcrm.events.models import (
    Event,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from tests import make
from tests.cast import Cast
from tests.conftest import SECRET, Browser, Clock
from tests.gridcrm.events.conftest import Scene, change

LINKS = Links(SECRET, "")


@pytest.fixture
async def invited(database: Database, scene: Scene) -> list[str]:
    """The links of all ten people."""
    async with database.transaction() as session:
        rows = [make.invitation(scene.event, person) for person in scene.people]
        session.add_all([*rows, *(make.consent(person) for person in scene.people)])
        await session.flush()
        return [LINKS.reply(Link.INVITATION, row.id or 0) for row in rows]


@pytest.fixture
async def guest(visitor: Browser) -> Browser:
    """A phone without an account: it has looked at a page and got the form's token."""
    await visitor.get("/sign-in")
    visitor.headers["x-csrftoken"] = visitor.cookies["gridcrm_csrf"]
    return visitor


async def stands(database: Database, scene: Scene, n: int) -> tuple[str, str | None, int]:
    """Return what the invitation says, what the registration says, and how many seats are taken."""
    async with database.read() as session:
        person = scene.people[n].id
        asked = select(Invitation.state).where(Invitation.customer_id == person)
        row = select(Registration.state).where(Registration.customer_id == person)
        newest = (await session.exec(row.order_by(col(Registration.id).desc()))).first()
        taken = select(Event.taken).where(Event.id == scene.event.id)
        return (await session.exec(asked)).one(), newest, (await session.exec(taken)).one()


async def test_the_page_says_what_when_where_and_names_nobody(
    guest: Browser, scene: Scene, invited: list[str]
):
    page = await guest.get(invited[0])
    assert page.status_code == 200
    for text in ("花茶茶艺", "11-22 Sun 12:00", "经开支行", "Only a few seats are left."):
        assert text in page.text
    assert scene.people[0].name not in page.text
    assert (scene.people[0].phone or "") not in page.text
    assert "set-cookie" not in {
        name for name in page.headers if "session" in page.headers[name].lower()
    }


def main_of(answer: httpx.Response) -> str:
    return answer.text.partition("<main")[2].partition("</main>")[0]


async def test_come_maybe_and_no_each_do_what_they_say(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    come = await guest.post_form(invited[0], answer="come", party_size=2)
    assert come.headers["location"] == invited[0]
    assert await stands(database, scene, 0) == ("accepted", "confirmed", 2)
    assert "You have a place" in (await guest.get(invited[0])).text

    await guest.post_form(invited[0], answer="maybe")
    assert await stands(database, scene, 0) == ("maybe", "cancelled", 0)

    await guest.post_form(invited[0], answer="come", party_size=1)
    assert await stands(database, scene, 0) == ("accepted", "confirmed", 1)

    await guest.post_form(invited[0], answer="no")
    assert await stands(database, scene, 0) == ("declined", "cancelled", 0)
    assert "you cannot come" in (await guest.get(invited[0])).text


async def test_a_party_grows_while_there_are_seats_and_shrinks_for_those_who_wait(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    await guest.post_form(invited[0], answer="come", party_size=2)
    await guest.post_form(invited[0], answer="come", party_size=3)
    assert await stands(database, scene, 0) == ("accepted", "confirmed", 3)

    await guest.post_form(invited[1], answer="come", party_size=2)
    assert await stands(database, scene, 1) == ("accepted", "waitlisted", 3)
    assert "number 1 on the waiting list" in (await guest.get(invited[1])).text

    refused = await guest.post_form(invited[0], answer="come", party_size=4)
    assert refused.status_code == 422
    assert "no seats left" in refused.text

    await guest.post_form(invited[0], answer="come", party_size=2)
    assert await stands(database, scene, 1) == ("accepted", "confirmed", 4)


async def test_six_in_a_party_and_an_unknown_answer_are_refused(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    assert (await guest.post_form(invited[0], answer="come", party_size=6)).status_code == 422
    assert (await guest.post_form(invited[0], answer="buy")).status_code == 422
    assert (await guest.post_form(invited[0], answer="no", customer_id=1)).status_code == 422
    assert await stands(database, scene, 0) == ("sent", None, 0)


async def test_one_tap_ends_all_marketing_and_the_next_invitation_stays_out(
    guest: Browser, scene: Scene, invited: list[str], database: Database, sit: Any, cast: Cast
):
    answer = await guest.post_form(f"{invited[0]}/refuse")
    assert answer.status_code == 303
    async with database.read() as session:
        said = select(Consent).where(Consent.customer_id == scene.people[0].id)
        rows = list(await session.exec(said))
    assert {row.state for row in rows} == {ConsentState.WITHDRAWN, ConsentState.REFUSED}
    assert len(rows) == 3
    assert {row.obtained_how for row in rows if row.state is ConsentState.REFUSED} == {"own_link"}


async def test_a_poster_has_nothing_to_refuse(guest: Browser, scene: Scene):
    poster = LINKS.reply(Link.EVENT, scene.event.id or 0)
    assert (await guest.post_form(f"{poster}/refuse")).status_code == 404


async def test_an_unknown_link_looks_like_any_page_that_is_not_there(
    guest: Browser, scene: Scene, invited: list[str]
):
    plain = await guest.get("/nothing-here")
    assert "There is nothing here" in main_of(plain)
    for token in ("x", "A" * 32, invited[0][3:-1] + "!", LINKS.token(Link.CALENDAR, 1),
                  LINKS.token(Link.INVITATION, 9999), LINKS.token(Link.EVENT, 9999)):  # fmt: skip
        answer = await guest.get(f"/r/{token}")
        assert answer.status_code == 404
        assert main_of(answer) == main_of(plain)


async def test_a_draft_is_not_to_be_seen_and_a_cancelled_event_says_so(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    await change(database, scene.event, state=EventState.DRAFT)
    assert (await guest.get(invited[0])).status_code == 404
    await change(database, scene.event, state=EventState.CANCELLED, note="讲师生病")
    page = (await guest.get(invited[0])).text
    assert "This event is cancelled." in page
    assert "讲师生病" in page
    assert "I come" not in page
    assert (await guest.post_form(invited[0], answer="come")).status_code == 422


async def test_a_cancelled_event_promises_no_place_and_a_closed_one_no_moving_up(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    for link in invited[:2]:
        await guest.post_form(link, answer="come", party_size=4)
    await change(database, scene.event, state=EventState.CANCELLED)
    for link in invited[:2]:
        page = (await guest.get(link)).text
        assert "This event is cancelled." in page
        assert "You have a place" not in page
        assert "You move up" not in page
    await change(database, scene.event, state=EventState.CLOSED)
    assert "You have a place" in (await guest.get(invited[0])).text
    assert "You move up" not in (await guest.get(invited[1])).text


async def test_after_the_end_nobody_answers(
    guest: Browser, scene: Scene, invited: list[str], clock: Clock, database: Database
):
    clock.now = scene.event.ends_at + timedelta(seconds=1)
    assert "no answers any more" in (await guest.get(invited[0])).text
    assert (await guest.post_form(invited[0], answer="come")).status_code == 422
    assert await stands(database, scene, 0) == ("sent", None, 0)


async def test_a_poster_registers_a_guest_who_can_give_the_place_back(
    guest: Browser, scene: Scene, database: Database
):
    poster = LINKS.reply(Link.EVENT, scene.event.id or 0)
    assert (await guest.post_form(poster, name="赵", phone="")).status_code == 422
    made = await guest.post_form(poster, name="赵小明", phone="138 0000 1234", party_size=2)
    ticket = made.headers["location"]
    assert ticket != poster
    page = (await guest.get(ticket)).text
    assert "You have a place" in page
    assert "赵小明" not in page
    assert "13800001234" not in page

    again = await guest.post_form(poster, name="赵小明", phone="13800001234")
    assert again.headers["location"] == poster

    await guest.post_form(ticket, answer="no")
    assert "You gave your place back" in (await guest.get(ticket)).text
    back = await guest.post_form(ticket, answer="come")
    assert back.headers["location"] != ticket
    async with database.read() as session:
        states = list(await session.exec(select(Registration.state).order_by(col(Registration.id))))
    assert states == [RegistrationState.CANCELLED, RegistrationState.CONFIRMED]


async def test_a_customer_is_recognised_at_a_poster_by_phone_and_name_together(
    guest: Browser, scene: Scene, database: Database
):
    poster = LINKS.reply(Link.EVENT, scene.event.id or 0)
    wang, other = scene.people[:2]
    await guest.post_form(poster, name=wang.name, phone=wang.phone)
    await guest.post_form(poster, name="李四", phone=other.phone)
    async with database.read() as session:
        found = select(Registration.customer_id).order_by(col(Registration.id))
        assert list(await session.exec(found)) == [wang.id, None]


async def test_the_page_speaks_the_phones_language_and_the_one_that_is_chosen(
    guest: Browser, scene: Scene, invited: list[str]
):
    assert 'lang="en"' in (await guest.get(invited[0])).text
    guest.headers["accept-language"] = "zh-CN,zh;q=0.9"
    assert 'lang="zh-CN"' in (await guest.get(invited[0])).text
    await guest.post_form("/language", language="en", next=invited[0])
    assert 'lang="en"' in (await guest.get(invited[0])).text


async def test_a_flood_of_answers_is_stopped(guest: Browser, scene: Scene, invited: list[str]):
    seen = {(await guest.post_form(invited[0], answer="buy")).status_code for _ in range(61)}
    assert seen == {422, 429}


async def test_guests_who_look_do_not_use_up_the_sign_ins_of_the_staff(
    guest: Browser, scene: Scene, invited: list[str], cast: Cast
):
    for _ in range(61):
        await guest.get(invited[0])
    answer = await guest.post_form("/sign-in", username="zhou", password="wrong")
    assert answer.status_code == 422


async def test_an_answer_from_another_site_is_refused(
    guest: Browser, scene: Scene, invited: list[str], database: Database
):
    guest.headers["sec-fetch-site"] = "cross-site"
    assert (await guest.post_form(invited[0], answer="come")).status_code == 403
    assert (await stands(database, scene, 0))[0] == InvitationState.SENT
