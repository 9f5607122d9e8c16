from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlmodel import select

from gridcrm.consent import service as consents
from gridcrm.consent.models import Purpose
from gridcrm.core.db import Database
from gridcrm.events import service
from gridcrm.events.links import Link, Links
from gridcrm.events.models import (
    Channel,
    EventSeries,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    Suppression,
)
from gridcrm.ledger.models import Visit, VisitResult
from gridcrm.segments.models import Segment
from tests import make
from tests.cast import Cast
from tests.conftest import NOON, SECRET
from tests.gridcrm.events.conftest import Scene, change

EVERYBODY = {"all": [{"kind": "age_band", "min_age": 1}]}


@pytest.fixture
async def segment(database: Database, cast: Cast, scene: Scene) -> int:
    """All ten people; the first six agreed to SMS, the first two to calls as well."""
    async with database.transaction() as session:
        made = Segment(
            branch_id=cast.a.id, name_zh="全部", name_en="All", predicate=EVERYBODY, created_at=NOON
        )
        session.add(made)
        session.add_all([make.consent(person) for person in scene.people[:6]])
        calls = Purpose.MARKETING_CALL
        session.add_all([make.consent(person, calls) for person in scene.people[:2]])
        await session.flush()
        return made.id or 0


async def rows(database: Database) -> dict[int, Invitation]:
    async with database.read() as session:
        found = await session.exec(select(Invitation))
        return {row.customer_id: row for row in found}


async def test_hang_sees_first_whom_it_reaches_and_why_others_stay_out(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    await change(database, scene.people[0], do_not_contact=True)
    hang = await sit(cast.hang)
    page = (await hang.get(f"{scene.path}/invite?segment={segment}")).text
    assert "5 eligible of 10" in page
    assert "Invite 5 people" in page
    assert "no consent to any way of contact" in page
    assert await rows(database) == {}


async def test_inviting_keeps_a_row_for_everybody_with_the_reason(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang = await sit(cast.hang)
    answer = await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    assert answer.headers["location"] == f"{scene.path}/invitations"

    found = await rows(database)
    assert Counter(row.state for row in found.values()) == {
        InvitationState.SENT: 6,
        InvitationState.SUPPRESSED: 4,
    }
    first, last = found[scene.people[0].id or 0], found[scene.people[9].id or 0]
    assert (first.channel, first.reason, first.sent_at) == (Channel.SMS, None, NOON)
    assert (last.channel, last.reason, last.sent_at) == (None, Suppression.NO_CONSENT, None)


async def test_the_api_counts_by_way_and_by_reason(
    program: Any, cast: Cast, scene: Scene, segment: int
):
    hang = await program(cast.hang)
    done = await hang.ask(
        "POST", f"{scene.path}/invitations", 201, segment_id=segment, channels=["call"]
    )
    assert (done["sent"], done["channels"]) == (2, {"call": 2})
    assert done["suppressed"] == {"no_consent": 8}


async def test_a_withdrawal_between_looking_and_sending_counts(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang = await sit(cast.hang)
    assert "6 eligible of 10" in (await hang.get(f"{scene.path}/invite?segment={segment}")).text

    person = scene.people[2].id or 0
    async with database.transaction() as session:
        sms = Purpose.MARKETING_SMS
        await consents.withdraw(session, None, person, sms, "own_link", NOON)
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)

    found = await rows(database)
    assert found[person].reason is Suppression.REFUSED
    assert sum(row.state is InvitationState.SENT for row in found.values()) == 5


async def test_nobody_is_asked_twice_and_who_agrees_later_is_asked_then(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang = await sit(cast.hang)
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    late = scene.people[9]
    async with database.transaction() as session:
        session.add(make.consent(late, given_at=NOON))

    page = (await hang.get(f"{scene.path}/invite?segment={segment}")).text
    assert "1 eligible of 10" in page
    assert "invited already" in page
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)

    found = await rows(database)
    assert len(found) == 10
    assert found[late.id or 0].state is InvitationState.SENT


async def test_two_touches_a_month_are_enough(
    database: Database, cast: Cast, scene: Scene, segment: int
):
    person = scene.people[0]
    async with database.transaction() as session:
        for days in (5, 29):
            earlier = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=days))
            session.add(earlier)
            await session.flush()
            at = NOON - timedelta(days=days)
            session.add(make.invitation(earlier, person, sent_at=at))
    async with database.read() as session:
        seen = await service.preview(session, cast.hang, scene.event.id or 0, segment, NOON)
    assert seen.left_out(Suppression.CAP_REACHED) == [person.id]

    async with database.read() as session:
        later = NOON + timedelta(days=2)
        seen = await service.preview(session, cast.hang, scene.event.id or 0, segment, later)
    assert seen.left_out(Suppression.CAP_REACHED) == []


