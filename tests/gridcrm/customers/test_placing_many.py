"""Sixty people without a place: the sure names at one click, the others one by one, and back."""

import html
import re

import pytest
from sqlalchemy import event
from sqlmodel import col, func, select

from geo import LonLat
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.customers import communities
from gridcrm.customers.directions import seen_from
from gridcrm.customers.forms import CommunityIn
from gridcrm.customers.models import CommunityAlias, Customer, PlacedBy
from gridcrm.customers.placement import Guess, Spot
from gridcrm.customers.waiting import WaitingCommunity
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.customers.conftest import Town
from tests.ground import place

QUEUE = "/customers/unplaced"
NAMES = {"幸福里小区": 30, "滨河湾二期": 20, "锦绣嘉苑": 6, "阳光城": 4}
"""The first is surely 幸福里, the second and third may be the listed place, the last is unknown."""


@pytest.fixture
async def sixty(database: Database, cast: Cast, town: Town) -> None:
    lon, lat = cast.a.lon, cast.a.lat
    async with database.transaction() as session:
        session.add(place(cast.a, "幸福里", lon, lat + 0.003))
        session.add(place(cast.a, "滨河湾", lon + 0.003, lat))
        session.add(place(cast.a, "锦绣嘉园", lon, lat - 0.003))
        for name, people in NAMES.items():
            session.add_all(make.customer(cast.a, community=name) for _ in range(people))


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return sit


def boxes(page: str) -> dict[str, tuple[str, bool]]:
    """Return the value of each box by its community, and whether it is ticked."""
    found = re.findall(r'name="chosen" value="([^"]*)"( checked)?', page)
    return {html.unescape(value).split(" ", 2)[2]: (value, bool(tick)) for value, tick in found}


async def placed(database: Database) -> dict[str, int]:
    """Return how many people of each community have a position."""
    query = (
        select(Customer.community, func.count())
        .where(col(Customer.community).in_(NAMES), col(Customer.lon).is_not(None))
        .group_by(Customer.community)
    )
    async with database.read() as session:
        return dict((await session.exec(query)).all())


@pytest.mark.usefixtures("sixty")
async def test_one_click_places_all_that_are_ticked_and_one_takes_them_back(
    at, database: Database, cast: Cast
):
    browser = await at(cast.hang)
    offered = boxes((await browser.get(QUEUE)).text)
    chosen = [offered[name][0] for name in ("幸福里小区", "滨河湾二期")]
    done = await browser.post(f"{QUEUE}/all", data={"chosen": chosen})
    after = (await browser.get(QUEUE)).text
    there = await placed(database)
    at_once = re.search(r'name="decided_at" value="([^"]+)"', after)
    assert at_once is not None
    undone = await browser.post_form(f"{QUEUE}/undo", decided_at=at_once[1])
    again = (await browser.get(QUEUE)).text

    assert {name: ticked for name, (_, ticked) in offered.items()} == {
        "幸福里小区": True, "滨河湾二期": False, "锦绣嘉苑": False,
    }  # fmt: skip
    assert (done.status_code, undone.status_code) == (303, 303)
    assert there == {"幸福里小区": 30, "滨河湾二期": 20}
    assert "50 people are placed." in after
    assert "You placed 2 names at once." in after
    assert await placed(database) == {}
    assert "50 people wait for a place again." in again
    assert boxes(again).keys() == offered.keys()


@pytest.mark.usefixtures("sixty")
async def test_everybody_gets_cell_distance_and_source_of_their_own_place(
    at, database: Database, cast: Cast, town: Town
):
    browser = await at(cast.hang)
    offered = boxes((await browser.get(QUEUE)).text)
    await browser.post(f"{QUEUE}/all", data={"chosen": [value for value, _ in offered.values()]})

    async with database.read() as session:
        query = select(Customer).where(col(Customer.community).in_(NAMES))
        people = list(await session.exec(query.order_by(col(Customer.id))))
        names = (await session.exec(select(CommunityAlias.name, CommunityAlias.place))).all()
    settled = [one for one in people if one.lon is not None]
    assert len(settled) == 56
    assert {one.placed_by for one in settled} == {PlacedBy.COMMUNITY}
    assert len({(one.community, one.lon, one.lat) for one in settled}) == 3
    assert all(one.cell_id and one.distance_m for one in settled)
    assert dict(names) == {"幸福里小区": "幸福里", "滨河湾二期": "滨河湾", "锦绣嘉苑": "锦绣嘉园"}


@pytest.mark.usefixtures("sixty")
async def test_how_many_questions_it_takes_does_not_depend_on_how_many_names(
    database: Database, cast: Cast, town: Town
):
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    async def questions(names: list[str]) -> int:
        asked.clear()
        spot = {"lon": cast.a.lon, "lat": cast.a.lat}
        async with database.transaction() as session:
            session.add_all(make.customer(cast.a, community=name) for name in names)
            await session.flush()
            engine = session.bind.sync_engine  # type: ignore[union-attr]
            event.listen(engine, "before_cursor_execute", note)
            chosen = [CommunityIn(community=name, **spot) for name in names]
            assert await communities.place(session, cast.hang, chosen, NOON) == len(names)
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    assert await questions(["一号院", "二号院"]) == await questions(
        [f"{n}里" for n in "甲乙丙丁戊"]
    )


