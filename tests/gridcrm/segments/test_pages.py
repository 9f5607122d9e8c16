import html
import json
import re
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.labels.models import CustomerLabel
from gridcrm.segments import service
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import Segment
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.customers.river import at, bank, streets, work_out
from tests.gridcrm.segments.conftest import CHOIR, Town

SENIOR = {"kind": "age_band", "min_age": 60}
PRIVATE = {"kind": "tier", "in": ["private"]}


@pytest.fixture
async def wang(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
) -> Browser:
    await seat(database, browser, cast.wang, clock.now)
    return browser


async def own(database: Database, cast: Cast, **changes: Any) -> int:
    usual: dict[str, Any] = {"name_zh": "老人", "name_en": "Old", "predicate": {"all": [SENIOR]}}
    async with database.transaction() as session:
        made = await service.create(session, cast.wang, SegmentIn(**usual | changes), NOON)
        return made.id or 0


def draft_in(page: str) -> Any:
    found = re.search(r'name="draft" value="([^"]*)"', page)
    assert found
    return json.loads(html.unescape(found[1]))


async def test_a_segment_is_built_and_saved_without_a_script(
    wang: Browser, database: Database, cast: Cast
):
    step = await wang.post_form("/segments/draft", draft="{}", act="add::age_band")
    typed = {"draft": json.dumps(draft_in(step.text)), "n.0": "0", "v.0.min_age": "60"}
    step = await wang.post_form("/segments/draft", **typed, act="add::tier", name_zh="富裕老人")
    typed = {"draft": json.dumps(draft_in(step.text)), "n.1": "0", "v.1.in": ["private", "mass"]}
    saved = await wang.post_form("/segments/new", **typed, name_zh="富裕老人")

    assert step.status_code == 200
    assert 'value="富裕老人"' in step.text
    assert "autofocus" in step.text
    assert saved.status_code == 303
    async with database.read() as session:
        made = (await session.exec(select(Segment).where(Segment.branch_id == cast.a.id))).one()
    assert made.predicate == {"all": [SENIOR, {"kind": "tier", "in": ["private", "mass"]}]}


async def test_a_step_in_a_draft_stores_nothing(wang: Browser, database: Database):
    before = await _stored(database)
    await wang.post_form("/segments/draft", draft="{}", act="add::age_band")
    assert await _stored(database) == before


async def test_typing_brings_back_the_count_the_sentence_and_every_drop_off(wang: Browser):
    tree = {"all": [SENIOR, {"any": [PRIVATE, {"kind": "label"}]}]}
    answer = await wang.post(
        "/segments/draft", data={"draft": json.dumps(tree)}, headers={"hx-request": "true"}
    )
    text = " ".join(answer.text.split())
    assert "<html" not in text
    assert _part(text, "count").startswith("4 of 30 people")
    assert "1 condition is not complete and not counted." in _part(text, "count")
    assert _part(text, "sentence") == (
        "People who are aged 60 or over and belong to the tier Private banking."
    )
    assert _part(text, "drop-0") == "30 → 10"
    assert _part(text, "drop-1") == "10 → 4"
    assert _part(text, "drop-1-0") == "10 → 4"
    assert _part(text, "drop-1-1") == ""
    assert "This is needed." in _part(text, "wrong-1-1")


async def test_whoever_asks_for_walks_is_told_that_none_are_known_or_that_they_are_old(
    wang: Browser, database: Database, cast: Cast
):
    walk = {"kind": "walk", "max_min": 10}
    segment = await own(database, cast, predicate={"all": [walk]})

    async def said() -> list[str]:
        typing = await wang.post(
            "/segments/draft",
            data={"draft": json.dumps({"all": [walk]})},
            headers={"hx-request": "true"},
        )
        return [typing.text, (await wang.get(f"/segments/{segment}")).text]

    assert all("Nobody&#39;s walk is known" in text for text in await said())
    await streets(database, cast)
    await work_out(database, cast.hang)
    assert not any("walk is known" in text or "changed since" in text for text in await said())
    async with database.transaction() as session:
        session.add(bank(cast.a, "中国银行", at(800, 0)))
    assert all("have changed since" in text for text in await said())


async def test_what_is_incomplete_is_not_saved_and_comes_back_as_it_was_typed(
    wang: Browser, database: Database, cast: Cast
):
    typed = {"draft": json.dumps({"all": [{"kind": "age_band"}]}), "n.0": "0", "v.0.min_age": "abc"}
    answer = await wang.post_form("/segments/new", **typed, name_zh="", note="for May")
    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert "Give a whole number." in answer.text
    assert 'value="for May"' in answer.text
    nameless = await wang.post_form("/segments/new", draft=json.dumps({"all": [SENIOR]}))
    assert nameless.status_code == 422
    assert "This is needed." in nameless.text
    async with database.read() as session:
        found = (await session.exec(select(Segment).where(Segment.branch_id == cast.a.id))).all()
    assert found == []