async def test_a_refusal_at_the_door_gives_half_a_year_of_rest(
    database: Database, cast: Cast, scene: Scene, segment: int
):
    person = scene.people[0]
    async with database.transaction() as session:
        session.add(
            Visit(
                branch_id=cast.a.id or 0,
                customer_id=person.id,
                visited_on=date(2026, 11, 1),
                visitor_id=cast.zhou.user_id,
                result=VisitResult.REFUSED,
                created_at=NOON,
            )
        )
    async with database.read() as session:
        seen = await service.preview(session, cast.hang, scene.event.id or 0, segment, NOON)
    assert seen.left_out(Suppression.COOLDOWN) == [person.id]


async def test_declined_twice_in_a_series_means_rest_for_that_series_only(
    database: Database, cast: Cast, scene: Scene, segment: int
):
    person = scene.people[0]
    async with database.transaction() as session:
        series = EventSeries(branch_id=cast.a.id or 0, name="艺术银行")
        session.add(series)
        await session.flush()
        for days in (40, 70):
            at = NOON - timedelta(days=days)
            earlier = make.event(cast.a, cast.hang, starts_at=at, series_id=series.id)
            session.add(earlier)
            await session.flush()
            session.add(
                make.invitation(
                    earlier, person, state=InvitationState.DECLINED, sent_at=at, answered_at=at
                )
            )
        other = make.event(cast.a, cast.hang)
        session.add(other)
        await session.flush()
    await change(database, scene.event, series_id=series.id)
    async with database.read() as session:
        same = await service.preview(session, cast.hang, scene.event.id or 0, segment, NOON)
        another = await service.preview(session, cast.hang, other.id or 0, segment, NOON)
    assert same.left_out(Suppression.COOLDOWN) == [person.id]
    assert another.left_out(Suppression.COOLDOWN) == []


async def test_how_many_statements_it_takes_does_not_depend_on_how_many_people(
    database: Database, cast: Cast, scene: Scene, segment: int
):
    async def statements() -> int:
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        async with database.read() as session:
            engine = session.bind.sync_engine  # type: ignore[union-attr]
            listening.listen(engine, "before_cursor_execute", count)
            await service.preview(session, cast.hang, scene.event.id or 0, segment, NOON)
            listening.remove(engine, "before_cursor_execute", count)
        return counted

    few = await statements()
    async with database.transaction() as session:
        session.add_all([make.customer(cast.a) for _ in range(200)])
    assert await statements() == few
    assert few < 15


