from datetime import timedelta

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.customers.models import Customer
from gridcrm.labels import queries, service, taxonomy
from gridcrm.labels.forms import LabelIn, NamesIn
from gridcrm.labels.models import CellLabel, CustomerLabel, Label, LabelSource
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT, TRAVEL_PHOTO

OWN = LabelSource.OWN_STATEMENT
GUESS = LabelSource.STAFF_JUDGEMENT


async def test_mei_adds_a_label_below_a_group(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        form = LabelIn(
            name_zh="无人机航拍",
            name_en="Drone photos",
            parent_id=_id(labels, "visual.photography"),
        )
        label = await taxonomy.add(session, cast.mei, form)
        twin = await taxonomy.add(session, cast.mei, form)
    assert (label.slug, label.depth) == ("visual.photography.drone_photos", 3)
    assert twin.slug == "visual.photography.drone_photos_2"
    assert label.position > labels[PORTRAIT].position


async def test_nothing_goes_below_a_leaf_and_no_forbidden_word_into_a_name(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        below = LabelIn(name_zh="夜景", name_en="Night", parent_id=_id(labels, PORTRAIT))
        with pytest.raises(RuleBroken):
            await taxonomy.add(session, cast.mei, below)
        with pytest.raises(InvalidInput, match="not allowed"):
            await taxonomy.add(session, cast.mei, LabelIn(name_zh="信教", name_en="Faith"))
        names = NamesIn(name_zh="离异", name_en="Singles")
        with pytest.raises(InvalidInput, match="not allowed"):
            await taxonomy.rename(session, cast.mei, _id(labels, PORTRAIT), names)


async def test_old_slugs_lead_to_a_label_that_moved_with_all_below_it(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        await taxonomy.move(
            session, cast.mei, _id(labels, "visual.photography"), _id(labels, "life")
        )
    async with database.read() as session:
        found = await queries.by_slugs(
            session, [PORTRAIT, "visual.photography", "life.photography.portrait", CHOIR]
        )
    assert {slug: label.slug for slug, label in found.items()} == {
        PORTRAIT: "life.photography.portrait",
        "visual.photography": "life.photography",
        "life.photography.portrait": "life.photography.portrait",
        CHOIR: CHOIR,
    }


async def test_a_leaf_moves_to_another_group_only(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        with pytest.raises(RuleBroken):
            await taxonomy.move(session, cast.mei, _id(labels, PORTRAIT), _id(labels, "life"))
        moved = await taxonomy.move(
            session, cast.mei, _id(labels, PORTRAIT), _id(labels, "life.hobby")
        )
    assert moved.slug == "life.hobby.portrait"


async def test_a_group_is_retired_after_what_is_below_it_and_comes_back_before_it(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    tea = [x for x in labels.values() if x.slug.startswith("taste.tea.")]
    async with database.transaction() as session:
        with pytest.raises(RuleBroken, match="below it first"):
            await taxonomy.retire(session, cast.mei, _id(labels, "taste.tea"))
        for leaf in tea:
            await taxonomy.retire(session, cast.mei, leaf.id or 0)
        await taxonomy.retire(session, cast.mei, _id(labels, "taste.tea"))
        with pytest.raises(RuleBroken, match="above it"):
            await taxonomy.reinstate(session, cast.mei, tea[0].id or 0)
        await taxonomy.reinstate(session, cast.mei, _id(labels, "taste.tea"))
        back = await taxonomy.reinstate(session, cast.mei, tea[0].id or 0)
    assert back.active


async def test_a_merge_keeps_everybodys_label_with_the_surer_sign_and_the_later_end(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    one, two, both = [p.id or 0 for p in people[:3]]
    later = NOON + timedelta(days=60)
    async with database.transaction() as session:
        await service.assign(session, cast.wang, [one, both], labels[TRAVEL_PHOTO], OWN, NOON)
        await service.assign(session, cast.wang, [two, both], labels[PORTRAIT], GUESS, later)
    async with database.transaction() as session:
        await taxonomy.merge(session, cast.mei, _id(labels, TRAVEL_PHOTO), _id(labels, PORTRAIT))

    async with database.read() as session:
        rows = {row.customer_id: row for row in await session.exec(select(CustomerLabel))}
        found = await queries.by_slugs(session, [TRAVEL_PHOTO])
        entries = (await session.exec(select(AuditEntry))).all()
    assert {row.label_id for row in rows.values()} == {labels[PORTRAIT].id}
    assert [(rows[x].confidence, rows[x].source) for x in (one, two, both)] == [
        (0.9, OWN), (0.5, GUESS), (0.9, OWN),
    ]  # fmt: skip
    assert str(rows[both].given_on) == "2026-11-21"
    assert str(rows[both].expires_on) == "2028-07-20"
    assert (entries[-1].action, entries[-1].details["assignments"]) == ("label_merge", 2)
    assert found[TRAVEL_PHOTO].slug == PORTRAIT


async def test_a_merge_takes_cells_along_and_happens_once(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        plan = await make.plan(session, cast.a, cast.hang)
        first, second = make.cell(cast.a, plan), make.cell(cast.a, plan)
        session.add_all([first, second])
        await session.flush()
        old, new = _id(labels, TRAVEL_PHOTO), _id(labels, PORTRAIT)
        await service.set_on_cell(session, cast.mei, first.id or 0, [old, new])
        await service.set_on_cell(session, cast.mei, second.id or 0, [old])
        await taxonomy.merge(session, cast.mei, old, new)
        rows = (await session.exec(select(CellLabel))).all()
        assert {(row.cell_id, row.label_id) for row in rows} == {(first.id, new), (second.id, new)}
        for act in (
            taxonomy.reinstate(session, cast.mei, old),
            taxonomy.merge(session, cast.mei, old, new),
        ):
            with pytest.raises(RuleBroken, match="merged into"):
                await act


async def test_merging_twice_leads_from_the_oldest_slug_to_the_newest_label(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    a, b, c = (_id(labels, slug) for slug in (TRAVEL_PHOTO, PORTRAIT, CHOIR))
    async with database.transaction() as session:
        await taxonomy.merge(session, cast.mei, a, b)
        await taxonomy.merge(session, cast.mei, b, c)
        label = await queries.one(session, a)
        target = await queries.merged_into(session, label)
    assert target is not None
    assert target.id == c


async def test_close_labels_are_close_both_ways(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    a, b = _id(labels, CHOIR), _id(labels, PORTRAIT)
    async with database.transaction() as session:
        await taxonomy.relate(session, cast.mei, b, a)
        assert PORTRAIT in [x.slug for x in await queries.related(session, a)]
        assert CHOIR in [x.slug for x in await queries.related(session, b)]
        await taxonomy.unrelate(session, cast.mei, a, b)
        assert CHOIR not in [x.slug for x in await queries.related(session, b)]
        with pytest.raises(RuleBroken):
            await taxonomy.relate(session, cast.mei, a, a)


def _id(labels: dict[str, Label], slug: str) -> int:
    return labels[slug].id or 0