async def test_a_segment_is_changed_and_an_empty_group_falls_away(
    wang: Browser, database: Database, cast: Cast
):
    segment_id = await own(database, cast)
    page = await wang.get(f"/segments/{segment_id}/edit")
    tree = draft_in(page.text)
    changed = {"all": [*tree["all"], {"any": []}, PRIVATE]}
    answer = await wang.post_form(
        f"/segments/{segment_id}/edit", draft=json.dumps(changed), name_zh="老人", name_en="Old"
    )
    assert answer.headers["location"] == f"/segments/{segment_id}"
    shown = await wang.get(f"/segments/{segment_id}")
    assert "belong to the tier Private banking" in shown.text


async def test_the_builder_begins_with_a_label_or_with_cells_of_the_map(wang: Browser):
    page = await wang.get("/segments/new", params={"label": CHOIR, "cells": "7,x,9"})
    assert draft_in(page.text) == {
        "all": [
            {"kind": "label", "slug": CHOIR, "min_confidence": 0.5},
            {"kind": "cell", "in": ["7", "9"]},
        ]
    }


async def test_members_are_masked_and_each_condition_shows_what_it_leaves(
    wang: Browser, database: Database, cast: Cast, town: Town
):
    segment_id = await own(database, cast, predicate={"all": [SENIOR, PRIVATE]})
    page = await wang.get(f"/segments/{segment_id}")
    assert town.people[0].name not in page.text
    assert (town.people[0].phone or "") not in page.text
    assert page.text.count("王***") + page.text.count("王**") >= 4
    assert "People who are aged 60 or over and belong to the tier Private banking." in page.text


async def test_the_list_shows_ready_made_and_own_ones_and_counts_when_asked(
    wang: Browser, database: Database, cast: Cast
):
    await own(database, cast)
    plain = (await wang.get("/segments")).text
    counted = await wang.get("/segments", params={"counts": "1"}, headers={"hx-request": "true"})
    assert plain.count("seg-card-n") == 16
    assert 'hx-get="/segments?counts=1"' in plain
    assert "<html" not in counted.text
    assert '<td class="num"><b>10</b></td>' in counted.text


async def test_zhou_sees_segments_but_builds_none(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    segment_id = await own(database, cast)
    await seat(database, browser, cast.zhou, clock.now)
    page = await browser.get(f"/segments/{segment_id}")
    assert page.status_code == 200
    assert "of 3 people" in page.text
    for path in ("/segments/new", f"/segments/{segment_id}/edit"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post_form("/segments/draft", draft="{}")).status_code == 403
    assert (await browser.post_form(f"/segments/{segment_id}/archive")).status_code == 403


async def test_bo_finds_nothing_of_branch_a(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    segment_id = await own(database, cast)
    await seat(database, browser, cast.bo, clock.now)
    for path in (f"/segments/{segment_id}", f"/segments/{segment_id}/edit"):
        assert (await browser.get(path)).status_code == 404
    for verb in ("copy", "archive", "restore", "label"):
        assert (await browser.post_form(f"/segments/{segment_id}/{verb}")).status_code == 404
    stolen = await browser.post_form("/segments/draft", draft="{}", segment_id=segment_id)
    assert stolen.status_code == 404


async def test_archiving_is_undone_where_it_is_shown(wang: Browser, database: Database, cast: Cast):
    segment_id = await own(database, cast)
    await wang.post_form(f"/segments/{segment_id}/archive")
    page = (await wang.get(f"/segments/{segment_id}")).text
    assert f'action="/segments/{segment_id}/restore"' in page
    await wang.post_form(f"/segments/{segment_id}/restore")
    assert "is archived" not in (await wang.get(f"/segments/{segment_id}")).text


async def test_everybody_in_a_segment_gets_a_label(
    wang: Browser, database: Database, cast: Cast, town: Town
):
    segment_id = await own(database, cast)
    await wang.post_form(
        f"/segments/{segment_id}/label", label_id=town.choir.id, source="interview"
    )
    async with database.read() as session:
        rows = (await session.exec(select(CustomerLabel))).all()
    assert len(rows) == 10
    assert {row.confidence for row in rows} == {0.7, 0.9}


async def test_a_past_use_shows_what_was_asked_then(wang: Browser, database: Database, cast: Cast):
    segment_id = await own(database, cast)
    async with database.transaction() as session:
        frozen = await service.freeze(session, cast.wang, segment_id, "茶艺沙龙", NOON)
    assert "茶艺沙龙" in (await wang.get(f"/segments/{segment_id}")).text
    page = (await wang.get(f"/segments/uses/{frozen.id}")).text
    assert "People who are aged 60 or over." in page
    assert "<dd>10</dd>" in page


async def _stored(database: Database) -> tuple[int, int]:
    async with database.read() as session:
        entries = (await session.exec(select(AuditEntry))).all()
        return len(entries), len((await session.exec(select(Segment))).all())


def _part(text: str, part_id: str) -> str:
    """Return the words inside the element with an id."""
    found = re.search(
        rf'<(\w+)[^>]* id="{part_id}"[^>]*>(.*?)</\1>(?=\s*<(?:section|p|div|span)[^>]* id=|\s*$)',
        text,
    )
    assert found, part_id
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[2])).split())
