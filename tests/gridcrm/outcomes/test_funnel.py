"""A series of two events whose funnel was counted by hand.

Tea, 20 days ago: p1–p6 were invited by name, p7 was suppressed. p1 and p2 took a seat and came, p3
did not come, p4 waited, p5 cancelled, p7 walked in. So did a guest without a record, a minor and a
colleague; four more heads were counted. Lego, 10 days ago: p1 and p8 were invited, only p1 came.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.models import (
    Event,
    EventSeries,
    EventState,
    InvitationState,
    RegistrationSource,
    RegistrationState,
)
from gridcrm.grids.models import GridCell
from gridcrm.outcomes import funnel, views
from gridcrm.outcomes.attribution import Touch
from gridcrm.outcomes.measure import Funnel, Rate
from gridcrm.outcomes.models import Outcome, OutcomeKind, OutcomeState
from gridcrm.outcomes.scope import Scope, scope_of
from gridcrm.outcomes.stages import Stage, conversions, reached, totals
from gridcrm.segments.models import Segment, SegmentFreeze
from tests import make
from tests.cast import Cast
from tests.conftest import NOON

TEA = Funnel(
    invited=6, accepted=3, registered=3, arrived=2, attended=3, invited_and_came=2, walk_ins=1,
    converted=1, engaged=1, guests=1, outcomes=2, amount_fen=5_000_000,
)  # fmt: skip
LEGO = Funnel(
    invited=2, accepted=2, registered=2, arrived=1, attended=1, invited_and_came=1, converted=1,
    outcomes=1, amount_fen=1_000_000,
)  # fmt: skip
BOTH = Funnel(
    invited=7, accepted=4, registered=4, arrived=2, attended=3, invited_and_came=2, walk_ins=1,
    converted=1, engaged=1, guests=1, outcomes=3, amount_fen=6_000_000,
)  # fmt: skip


@dataclass
class World:
    tea: Event
    lego: Event
    series: EventSeries
    segment: Segment
    cell: GridCell
    people: dict[str, Customer]


@pytest.fixture
async def world(database: Database, cast: Cast) -> World:
    async with database.transaction() as session:
        return await _build(session, cast)


async def _build(session: AsyncSession, cast: Cast) -> World:
    cell = make.cell(cast.a, await make.plan(session, cast.a, cast.hang))
    series = EventSeries(branch_id=cast.a.id, name="艺术银行")
    segment = Segment(
        branch_id=cast.a.id,
        name_zh="长者",
        name_en="Elders",
        predicate={"all": []},
        created_at=NOON,
    )
    session.add_all([cell, series, segment])
    await session.flush()
    people = {f"p{n}": make.customer(cast.a, owner_id=cast.zhou.user_id) for n in range(1, 9)}
    for name in ("p1", "p2", "p3", "p4"):
        people[name].cell_id = cell.id
    people["staff"] = make.customer(cast.a, is_staff=True)
    people["minor"] = make.customer(cast.a, birth_year=2012)
    past = {"series_id": series.id, "state": EventState.CLOSED, "capacity": 40}
    tea = make.event(
        cast.a, cast.hang, starts_at=NOON - timedelta(days=20), anonymous_count=4, **past
    )
    lego = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=10), title="乐高", **past)
    freeze = SegmentFreeze(
        segment_id=segment.id, branch_id=cast.a.id, predicate={}, used_for="event", member_count=3,
        frozen_by=cast.hang.user_id, frozen_at=NOON,
    )  # fmt: skip
    session.add_all([*people.values(), tea, lego, freeze])
    await session.flush()
    session.add_all([*_tea(tea, people, freeze), *_lego(lego, people)])
    session.add_all(_outcomes(cast, tea, lego, people))
    return World(tea, lego, series, segment, cell, people)


def _tea(tea: Event, p: dict[str, Customer], freeze: SegmentFreeze) -> list[Any]:
    asked = [make.invitation(tea, p[f"p{n}"]) for n in range(1, 7)]
    for row in asked[:3]:
        row.freeze_id = freeze.id
    walk_in, reply = RegistrationSource.WALK_IN, RegistrationSource.REPLY
    states = RegistrationState
    return [
        *asked,
        make.invitation(tea, p["p7"], state=InvitationState.SUPPRESSED, reason="no_consent"),
        make.invitation(tea, p["staff"]),
        make.registration(tea, p["p1"], source=reply),
        make.registration(tea, p["p2"], source=reply),
        make.registration(tea, p["p3"], source=reply, state=states.NO_SHOW, checked_in_at=None),
        make.registration(tea, p["p4"], source=reply, state=states.WAITLISTED, checked_in_at=None),
        make.registration(tea, p["p5"], source=reply, state=states.CANCELLED, checked_in_at=None),
        make.registration(tea, p["p7"], source=walk_in),
        make.registration(tea, p["p8"], customer_id=None, guest_name="李四", source=walk_in),
        make.registration(tea, p["minor"], source=walk_in),
        make.registration(tea, p["staff"], source=walk_in),
    ]


def _lego(lego: Event, p: dict[str, Customer]) -> list[Any]:
    absent = {"state": RegistrationState.NO_SHOW, "checked_in_at": None}
    return [
        make.invitation(lego, p["p1"]),
        make.invitation(lego, p["p8"]),
        make.registration(lego, p["p1"]),
        make.registration(lego, p["p8"], **absent),
    ]


def _outcomes(cast: Cast, tea: Event, lego: Event, p: dict[str, Customer]) -> list[Outcome]:
    def made(person: str, event: Event, first: Event, kind: OutcomeKind, **changes: Any) -> Outcome:
        given: dict[str, Any] = {
            "branch_id": cast.a.id,
            "customer_id": p[person].id,
            "event_id": event.id,
            "first_event_id": first.id,
            "kind": kind,
            "happened_on": (NOON - timedelta(days=5)).date(),
            "state": OutcomeState.VERIFIED,
            "claimed_by": cast.zhou.user_id,
            "claimed_at": NOON,
        }
        return Outcome(**given | changes)

    deposit, fund = OutcomeKind.DEPOSIT_INCREASE, OutcomeKind.PRODUCT_PURCHASED
    return [
        made("p1", tea, tea, deposit, amount_fen=5_000_000),
        made("p1", tea, tea, OutcomeKind.CARD_ISSUED),
        made("p1", lego, tea, fund, amount_fen=1_000_000),
        made("p2", tea, tea, deposit, amount_fen=9_000_000, state=OutcomeState.CLAIMED),
        made("p2", tea, tea, deposit, amount_fen=8_000_000, state=OutcomeState.REVERSED),
        made("p7", tea, tea, OutcomeKind.SALON_REFERRAL),
        made("p3", tea, tea, deposit, amount_fen=7_000_000),  # did not come
        made("staff", tea, tea, deposit, amount_fen=7_000_000),
    ]


async def of(
    session: AsyncSession, who: Who, touch: Touch = Touch.LAST, **what: int | None
) -> Funnel:
    return await funnel.over(session, who, scope_of(**what), touch)  # type: ignore[arg-type]


async def test_the_funnel_of_the_tea_salon_is_what_was_counted_by_hand(
    session: AsyncSession, cast: Cast, world: World
):
    assert await of(session, cast.zhou, event=world.tea.id) == TEA
    assert await of(session, cast.zhou, event=world.lego.id) == LEGO


async def test_over_the_series_nobody_counts_twice(session: AsyncSession, cast: Cast, world: World):
    assert await of(session, cast.zhou, series=world.series.id) == BOTH


async def test_by_first_touch_the_tea_salon_has_all_the_credit(
    session: AsyncSession, cast: Cast, world: World
):
    tea = await of(session, cast.zhou, Touch.FIRST, event=world.tea.id)
    lego = await of(session, cast.zhou, Touch.FIRST, event=world.lego.id)
    assert (tea.converted, tea.outcomes, tea.amount_fen) == (1, 3, 6_000_000)
    assert (lego.attended, lego.converted, lego.outcomes) == (1, 0, 0)


async def test_of_a_segment_only_those_count_who_were_invited_as_its_members(
    session: AsyncSession, cast: Cast, world: World
):
    found = await of(session, cast.zhou, segment=world.segment.id)
    assert (found.invited, found.registered, found.attended, found.converted) == (3, 3, 2, 1)
    assert found.outcomes == 2  # the fund came after lego, to which the segment was not invited


async def test_a_cell_counts_those_who_lived_in_it_when_they_were_asked(
    session: AsyncSession, cast: Cast, world: World
):
    found = await of(session, cast.zhou, cell=world.cell.id)
    assert (found.invited, found.registered, found.attended, found.converted) == (4, 3, 2, 1)


async def test_a_new_cell_of_a_person_does_not_rewrite_the_past(
    database: Database, cast: Cast, world: World
):
    async with database.transaction() as session:
        person = await session.get_one(Customer, world.people["p1"].id)
        person.cell_id = None
        session.add(person)
    async with database.read() as session:
        found = await of(session, cast.zhou, cell=world.cell.id)
    assert found.conversion == Rate(1, 2)


async def test_the_last_fifteen_days_hold_lego_only_and_a_cancelled_event_is_in_none(
    database: Database, cast: Cast, world: World
):
    async with database.read() as session:
        assert await funnel.last_days(session, cast.lin, NOON, days=15) == LEGO
        month = await funnel.last_days(session, cast.lin, NOON, days=30)
    assert (month.invited, month.anonymous) == (7, 4)
    async with database.transaction() as session:
        lego = await session.get_one(Event, world.lego.id)
        lego.state = EventState.CANCELLED
        session.add(lego)
    async with database.read() as session:
        assert await funnel.last_days(session, cast.lin, NOON, days=15) == Funnel()


async def test_branch_b_sees_nothing_of_it(session: AsyncSession, cast: Cast, world: World):
    assert await of(session, cast.bo, event=world.tea.id) == Funnel()
    assert await of(session, cast.bo, cell=world.cell.id) == Funnel()
    with pytest.raises(NotFound):
        await views.view(session, cast.bo, views.read({"event": str(world.tea.id)}), NOON)


async def test_each_funnel_is_one_statement(
    database: Database, session: AsyncSession, cast: Cast, world: World
):
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = (await session.connection()).sync_engine
    sql_event.listen(engine, "before_cursor_execute", note)
    for question in (
        of(session, cast.zhou, event=world.tea.id),
        of(session, cast.zhou, series=world.series.id),
        of(session, cast.zhou, segment=world.segment.id),
        of(session, cast.zhou, cell=world.cell.id),
    ):
        asked.clear()
        await question
        assert len(asked) == 1
    sql_event.remove(engine, "before_cursor_execute", note)


async def test_the_series_page_knows_each_session_and_that_it_still_matures(
    session: AsyncSession, cast: Cast, world: World
):
    view = await views.view(session, cast.zhou, views.read({"series": str(world.series.id)}), NOON)
    assert [(one.event_id, one.funnel.converted) for one in view.sessions] == [
        (world.lego.id, 1),
        (world.tea.id, 1),
    ]
    assert view.waiting == 1
    assert view.ripeness is views.Ripeness.MATURING
    assert str(view.counts_until) == "2026-12-11"
    later = await views.view(
        session, cast.zhou, views.read({"series": str(world.series.id)}), NOON + timedelta(days=21)
    )
    assert later.ripeness is views.Ripeness.FINAL


async def test_guests_of_an_event_still_to_come_are_not_said_to_have_stayed_away(
    database: Database, cast: Cast, world: World
):
    async with database.transaction() as session:
        ahead = make.event(
            cast.a, cast.hang, starts_at=NOON + timedelta(days=3), series_id=world.series.id
        )
        session.add(ahead)
        await session.flush()
        waiting = {"state": RegistrationState.CONFIRMED, "checked_in_at": None}
        session.add(make.registration(ahead, world.people["p6"], **waiting))
    async with database.read() as session:
        series = await views.view(
            session, cast.zhou, views.read({"series": str(world.series.id)}), NOON
        )
        alone = await views.view(session, cast.zhou, views.read({"event": str(ahead.id)}), NOON)
    assert series.funnel.show == Rate(2, 4)
    assert len(series.sessions) == 2
    assert alone.ripeness is views.Ripeness.AHEAD
    assert (alone.funnel.registered, alone.funnel.attended) == (1, 0)


async def test_each_stage_alone_is_that_of_the_whole_funnel(
    session: AsyncSession, cast: Cast, world: World
):
    for scope in _scopes(world):
        whole = await totals(session, cast.zhou.here, scope)
        shares = await conversions(session, cast.zhou.here, scope)
        assert shares == {k: f.conversion for k, f in whole.items() if f.attended}
        for stage in Stage:
            people = reached(cast.zhou.here, scope, stage).subquery()
            query = select(people.c.key, func.count()).group_by(people.c.key)
            found = dict((await session.exec(query)).all())  # type: ignore[call-overload]
            assert found == {k: n for k, f in whole.items() if (n := getattr(f, stage))}


def _scopes(world: World) -> list[Scope]:
    series = scope_of(series=world.series.id)
    return [
        scope_of(event=world.tea.id),
        scope_of(segment=world.segment.id),
        scope_of(cell=world.cell.id),
        *(series, series.by_event()),
    ]


@pytest.mark.parametrize(
    ("kind", "achieved", "waiting"),
    [
        ("cell", {("deposit_increase", 1), ("card_issued", 1), ("product_purchased", 1)}, 1),
        ("segment", {("deposit_increase", 1), ("card_issued", 1)}, 1),
        ("tea", {("deposit_increase", 1), ("card_issued", 1), ("salon_referral", 1)}, 1),
        ("lego", {("product_purchased", 1)}, 0),
    ],
)
async def test_what_was_achieved_is_that_of_the_people_who_were_asked_about(
    session: AsyncSession, cast: Cast, world: World, kind: str, achieved: set[Any], waiting: int
):
    asked = {kind if kind in ("cell", "segment") else "event": str(getattr(world, kind).id)}
    view = await views.view(session, cast.zhou, views.read(asked), NOON)
    assert {(found, n) for found, n, _ in view.achieved} == achieved
    assert view.waiting == waiting
