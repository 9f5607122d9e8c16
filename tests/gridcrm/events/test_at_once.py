"""Two people at the same moment, and one person twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.who import Who
from gridcrm.events import registering, replying, service
from gridcrm.events.forms import EventIn, GuestIn, Reply, ReplyIn
from gridcrm.events.links import Link
from gridcrm.events.models import (
    Event,
    EventState,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Venue,
)
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.events.conftest import Scene, change


async def test_of_two_plans_for_one_room_at_the_same_moment_one_is_refused(
    database: Database, cast: Cast
):
    async with database.transaction() as session:
        room = Venue(branch_id=cast.a.id or 0, name="多功能厅", capacity=20)
        session.add(room)
    plan = EventIn(
        template="tea_salon", starts_at=NOON + timedelta(days=3), capacity=6, venue_id=room.id
    )

    async def create(who: Who) -> str:
        try:
            async with database.transaction() as session:
                await service.create(session, who, plan, NOON)
        except InvalidInput as error:
            return next(iter(error.fields))
        return "planned"

    people = (cast.zhou, cast.wang, cast.hang)
    answers = await asyncio.gather(*(create(who) for who in people))
    assert sorted(answers) == ["planned", "venue_id", "venue_id"]


async def test_one_number_signs_up_once_however_often_the_button_is_pressed(
    database: Database, scene: Scene
):
    number = scene.event.id or 0

    async def sign_up(name: str) -> bool:
        async with database.transaction() as session:
            shown = await replying.card(session, Link.EVENT, number)
            form = GuestIn(name=name, phone="13900000001")
            return await replying.sign_up(session, shown, form, NOON) is not None

    answers = await asyncio.gather(*(sign_up(name) for name in ("赵一", "赵二", "赵三")))
    assert sorted(answers) == [False, False, True]


async def test_the_last_answer_counts_even_if_it_was_given_on_an_older_page(
    database: Database, cast: Cast, scene: Scene
):
    async with database.transaction() as session:
        invitation = make.invitation(scene.event, scene.people[0])
        session.add(invitation)
    async with database.read() as session:
        older = await replying.card(session, Link.INVITATION, invitation.id or 0)
    for answer in (Reply.COME, Reply.NO):
        async with database.transaction() as session:
            await replying.answer(session, older, ReplyIn(answer=answer), NOON)
    async with database.read() as session:
        row = (await session.exec(select(Registration))).one()
        event = await session.get_one(Event, scene.event.id)
        card = await replying.card(session, Link.INVITATION, invitation.id or 0)
    assert (row.state, event.taken) == (RegistrationState.CANCELLED, 0)
    assert card.invitation is not None
    assert card.invitation.state is InvitationState.DECLINED


async def test_a_party_does_not_grow_once_the_door_is_closed(
    database: Database, cast: Cast, scene: Scene
):
    number, staff = scene.event.id or 0, RegistrationSource.STAFF
    async with database.transaction() as session:
        person = scene.people[0].id or 0
        row = await service.register(session, cast.hang, number, person, 1, staff, NOON)
    await change(database, scene.event, state=EventState.CLOSED)
    async with database.transaction() as session:
        with pytest.raises(RuleBroken):
            await registering.change_party(session, None, number, row.id or 0, 3, NOON)