async def test_no_tick_places_nobody_and_nonsense_is_refused(at, database: Database, cast: Cast):
    browser = await at(cast.hang)
    none = await browser.post(f"{QUEUE}/all")
    said = (await browser.get(QUEUE)).text
    bad = [
        (await browser.post(f"{QUEUE}/all", data={"chosen": value})).status_code
        for value in ("幸福里小区", "x y 幸福里小区", "125.47 43.78", "0 0 幸福里小区")
    ]
    without_zone = await browser.post_form(f"{QUEUE}/undo", decided_at="2026-01-01T00:00:00")

    assert none.status_code == 303
    assert "Tick a name first." in said
    assert {*bad, without_zone.status_code} == {422}
    assert await placed(database) == {}


@pytest.mark.usefixtures("sixty")
async def test_what_a_colleague_decided_together_is_not_mine_to_take_back_at_once(
    at, database: Database, cast: Cast
):
    browser = await at(cast.hang)
    offered = boxes((await browser.get(QUEUE)).text)
    await browser.post(f"{QUEUE}/all", data={"chosen": [value for value, _ in offered.values()]})
    page = (await browser.get(QUEUE)).text
    moment = re.search(r'name="decided_at" value="([^"]+)"', page)
    assert moment is not None
    statuses = []
    for who in (cast.wang, cast.bo, cast.mei):
        browser = await at(who)
        answer = await browser.post_form(f"{QUEUE}/undo", decided_at=moment[1])
        statuses.append(answer.status_code)

    assert statuses == [409, 409, 403]
    assert sum((await placed(database)).values()) == 56


@pytest.mark.usefixtures("sixty")
async def test_two_places_of_one_name_are_told_apart_by_where_they_lie_and_none_is_ticked(
    at, database: Database, cast: Cast
):
    async with database.transaction() as session:
        session.add(place(cast.a, "幸福里", cast.a.lon - 0.02, cast.a.lat))
    browser = await at(cast.hang)
    page = (await browser.get(QUEUE)).text

    assert boxes(page)["幸福里小区"][1] is False
    assert "0.3 km north of the branch" in page
    assert "1.6 km west of the branch" in page


@pytest.mark.usefixtures("sixty")
async def test_a_pin_set_from_the_queue_leads_back_to_the_queue(
    at, database: Database, cast: Cast, town: Town
):
    browser = await at(cast.hang)
    url = f"/customers/{town.li}/position"
    form = {"lon": str(cast.a.lon), "lat": str(cast.a.lat), "datum": "wgs84"}
    page = (await browser.get(f"{url}?back={QUEUE}")).text
    back = await browser.post_form(url, **form, back=QUEUE)
    own = await browser.post_form(url, **form)
    elsewhere = await browser.post_form(url, **form, back="//evil.example")

    assert f'name="back" value="{QUEUE}"' in page
    assert [answer.headers["location"] for answer in (back, own, elsewhere)] == [
        QUEUE, f"/customers/{town.li}", f"/customers/{town.li}",
    ]  # fmt: skip


async def test_more_names_than_the_page_holds_are_announced(
    at, database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        session.add_all(make.customer(cast.a, community=f"无名{n}号院") for n in range(53))
    browser = await at(cast.hang)

    assert "3 more names follow when some of these are placed." in (await browser.get(QUEUE)).text


def community(*scores: int) -> WaitingCommunity:
    guesses = [Guess(Spot(f"{n}", 125.0, 43.0), score) for n, score in enumerate(scores)]
    return WaitingCommunity("x", 1, 1, guesses)


@pytest.mark.parametrize(
    ("scores", "sure"),
    [((), False), ((100,), True), ((95,), True), ((94,), False), ((97, 91), True),
     ((97, 93), False), ((100, 100), False)],
)  # fmt: skip
def test_a_name_is_sure_when_it_fits_and_no_other_comes_near(scores: tuple[int, ...], sure: bool):
    assert community(*scores).is_sure is sure


@pytest.mark.parametrize(
    ("east", "north", "words"),
    [(0, 0.01, "1.1 km north"), (0.02, 0, "1.6 km east"), (0.01, -0.0072, "1.1 km southeast"),
     (-0.02, 0.0001, "1.6 km west"), (0, -0.01, "1.1 km south"), (-0.01, 0.0072, "1.1 km northwest")],
)  # fmt: skip
def test_where_a_place_lies_is_said_as_seen_from_the_branch(east: float, north: float, words: str):
    home = LonLat(125.47, 43.78)
    assert seen_from(home, home.lon + east, home.lat + north) == f"{words} of the branch"


def test_what_stands_beside_the_branch_has_no_side():
    assert seen_from(LonLat(125.47, 43.78), 125.4702, 43.78) == "at the branch"
