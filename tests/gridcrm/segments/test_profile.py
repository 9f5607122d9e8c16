import pytest

from gridcrm.core.db import Database
from gridcrm.core.errors import NotFound
from gridcrm.segments import service
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.predicate import parse
from gridcrm.segments.profile import index_of, profile
from gridcrm.segments.why import segments_of, why
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.segments.conftest import CHOIR, Town

SENIOR = {"kind": "age_band", "min_age": 60}
PRIVATE = {"kind": "tier", "in": ["private"]}
SINGER = {"kind": "label", "slug": CHOIR}


def test_an_index_compares_shares_and_needs_enough_people():
    assert index_of(members=30, size=60, everybody=100, total=400) == 200
    assert index_of(members=10, size=20, everybody=200, total=400) == 100
    assert index_of(members=10, size=19, everybody=200, total=400) is None
    assert index_of(members=10, size=40, everybody=19, total=400) is None


async def test_a_profile_counts_each_trait_here_and_among_everybody(
    database: Database, cast: Cast, town: Town
):
    async with database.read() as session:
        parts = await profile(session, cast.wang, parse({"any": [SINGER, PRIVATE]}), NOON)
    found = {part.title: {x.words: (x.members, x.everybody) for x in part.lines} for part in parts}
    assert found["Age"] == {"29-44": (6, 20), "65+": (7, 10)}
    assert found["Tier"] == {"Mass": (3, 20), "Private banking": (10, 10)}
    assert found["Lifecycle"] == {"Prospect": (13, 30)}
    assert found["Likes"] == {"Choir": (5, 5)}


async def test_each_condition_says_whether_it_holds_for_a_person(
    database: Database, cast: Cast, town: Town
):
    node = parse({"all": [SENIOR, {"not": {"any": [SINGER, {"not": PRIVATE}]}}]})
    async with database.read() as session:
        reasons = await why(session, cast.wang, node, town.people[6].id or 0, NOON)
        others = await why(session, cast.wang, node, town.people[0].id or 0, NOON)
    assert [(x.words, x.depth, x.holds) for x in reasons] == [
        ("All of these hold", 0, True),
        ("are aged 60 or over", 1, True),
        ("None of these holds", 1, True),
        ("have the label Choir with confidence ≥ 0.5", 2, False),
        ("do not belong to the tier Private banking", 2, False),
    ]
    assert [x.holds for x in others] == [False, True, False, True, False]


async def test_nobody_asks_about_a_person_they_may_not_see(
    database: Database, cast: Cast, town: Town
):
    async with database.read() as session:
        for stranger in (town.people[9], town.others[0]):
            with pytest.raises(NotFound):
                await why(session, cast.zhou, parse(SENIOR), stranger.id or 0, NOON)


async def test_the_page_of_a_person_tells_their_segments_and_leads_to_the_reasons(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        old = await service.create(
            session, cast.wang, SegmentIn(name_zh="老人", predicate={"all": [SENIOR]}), NOON
        )
        await service.create(
            session, cast.bo, SegmentIn(name_zh="别处", predicate={"all": []}), NOON
        )
        found = await segments_of(session, cast.wang, town.people[20].id or 0, NOON)
    assert [(one.name_zh, inside) for one, inside in found] == [("老人", False)]

    await seat(database, browser, cast.wang, clock.now)
    customer = (await browser.get(f"/customers/{town.people[0].id}")).text
    url = f"/segments/{old.id}/why/{town.people[0].id}"
    assert url in customer
    page = (await browser.get(url)).text
    assert "Why in 老人?" in page
    assert "are aged 60 or over" in page
    outside = (await browser.get(f"/segments/{old.id}/why/{town.people[20].id}")).text
    assert "Why not in 老人?" in outside


async def test_the_profile_page_is_for_who_may_list_the_people(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        old = await service.create(
            session, cast.wang, SegmentIn(name_zh="老人", predicate={"all": [SENIOR]}), NOON
        )
    await seat(database, browser, cast.mei, clock.now)
    assert "65+" in (await browser.get(f"/segments/{old.id}/profile")).text
    await seat(database, browser, cast.bo, clock.now)
    assert (await browser.get(f"/segments/{old.id}/profile")).status_code == 404
