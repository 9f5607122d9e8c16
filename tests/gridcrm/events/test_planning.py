from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from gridcrm.accounts.models import User
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.events.models import (
    Event,
    EventLabel,
    EventSeries,
    EventState,
    Registration,
    RegistrationState,
    Seat,
    Venue,
)
from gridcrm.grids.models import PlanState
from gridcrm.labels import seed as label_seed
from gridcrm.labels.models import Label
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.events.conftest import Scene, change

PLAN = {"template": "tea_salon", "title": "茶艺", "starts_at": "2026-12-01T14:00", "capacity": "6"}


@pytest.fixture
async def room(database: Database, cast: Cast) -> Venue:
    async with database.transaction() as session:
        made = Venue(branch_id=cast.a.id or 0, name="多功能厅", capacity=20)
        session.add(made)
    return made


async def only_event(database: Database, title: str) -> Event:
    async with database.read() as session:
        return (await session.exec(select(Event).where(Event.title == title))).one()


async def about(database: Database, event: Event) -> list[str]:
    query = select(Label.slug).join(EventLabel, col(EventLabel.label_id) == Label.id)
    async with database.read() as session:
        return list(await session.exec(query.where(EventLabel.event_id == event.id)))


async def in_line(database: Database) -> list[Registration]:
    async with database.read() as session:
        return list(await session.exec(select(Registration).order_by(col(Registration.id))))


async def test_zhou_plans_hang_approves_and_zhou_opens(sit: Any, cast: Cast, database: Database):
    zhou = await sit(cast.zhou)
    made = await zhou.post_form("/events", **PLAN, host_id=cast.zhou.user_id)
    path = made.headers["location"]
    assert (await zhou.post_form(f"{path}/submit")).status_code == 303
    assert (await only_event(database, "茶艺")).state is EventState.SUBMITTED

    hang = await sit(cast.hang)
    assert "Approve" in (await hang.get(path)).text
    assert (await hang.post_form(f"{path}/approve")).headers["location"] == path

    zhou = await sit(cast.zhou)
    await zhou.post_form(f"{path}/open")
    event = await only_event(database, "茶艺")
    assert (event.state, event.approved_by) == (EventState.OPEN, cast.hang.user_id)


async def test_hangs_own_plan_needs_no_second_person_and_a_lego_class_does(
    sit: Any, cast: Cast, database: Database
):
    hang = await sit(cast.hang)
    own = (await hang.post_form("/events", **PLAN)).headers["location"]
    lego = PLAN | {"template": "lego_class", "title": "乐高", "starts_at": "2026-12-02T14:00"}
    children = (await hang.post_form("/events", **lego)).headers["location"]
    await hang.post_form(f"{own}/submit")
    await hang.post_form(f"{children}/submit")
    assert (await only_event(database, "茶艺")).state is EventState.APPROVED
    assert (await only_event(database, "乐高")).state is EventState.SUBMITTED

    refused = await hang.post_form(f"{children}/approve")
    assert refused.status_code == 422
    assert "You asked for this event" in refused.text
    assert (await only_event(database, "乐高")).state is EventState.SUBMITTED


async def test_only_compliance_approves_for_children(
    sit: Any, cast: Cast, database: Database, scene: Scene
):
    submitted = {"state": EventState.SUBMITTED, "created_by": cast.zhou.user_id}
    await change(database, scene.event, template="lego_class", **submitted)

    hang = await sit(cast.hang)
    assert (await hang.post_form(f"{scene.path}/approve")).status_code == 403

    he = await sit(cast.he)
    assert (await he.post_form("/branch", code=cast.a.code, next="/")).status_code == 303
    assert (await he.post_form(f"{scene.path}/approve")).status_code == 303


