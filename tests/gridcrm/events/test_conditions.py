from datetime import timedelta
from typing import Any

from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.events.models import EventSeries, EventState, InvitationState, RegistrationState
from gridcrm.events.on_customers import timeline
from gridcrm.segments import queries as segments
from gridcrm.segments.predicate import explain
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.events.conftest import Scene


async def members(database: Database, cast: Cast, condition: dict[str, Any]) -> list[int]:
    async with database.read() as session:
        return await segments.member_ids(session, cast.hang, condition, NOON)


async def came(
    database: Database, cast: Cast, person: Customer, days_ago: int, **changes: Any
) -> None:
    state = changes.pop("state", RegistrationState.CHECKED_IN)
    called_off = changes.pop("called_off", False)
    changes["state"] = EventState.CANCELLED if called_off else EventState.CLOSED
    async with database.transaction() as session:
        event = make.event(cast.a, cast.hang, starts_at=NOON - timedelta(days=days_ago), **changes)
        session.add(event)
        await session.flush()
        session.add_all(
            [make.registration(event, person, state=state), make.invitation(event, person)]
        )


async def test_who_came_often_enough_and_lately_enough_is_in(
    database: Database, cast: Cast, scene: Scene
):
    wang, li, zhang = scene.people[:3]
    for days in (10, 20):
        await came(database, cast, wang, days)
    await came(database, cast, li, 10)
    await came(database, cast, zhang, 10, state=RegistrationState.NO_SHOW)
    twice = {"kind": "attended", "times": 2, "days": 30}
    assert await members(database, cast, twice) == [wang.id]
    assert await members(database, cast, twice | {"days": 15}) == []
    assert await members(database, cast, twice | {"times": 1}) == [wang.id, li.id]
    never = await members(database, cast, {"not": twice | {"times": 1}})
    assert never == [person.id for person in scene.people[2:]]


async def test_a_series_and_a_cancelled_event_are_told_apart(
    database: Database, cast: Cast, scene: Scene
):
    wang, li = scene.people[:2]
    async with database.transaction() as session:
        series = EventSeries(branch_id=cast.a.id or 0, name="艺术银行")
        session.add(series)
    await came(database, cast, wang, 10, series_id=series.id)
    await came(database, cast, li, 10)
    await came(database, cast, scene.people[2], 10, called_off=True)
    in_series = {"kind": "attended", "series_id": series.id}
    assert await members(database, cast, in_series) == [wang.id]
    assert await members(database, cast, {"kind": "invited"}) == [wang.id, li.id]


async def test_the_sentence_says_how_often_and_of_what():
    said = explain(
        {"kind": "attended", "times": 2, "days": 180, "series_id": 3},
        {"series": {"3": "Art bank"}},
    )
    assert said == "People who came 2 or more times in 180 days to Art bank."
    denied = explain({"not": {"kind": "invited"}}, {})
    assert (
        denied == "People who were not invited 1 or more times in 180 days to events of any kind."
    )


async def test_the_timeline_tells_of_invitations_and_visits(
    database: Database, cast: Cast, scene: Scene
):
    wang = scene.people[0]
    await came(database, cast, wang, 10)
    async with database.transaction() as session:
        session.add(
            make.invitation(scene.event, wang, state=InvitationState.SUPPRESSED, sent_at=None)
        )
    async with database.read() as session:
        person = (await session.exec(select(Customer).where(Customer.id == wang.id))).one()
        told = [entry.text for entry in await timeline(session, cast.hang, person)]
    assert told == ["Invited to 花茶茶艺", "Came to 花茶茶艺"]
