"""The morning page, as each role finds it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import UserSession
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.events.models import EventState, RegistrationState, Venue
from gridcrm.ledger.models import Task
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import NOON, Browser, Clock


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> str:
        await seat(database, browser, who, clock.now)
        answer = await browser.get("/")
        assert answer.status_code == 200
        return answer.text

    return sit


async def keep(session: AsyncSession, *rows: object) -> None:
    session.add_all(rows)
    await session.flush()


def task(cast: Cast, for_whom: Who, days: int, **changes: object) -> Task:
    row: dict[str, object] = {
        "branch_id": cast.a.id,
        "title": "回访",
        "assignee_id": for_whom.user_id,
        "due_on": NOON.date() + timedelta(days=days),
        "created_by": cast.hang.user_id,
        "created_at": NOON,
    }
    return Task(**row | changes)


async def test_the_day_is_the_branchs_day(at, cast: Cast):
    assert "2026-11-21 Sat" in await at(cast.hang)


async def test_todays_event_has_its_seats_its_waitlist_and_its_door(
    at, cast: Cast, session: AsyncSession
):
    room = Venue(branch_id=cast.a.id, name="大堂东", capacity=20)
    await keep(session, room)
    event = make.event(
        cast.a, cast.zhou, starts_at=NOON + timedelta(hours=2), capacity=2, taken=2,
        state=EventState.FULL, venue_id=room.id, title="儿童乐高",
    )  # fmt: skip
    person = make.customer(cast.a)
    await keep(session, event, person)
    await keep(
        session, make.registration(event, person, state=RegistrationState.WAITLISTED, party_size=3)
    )
    await session.commit()

    page = await at(cast.zhou)

    assert "儿童乐高" in page
    assert "大堂东 · 3 wait" in page
    assert "2/2" in page
    assert f'href="/events/{event.id}/door"' in page


async def test_marketing_sees_the_event_and_no_door(at, cast: Cast, session: AsyncSession):
    event = make.event(cast.a, cast.zhou, starts_at=NOON + timedelta(hours=2))
    await keep(session, event)
    await session.commit()

    page = await at(cast.mei)

    assert f'href="/events/{event.id}"' in page
    assert f"/events/{event.id}/door" not in page


async def test_a_week_ahead_is_shown_and_the_rest_is_not(at, cast: Cast, session: AsyncSession):
    await keep(
        session,
        make.event(cast.a, cast.zhou, starts_at=NOON + timedelta(days=7), title="下周"),
        make.event(cast.a, cast.zhou, starts_at=NOON + timedelta(days=9), title="再下周"),
        make.event(cast.a, cast.zhou, starts_at=NOON - timedelta(days=1), title="昨天"),
        make.event(cast.a, cast.zhou, title="草稿", state=EventState.DRAFT),
        make.event(cast.b, cast.bo, title="别处"),
    )
    await session.commit()

    page = await at(cast.zhou)

    assert [name for name in ("下周", "再下周", "昨天", "草稿", "别处") if f">{name}<" in page] == [
        "下周"
    ]


async def test_the_month_is_said_with_its_interval_and_beside_the_year(
    at, cast: Cast, session: AsyncSession
):
    people = [make.customer(cast.a) for _ in range(48)]
    recent = make.event(cast.a, cast.zhou, starts_at=NOON - timedelta(days=5))
    older = make.event(cast.a, cast.zhou, starts_at=NOON - timedelta(days=100))
    await keep(session, *people, recent, older)
    await keep(
        session,
        *(make.registration(recent, person) for person in people[:28]),
        *(make.registration(older, person) for person in people[28:]),
    )
    await keep(session, *(sold(person, recent, cast) for person in people[:12]))
    await session.commit()

    page = await at(cast.hang)

    assert "12 of 28 (43 %, 27–61) of those who came converted." in page
    assert "The 12 months before: 0 of 20 (0 %, 0–16)." in page
    assert "higher than that, beyond chance" in page


def sold(person: object, event: object, cast: Cast) -> Outcome:
    return Outcome(
        branch_id=cast.a.id, customer_id=person.id, event_id=event.id, first_event_id=event.id,  # type: ignore[attr-defined]
        kind=OutcomeKind.ACCOUNT_OPENED, happened_on=NOON.date(), state=OutcomeState.VERIFIED,
        claimed_by=cast.zhou.user_id, claimed_at=NOON,
    )  # fmt: skip


async def test_the_lobby_and_head_office_see_no_results(at, cast: Cast):
    for who in (cast.lin, cast.fen):
        assert "Last 30 days" not in await at(who)


async def test_what_needs_somebody_is_counted_for_who_can_do_it(
    at, cast: Cast, session: AsyncSession
):
    plan = await make.plan(session, cast.a, cast.hang)
    person = make.customer(cast.a)
    hers = make.customer(cast.a, owner_id=cast.zhou.user_id)
    await keep(session, make.cell(cast.a, plan), person, hers)
    await keep(
        session,
        make.event(cast.a, cast.zhou, state=EventState.SUBMITTED),
        task(cast, cast.ming, -1),
        task(cast, cast.ming, -1, done_at=NOON),
        Outcome(
            branch_id=cast.a.id,
            customer_id=person.id,
            kind=OutcomeKind.CARD_ISSUED,
            happened_on=NOON.date(),
            claimed_by=cast.zhou.user_id,
            claimed_at=NOON,
        ),
    )
    await session.commit()

    manager, officer, lobby = await at(cast.hang), await at(cast.zhou), await at(cast.lin)

    said = (
        "1 event to approve",
        "1 outcome to verify",
        "1 task overdue",
        "1 cell without a lead",
        "2 customers lie in no cell",
    )
    assert [words for words in said if words in manager] == list(said)
    assert [words for words in said if words in officer] == []
    assert "1 customer lies in no cell" in officer
    assert [words for words in said if words in lobby] == []


async def test_my_tasks_are_mine_and_their_people_are_masked(at, cast: Cast, session: AsyncSession):
    person = make.customer(cast.a, name="欧阳小三")
    await keep(session, person)
    await keep(
        session,
        task(cast, cast.zhou, -2, title="补充同意书", customer_id=person.id),
        task(cast, cast.zhou, 0, title="今天的事"),
        task(cast, cast.zhou, 1, title="明天的事"),
        task(cast, cast.ming, 0, title="别人的事"),
    )
    await session.commit()

    page = await at(cast.zhou)

    seen = [title for title in ("补充同意书", "今天的事", "明天的事", "别人的事") if title in page]
    assert seen == ["补充同意书", "今天的事"]
    assert "欧阳**" in page
    assert "欧阳小三" not in page
    assert "overdue since 2026-11-19 Thu" in page


async def test_a_new_branch_is_led_through_its_setting_up(at, cast: Cast):
    page = await at(cast.hang)
    for url in ("/admin/places", "/grids/new", "/customers/import", "/events/new"):
        assert f'href="{url}"' in page
    assert "Setting up" in page
    assert "Setting up" not in await at(cast.xun)


async def test_the_administrator_without_a_branch_chooses_one(
    browser: Browser, cast: Cast, database: Database, clock: Clock, session: AsyncSession
):
    await seat(database, browser, cast.guan, clock.now)
    (row,) = (await session.exec(select(UserSession))).all()
    row.branch_id = None
    await session.commit()

    page = (await browser.get("/")).text

    assert "Choose a branch" in page
    assert 'value="A001"' in page
    assert 'value="B001"' in page


async def test_the_inspector_reads_the_branchs_figures_and_nothing_else(at, cast: Cast):
    page = await at(cast.xun)
    assert "A001" in page
    for word in ("My tasks", "Last 30 days", "Needs somebody", "Customers by cell"):
        assert word not in page


async def test_the_small_map_leads_to_the_large_one(at, cast: Cast, session: AsyncSession):
    plan = await make.plan(session, cast.a, cast.hang)
    await keep(session, make.cell(cast.a, plan))
    await session.commit()

    page = await at(cast.hang)

    assert re.search(r'<a href="/map" aria-label="Open the map"><svg ', page)


async def test_the_api_reference_loads_nothing_from_elsewhere(browser: Browser):
    page = await browser.get("/api-reference")
    assert page.status_code == 200
    assert not re.search(r'(src|href)="(?:https?:)?//', page.text)
    assert "<script>" not in page.text
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert (await browser.get(path)).status_code == 200, path


async def test_the_described_api_is_the_one_that_answers(
    browser: Browser, cast: Cast, database: Database, clock: Clock
):
    described = (await browser.get("/schema/openapi.json")).json()
    assert "/api/v1/branches/{code}/cells.geojson" in described["paths"]
    headers = await give_token(database, cast.hang, clock.now)
    answer = await browser.get("/api/v1/branches/A001/cells.geojson", headers=headers)
    assert answer.status_code == 404
    assert "no published grid" in answer.json()["detail"]


async def test_a_form_works_without_javascript(browser: Browser, cast: Cast):
    """The hidden field alone carries the token; a browser without scripts sends no header."""
    page = (await browser.get("/sign-in")).text
    (token,) = set(re.findall(r'<input type="hidden" name="_csrf_token" value="(\w+)">', page))
    del browser.headers["x-csrftoken"]
    fields = {"username": "zhou", "password": "correct-horse-battery", "_csrf_token": token}
    answer = await browser.post_form("/sign-in", **fields)
    assert answer.status_code == 303


async def test_head_office_reads_no_small_number_of_heads(at, cast: Cast, session: AsyncSession):
    event = make.event(cast.a, cast.zhou, starts_at=NOON + timedelta(hours=2), taken=3)
    await keep(session, event)
    person = make.customer(cast.a)
    await keep(session, person)
    await keep(session, make.registration(event, person, state=RegistrationState.CHECKED_IN))
    await session.commit()
    assert "3/4" in await at(cast.hang)

    page = await at(replace(cast.fen, branch_id=cast.a.id))

    assert "3/4" not in page
    assert "&lt;10/4" in page
    assert "&lt;10 here" in page


async def test_what_waits_for_an_approval_is_behind_its_link(
    at, browser: Browser, cast: Cast, session: AsyncSession
):
    later = NOON + timedelta(days=60)
    event = make.event(cast.a, cast.zhou, starts_at=later, state=EventState.SUBMITTED)
    await keep(session, event)
    await session.commit()
    found = re.search(
        r'href="(/events\?[^"]*)"><i[^>]*></i><span>1 event to approve', await at(cast.hang)
    )
    assert found
    assert event.title in (await browser.get(found[1])).text