async def test_a_returned_plan_says_what_has_to_change(
    sit: Any, cast: Cast, database: Database, scene: Scene
):
    submitted = {"state": EventState.SUBMITTED, "created_by": cast.zhou.user_id}
    await change(database, scene.event, **submitted)
    hang = await sit(cast.hang)

    silent = await hang.post_form(f"{scene.path}/return")
    assert silent.status_code == 422
    assert "Say what has to change" in silent.text

    await hang.post_form(f"{scene.path}/return", note="换个时间")
    zhou = await sit(cast.zhou)
    assert "换个时间" in (await zhou.get(scene.path)).text


async def test_lin_may_start_and_close_and_neither_plan_nor_approve(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    lin = await sit(cast.lin)
    assert (await lin.get("/events/new")).status_code == 403
    assert (await lin.post_form(f"{scene.path}/approve")).status_code == 403
    assert (await lin.post_form(f"{scene.path}/cancel")).status_code == 403
    started = await lin.post_form(f"{scene.path}/start")
    assert started.headers["location"] == f"{scene.path}/door"
    assert (await lin.post_form(f"{scene.path}/close")).status_code == 303
    assert (await only_event(database, "花茶茶艺")).state is EventState.CLOSED


async def test_a_step_that_does_not_fit_says_so_and_changes_nothing(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    answer = await hang.post_form(f"{scene.path}/review", review="good")
    assert answer.status_code == 422
    assert "does not fit the state" in answer.text
    assert (await hang.post_form(f"{scene.path}/explode")).status_code == 404
    assert (await hang.post_form(f"{scene.path}/approve")).status_code == 422
    assert (await only_event(database, "花茶茶艺")).state is EventState.OPEN


async def test_cost_and_review_close_the_circle(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    for verb in ("start", "close"):
        await hang.post_form(f"{scene.path}/{verb}")
    assert (await hang.post_form(f"{scene.path}/settle")).status_code == 422
    await hang.post_form(f"{scene.path}/settle", cost="320.50")
    await hang.post_form(f"{scene.path}/review", review="下次早点开始")
    event = await only_event(database, "花茶茶艺")
    assert (event.state, event.cost_fen, event.review) == (
        EventState.REVIEWED, 32_050, "下次早点开始",
    )  # fmt: skip


async def test_a_wrong_plan_comes_back_filled_with_each_message_at_its_field(
    sit: Any, cast: Cast, room: Venue
):
    hang = await sit(cast.hang)
    wrong = PLAN | {"capacity": "30", "venue_id": str(room.id), "host_id": str(cast.bo.user_id)}
    answer = await hang.post_form("/events", **wrong)
    assert answer.status_code == 422
    assert "多功能厅 holds 20 people" in answer.text
    assert "Choose somebody of this branch" in answer.text
    assert 'value="茶艺"' in answer.text


async def test_a_room_and_a_host_are_not_booked_twice(sit: Any, cast: Cast, room: Venue):
    hang = await sit(cast.hang)
    first = PLAN | {"venue_id": str(room.id), "host_id": str(cast.zhou.user_id)}
    assert (await hang.post_form("/events", **first)).status_code == 303

    later = first | {"title": "第二场", "starts_at": "2026-12-01T14:30"}
    answer = await hang.post_form("/events", **later)
    assert answer.status_code == 422
    assert "the room is taken by 茶艺" in answer.text
    assert "this person hosts 茶艺" in answer.text

    after = later | {"starts_at": "2026-12-01T15:00"}
    assert (await hang.post_form("/events", **after)).status_code == 303


async def test_a_room_and_a_series_of_branch_b_are_not_there(
    sit: Any, cast: Cast, database: Database
):
    theirs = Venue(branch_id=cast.b.id or 0, name="B", capacity=50)
    series = EventSeries(branch_id=cast.b.id or 0, name="B")
    async with database.transaction() as session:
        session.add_all([theirs, series])
    hang = await sit(cast.hang)
    for wrong in ({"venue_id": str(theirs.id)}, {"series_id": str(series.id)}):
        assert (await hang.post_form("/events", **PLAN | wrong)).status_code == 404
    assert (await hang.post_form(f"/events/venues/{theirs.id}", name="x")).status_code == 404
    assert (await hang.post_form(f"/events/series/{series.id}", name="x")).status_code == 404


async def test_more_seats_go_to_those_who_wait_and_nobody_is_put_out(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    for person in scene.people[:6]:
        await hang.post_form(f"{scene.path}/register", phone=person.phone, name=person.name)
    plan = {"starts_at": "2026-11-22T12:00", "host_id": cast.hang.user_id}

    fewer = await hang.post_form(f"{scene.path}/edit", **plan, capacity=3)
    assert fewer.status_code == 422
    assert "4 seats are taken" in fewer.text

    await hang.post_form(f"{scene.path}/edit", **plan, capacity=5)
    event = await only_event(database, "花茶茶艺")
    assert (event.capacity, event.taken, event.state) == (5, 5, EventState.FULL)

    await hang.post_form(f"{scene.path}/edit", **plan, capacity=9)
    event = await only_event(database, "花茶茶艺")
    assert (event.capacity, event.taken, event.state) == (9, 6, EventState.OPEN)

    await hang.post_form(f"{scene.path}/edit", **plan, capacity=6)
    async with database.read() as session:
        seats = (await session.exec(select(Seat).where(Seat.event_id == scene.event.id))).all()
    assert len(seats) == 6
    assert len({row.registration_id for row in seats}) == 6


async def test_a_plan_keeps_its_closed_room_its_old_cell_and_the_host_who_left_until_somebody_chooses(
    sit: Any, cast: Cast, scene: Scene, room: Venue, database: Database
):
    async with database.transaction() as session:
        retired = await make.plan(session, cast.a, cast.hang, state=PlanState.RETIRED)
        cell = make.cell(cast.a, retired)
        session.add(cell)
        zhou = await session.get_one(User, cast.zhou.user_id)
        zhou.active = False
        session.add(zhou)
    await change(database, room, active=False)
    has = {"venue_id": room.id, "host_id": cast.zhou.user_id, "cell_id": cell.id}
    await change(database, scene.event, **has)

    hang = await sit(cast.hang)
    page = (await hang.get(f"{scene.path}/edit")).text
    for value in has.values():
        assert f'<option value="{value}" selected>' in page
    plan = {"starts_at": "2026-11-22T12:00", "capacity": 4}
    answer = await hang.post_form(f"{scene.path}/edit", **plan, **has)
    assert answer.status_code == 422
    assert "This room is closed" in answer.text
    assert "Choose somebody of this branch" in answer.text
    new = (await hang.get("/events/new?template=tea_salon")).text
    assert ">Zhou<" not in new
    assert "多功能厅" not in new


async def test_an_approved_event_does_not_grow_past_compliance(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    await change(database, scene.event, approved_by=cast.hang.user_id)
    hang = await sit(cast.hang)
    plan = {"starts_at": "2026-11-22T12:00", "host_id": cast.hang.user_id}
    answer = await hang.post_form(f"{scene.path}/edit", **plan, capacity=51)
    assert answer.status_code == 422
    assert "approval of compliance" in answer.text
    assert (await hang.post_form(f"{scene.path}/edit", **plan, capacity=50)).status_code == 303


async def test_the_form_comes_filled_from_the_template_and_brings_its_labels(
    sit: Any, cast: Cast, database: Database
):
    async with database.transaction() as session:
        await label_seed.seed(session)
    hang = await sit(cast.hang)
    page = await hang.get("/events/new?template=lego_class&on=2026-12-05")
    assert 'value="2026-12-05T14:00"' in page.text
    assert 'value="16"' in page.text

    await hang.post_form("/events", template="lego_class", starts_at="2026-12-05T14:00")
    lego = await only_event(database, "LEGO class")
    assert await about(database, lego) == ["family.kids.lego"]
    edit = await hang.get(f"/events/{lego.id}/edit")
    assert 'value="family.kids.lego" checked' in edit.text

    nothing = {"starts_at": "2026-12-05T14:00", "host_id": cast.hang.user_id, "labels": "none"}
    await hang.post_form(f"/events/{lego.id}/edit", **nothing)
    assert await about(database, lego) == []


async def test_the_calendar_shows_the_month_of_the_branchs_clock_and_no_other_branch(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    night = NOON.replace(day=30, hour=17)
    await change(database, scene.event, starts_at=night, ends_at=night + timedelta(hours=1))

    hang = await sit(cast.hang)
    assert "花茶茶艺" not in (await hang.get("/events?month=2026-11")).text
    december = (await hang.get("/events?month=2026-12")).text
    assert "花茶茶艺" in december
    assert "01:00" in december
    assert "花茶茶艺" not in (await hang.get("/events?month=2026-12&shown=draft")).text
    for month in ("rubbish", "0001-01", "9999-12"):
        assert (await hang.get(f"/events?month={month}")).status_code == 200

    bo = await sit(cast.bo)
    assert "花茶茶艺" not in (await bo.get("/events?month=2026-12")).text
    for tab in ("", "/edit", "/invite", "/invitations", "/registered", "/waitlist", "/door",
                "/results", "/qr.svg", "/invitations/print"):  # fmt: skip
        assert (await bo.get(f"{scene.path}{tab}")).status_code == 404


async def test_rooms_and_series_are_added_changed_and_closed(sit: Any, cast: Cast, room: Venue):
    hang = await sit(cast.hang)
    await hang.post_form("/events/venues", name="大堂东角", capacity=8)
    await hang.post_form("/events/series", name="艺术银行")
    await hang.post_form(f"/events/venues/{room.id}", name="三楼", capacity=30)
    page = (await hang.get("/events/venues")).text
    assert "大堂东角" in page
    assert "三楼" in page
    assert "艺术银行" in (await hang.get("/events/series")).text
    assert "三楼" not in (await hang.get("/events/new?template=tea_salon")).text
    assert (await hang.post_form("/events/venues", name="", capacity=0)).status_code == 422
    back = await hang.post_form(f"/events/venues/{room.id}", name="三楼", capacity=0, active="true")
    assert back.text.count('name="active" value="true" checked') == 2


async def test_head_office_sees_no_small_numbers_and_no_names(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    await hang.post_form(
        f"{scene.path}/register", phone=scene.people[0].phone, name=scene.people[0].name
    )
    assert '<span class="stat-value">1</span>' in (await hang.get(scene.path)).text

    fen = await sit(cast.fen)
    await fen.post_form("/branch", code=cast.a.code, next="/")
    assert "&lt;10/4" in (await fen.get("/events?month=2026-11")).text
    page = (await fen.get(scene.path)).text
    assert "&lt;10" in page
    assert '<span class="stat-value">1</span>' not in page
    assert (await fen.get(f"{scene.path}/registered")).status_code == 403


async def test_who_is_taken_off_leaves_a_seat_for_the_next(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    for person in scene.people[:5]:
        answer = await hang.post_form(
            f"{scene.path}/register", phone=person.phone, name=person.name
        )
    assert answer.headers["location"] == f"{scene.path}/waitlist"
    assert "王" in (await hang.get(f"{scene.path}/waitlist")).text

    rows = await in_line(database)
    await hang.post_form(f"{scene.path}/registrations/{rows[0].id}/cancel")
    assert (await in_line(database))[4].state is RegistrationState.CONFIRMED
    assert "Nobody waits" in (await hang.get(f"{scene.path}/waitlist")).text


async def test_zhou_does_not_name_a_product_under_the_name_of_a_micro_salon(
    sit: Any, cast: Cast, database: Database
):
    zhou = await sit(cast.zhou)
    plan = {"starts_at": "2026-12-01T14:00", "template": "anti_fraud_corner"}
    plain = (await zhou.post_form("/events", **plan, title="反诈")).headers["location"]
    assert "Your own plan needs no second person" in (await zhou.get(plain)).text
    await zhou.post_form(f"{plain}/submit")
    assert (await only_event(database, "反诈")).state is EventState.APPROVED

    selling = await zhou.post_form("/events", **plan, title="黄金", names_product="true")
    await zhou.post_form(f"{selling.headers['location']}/submit")
    assert (await only_event(database, "黄金")).state is EventState.SUBMITTED


async def test_two_people_do_not_go_on_the_list_under_one_phone_number(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    first = {"name": "赵一", "phone": "13900000001", "party_size": 1}
    assert (await hang.post_form(f"{scene.path}/register", **first)).status_code == 303
    second = await hang.post_form(f"{scene.path}/register", **first | {"name": "赵二"})
    assert second.status_code == 422
    assert "on the list already" in second.text
    assert 'value="赵二"' in second.text
    await hang.post_form(f"{scene.path}/register", name="赵二")
    assert [row.guest_name for row in await in_line(database)] == ["赵一", "赵二"]


async def test_zhou_registers_a_colleagues_customer_as_that_customer(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    zhou = await sit(cast.zhou)
    person = scene.people[0]
    await zhou.post_form(f"{scene.path}/register", phone=person.phone, name="王女士")
    assert [row.customer_id for row in await in_line(database)] == [person.id]
    page = (await zhou.get(f"{scene.path}/registered")).text
    assert "more whom a colleague looks after" in page
    assert f"/customers/{person.id}" not in page


async def test_who_moves_up_into_new_seats_stands_in_the_audit(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    hang = await sit(cast.hang)
    for person in scene.people[:5]:
        await hang.post_form(f"{scene.path}/register", phone=person.phone, name=person.name)
    plan = {"starts_at": "2026-11-22T12:00", "host_id": cast.hang.user_id}
    await hang.post_form(f"{scene.path}/edit", **plan, capacity=5)
    query = select(AuditEntry.object_id).where(AuditEntry.action == "registration_promote")
    async with database.read() as session:
        promoted = list(await session.exec(query))
    assert promoted == [str((await in_line(database))[4].id)]


@pytest.mark.parametrize("far", ["9999-12-31T23:50", "0001-01-01T00:00"])
async def test_a_day_beyond_the_calendar_is_a_wrong_field_and_no_fault_of_ours(
    sit: Any, cast: Cast, far: str
):
    hang = await sit(cast.hang)
    answer = await hang.post_form("/events", **PLAN | {"starts_at": far})
    assert answer.status_code == 422
    assert "Give a date and time such as" in answer.text


async def test_a_state_without_a_month_opens_the_month_in_which_there_is_one(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    later = NOON + timedelta(days=90)
    await change(
        database, scene.event, state=EventState.SUBMITTED, starts_at=later,
        ends_at=later + timedelta(hours=1),
    )  # fmt: skip
    hang = await sit(cast.hang)
    assert "花茶茶艺" in (await hang.get("/events?shown=submitted")).text
    assert "花茶茶艺" not in (await hang.get("/events?shown=draft")).text
    assert "花茶茶艺" not in (await hang.get("/events?month=2026-11&shown=submitted")).text


async def test_head_office_does_not_learn_how_few_came_from_the_cost_of_each(
    sit: Any, cast: Cast, scene: Scene, database: Database
):
    await change(
        database, scene.event, state=EventState.SETTLED, cost_fen=90_000, anonymous_count=3
    )
    hang = await sit(cast.hang)
    page = (await hang.get(scene.path)).text
    assert "¥300 a head" in page
    assert "3 without a name" in page

    fen = await sit(cast.fen)
    await fen.post_form("/branch", code=cast.a.code, next="/")
    page = (await fen.get(scene.path)).text
    assert "¥900" in page
    assert "a head" not in page
    assert "3 without a name" not in page
