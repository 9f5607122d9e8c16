import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.segments.models import Segment
from tests.cast import Cast, give_token
from tests.conftest import Browser, Clock
from tests.gridcrm.segments.conftest import Town

SENIOR = {"kind": "age_band", "min_age": 60}
PRIVATE = {"kind": "tier", "in": ["private"]}
COUNT = "/api/v1/segments:count"

pytestmark = pytest.mark.usefixtures("town")


async def test_a_program_counts_a_predicate_in_words_and_step_by_step(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    headers = await give_token(database, cast.wang, clock.now)
    answer = await browser.post(
        COUNT, json={"predicate": {"all": [SENIOR, PRIVATE]}}, headers=headers
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "count": 4,
        "total": 30,
        "explanation": "People who are aged 60 or over and belong to the tier Private banking.",
        "steps": [
            {"condition": "are aged 60 or over", "before": 30, "after": 10},
            {"condition": "belong to the tier Private banking", "before": 10, "after": 4},
        ],
    }


async def test_a_fault_comes_back_with_its_path(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    headers = await give_token(database, cast.wang, clock.now)
    answer = await browser.post(
        COUNT, json={"predicate": {"any": [{"kind": "shoe_size"}]}}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "predicate.any.0.kind", "message": "There is no condition “shoe_size”."}
    ]


async def test_the_own_branch_may_be_named_and_another_one_is_not_there(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    headers = await give_token(database, cast.wang, clock.now)
    asked = {"predicate": {"all": [SENIOR]}}
    own = await browser.post(COUNT, json=asked | {"branch": cast.a.code}, headers=headers)
    other = await browser.post(COUNT, json=asked | {"branch": cast.b.code}, headers=headers)
    assert (own.json()["count"], other.status_code) == (10, 404)


async def test_counting_needs_the_right_and_a_token(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    asked = {"predicate": {"all": []}}
    assert (await browser.post(COUNT, json=asked)).status_code == 401
    headers = await give_token(database, cast.he, clock.now)
    assert (await browser.post(COUNT, json=asked, headers=headers)).status_code == 403


async def test_segments_are_listed_with_their_sentences(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    headers = await give_token(database, cast.zhou, clock.now)
    found = (await browser.get("/api/v1/segments", headers=headers)).json()
    elder = next(one for one in found if one["slug"] == "elder")
    assert len(found) == 16
    assert elder["ready_made"] is True
    assert elder["predicate"] == {"all": [SENIOR]}
    assert elder["explanation"] == "People who are aged 60 or over."


async def test_members_come_in_pages_masked(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.read() as session:
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
    headers = await give_token(database, cast.wang, clock.now)
    url = f"/api/v1/segments/{elder.id}/members"
    found = (await browser.get(url, headers=headers)).json()
    assert (found["total"], found["page"], found["pages"]) == (10, 1, 1)
    assert [one["id"] for one in found["items"]] == [one.id for one in town.people[:10]]
    first, person = found["items"][0], town.people[0]
    assert first["name"].startswith("王*")
    assert first["phone"] == f"199****{(person.phone or '')[-4:]}"


async def test_zhou_gets_her_own_people_and_bo_those_of_his_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.read() as session:
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
    url = f"/api/v1/segments/{elder.id}/members"
    zhou = await browser.get(url, headers=await give_token(database, cast.zhou, clock.now))
    bo = await browser.get(url, headers=await give_token(database, cast.bo, clock.now))
    assert [one["id"] for one in zhou.json()["items"]] == [one.id for one in town.people[:3]]
    assert [one["id"] for one in bo.json()["items"]] == [one.id for one in town.others]


async def test_the_tree_of_labels_is_there_for_who_builds_predicates(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    headers = await give_token(database, cast.zhou, clock.now)
    found = (await browser.get("/api/v1/labels", headers=headers)).json()
    choir = next(one for one in found if one["slug"] == "stage.singing.choir")
    assert (choir["name_zh"], choir["depth"], choir["active"]) == ("合唱", 3, True)