async def test_an_event_that_is_not_open_invites_nobody(
    sit: Any, program: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    await change(database, scene.event, state=EventState.APPROVED)
    hang = await sit(cast.hang)
    page = (await hang.get(f"{scene.path}/invite?segment={segment}")).text
    assert "Invitations leave while the event is open" in page
    robot = await program(cast.hang)
    await robot.ask("POST", f"{scene.path}/invitations", 409, segment_id=segment)
    assert await rows(database) == {}


async def test_zhou_sees_the_names_of_her_own_people_only(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang = await sit(cast.hang)
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    await change(database, scene.people[0], owner_id=cast.zhou.user_id)

    zhou = await sit(cast.zhou)
    page = (await zhou.get(f"{scene.path}/invitations")).text
    assert f'href="/customers/{scene.people[0].id}"' in page
    assert f'href="/customers/{scene.people[1].id}"' not in page
    assert "5 more whom colleagues look after" in page
    assert scene.people[0].name not in page
    assert scene.people[0].phone not in page


async def test_the_names_behind_a_reason_are_shown_masked(
    sit: Any, cast: Cast, scene: Scene, segment: int
):
    hang = await sit(cast.hang)
    page = (await hang.get(f"{scene.path}/invite?segment={segment}&reason=no_consent")).text
    assert f'href="/customers/{scene.people[8].id}"' in page
    assert f'href="/customers/{scene.people[0].id}"' not in page
    assert scene.people[8].phone not in page


async def test_a_link_disappears_as_soon_as_consent_is_withdrawn(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang = await sit(cast.hang)
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    person = scene.people[3].id or 0
    link = Links(SECRET, "http://127.0.0.1:8000").reply(
        Link.INVITATION, (await rows(database))[person].id or 0
    )
    assert link in (await hang.get(f"{scene.path}/invitations")).text
    slips = (await hang.get(f"{scene.path}/invitations/print")).text.count("<svg")

    async with database.transaction() as session:
        sms = Purpose.MARKETING_SMS
        await consents.withdraw(session, None, person, sms, "own_link", NOON)
    page = (await hang.get(f"{scene.path}/invitations")).text
    assert link not in page
    assert "do not contact" in page
    assert (await hang.get(f"{scene.path}/invitations/print")).text.count("<svg") == slips - 1


async def test_who_gave_the_place_back_and_withdrew_is_told_no_more(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    hang, person = await sit(cast.hang), scene.people[3]
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    await hang.post_form(f"{scene.path}/register", phone=person.phone, name=person.name)
    async with database.transaction() as session:
        sms = Purpose.MARKETING_SMS
        await consents.withdraw(session, None, person.id or 0, sms, "own_link", NOON)
        row = (await session.exec(select(Registration.id))).one()
    assert "do not contact" not in (await hang.get(f"{scene.path}/invitations")).text
    await hang.post_form(f"{scene.path}/registrations/{row}/cancel")
    assert "do not contact" in (await hang.get(f"{scene.path}/invitations")).text


async def test_lin_of_the_lobby_invites_nobody_and_reads_no_list(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    lin = await sit(cast.lin)
    assert (await lin.get(f"{scene.path}/invite?segment={segment}")).status_code == 403
    refused = await lin.post_form(f"{scene.path}/invite", segment_id=segment)
    assert refused.status_code == 403
    assert (await lin.get(f"{scene.path}/invitations")).status_code == 403
    assert await rows(database) == {}


async def test_a_segment_of_branch_b_is_not_there(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    async with database.transaction() as session:
        theirs = Segment(
            branch_id=cast.b.id, name_zh="B", name_en="B", predicate=EVERYBODY, created_at=NOON
        )
        session.add(theirs)
    hang = await sit(cast.hang)
    assert (await hang.get(f"{scene.path}/invite?segment={theirs.id}")).status_code == 404
    assert (await hang.post_form(f"{scene.path}/invite", segment_id=theirs.id)).status_code == 404


async def test_nobody_is_invited_to_an_event_that_is_over(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    start = NOON - timedelta(hours=3)
    await change(database, scene.event, starts_at=start, ends_at=start + timedelta(hours=1))
    hang = await sit(cast.hang)
    answer = await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    assert "This event is over" in (await hang.get(answer.headers["location"])).text
    assert await rows(database) == {}


async def test_a_refused_invitation_keeps_the_ways_that_were_chosen(
    sit: Any, cast: Cast, scene: Scene, segment: int, database: Database
):
    await change(database, scene.event, state=EventState.DRAFT)
    hang = await sit(cast.hang)
    answer = await hang.post_form(f"{scene.path}/invite", segment_id=segment, channels="call")
    assert answer.headers["location"] == f"{scene.path}/invite?segment={segment}&channels=call"


async def test_every_invited_person_has_a_slip_on_one_of_the_sheets(
    sit: Any, cast: Cast, scene: Scene, segment: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("gridcrm.events.invite_pages._CARDS_ON_A_SHEET", 4)
    hang = await sit(cast.hang)
    await hang.post_form(f"{scene.path}/invite", segment_id=segment)
    first = await hang.get(f"{scene.path}/invitations/print")
    second = await hang.get(f"{scene.path}/invitations/print?page=2")
    assert 'href="' + f"{scene.path}/invitations/print?page=2" in first.text
    slips = [page.text.count('class="slip"') for page in (first, second)]
    assert slips == [4, 2]
