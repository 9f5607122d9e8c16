from datetime import timedelta

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import NotFound, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.customers.models import Customer
from gridcrm.labels import queries, service
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from gridcrm.labels.rules import FEWEST_IN_CELL, LEAF_DEPTH, MOST_PER_PERSON
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT, TRAVEL_PHOTO, carried

OWN = LabelSource.OWN_STATEMENT
GUESS = LabelSource.STAFF_JUDGEMENT


async def test_wang_notes_what_people_said_with_source_date_and_end(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    ids = [one.id or 0 for one in people]
    async with database.transaction() as session:
        done = await service.assign(session, cast.wang, ids, labels[PORTRAIT], OWN, NOON)

    async with database.read() as session:
        row = await session.get(CustomerLabel, (ids[0], labels[PORTRAIT].id))
        entry = (await session.exec(select(AuditEntry))).one()
    assert (done.given, done.left_out) == (12, 0)
    assert row is not None
    assert (row.source, row.confidence, row.given_by) == (OWN, 0.9, cast.wang.user_id)
    assert (str(row.given_on), str(row.expires_on)) == ("2026-11-21", "2028-05-21")
    assert (entry.action, entry.details) == ("label_assign", {"source": OWN, "people": 12})


async def test_nobody_labels_the_people_of_another_branch(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        ids = [one.id or 0 for one in people]
        done = await service.assign(session, cast.bo, ids, labels[PORTRAIT], OWN, NOON)
        assert (done.given, done.left_out) == (0, 12)
        with pytest.raises(NotFound):
            await service.remove(session, cast.bo, ids[0], labels[PORTRAIT].id or 0, NOON)


async def test_a_child_is_left_out(database: Database, cast: Cast, labels: dict[str, Label]):
    async with database.transaction() as session:
        child = make.customer(cast.a, birth_year=2016)
        session.add(child)
        await session.flush()
        done = await service.assign(
            session, cast.wang, [child.id or 0], labels["family.kids.lego"], OWN, NOON
        )
    assert (done.given, done.left_out) == (0, 1)


async def test_a_group_or_a_retired_label_goes_on_nobody(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        with pytest.raises(RuleBroken):
            await service.assign(
                session, cast.wang, [people[0].id or 0], labels["visual.photography"], OWN, NOON
            )


async def test_the_ninth_label_drops_the_least_sure_one(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    leaves = [label for label in labels.values() if label.depth == 3]
    one = people[0].id or 0
    async with database.transaction() as session:
        await service.assign(session, cast.wang, [one], leaves[0], GUESS, NOON, confidence=0.3)
        for label in leaves[1:MOST_PER_PERSON]:
            await service.assign(session, cast.wang, [one], label, GUESS, NOON)
        weak = await service.assign(
            session, cast.wang, [one], leaves[20], GUESS, NOON, confidence=0.1
        )
        sure = await service.assign(session, cast.wang, [one], leaves[21], OWN, NOON)
    assert (weak.given, weak.left_out) == (0, 1)
    assert (sure.given, sure.dropped_ids) == (1, (leaves[0].id,))
    async with database.read() as session:
        kept = await carried(session, people[0])
    assert len(kept) == MOST_PER_PERSON
    assert leaves[21].slug in kept
    assert leaves[0].slug not in kept


async def test_coming_to_two_events_makes_a_label_sure(
    database: Database, labels: dict[str, Label], people: list[Customer]
):
    one, ids = people[0], [labels[CHOIR].id or 0, labels["stage"].id or 0]
    async with database.transaction() as session:
        await service.attended(session, [one.id or 0], ids, NOON)
        first = await carried(session, one)
        await service.attended(session, [one.id or 0], ids, NOON + timedelta(days=30))
        second = await carried(session, one)
    assert first == {CHOIR: 0.4}
    assert second == {CHOIR: 0.7}


async def test_a_removed_label_can_be_put_back_as_it_was(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    one, label = people[0].id or 0, labels[PORTRAIT]
    async with database.transaction() as session:
        await service.assign(session, cast.wang, [one], label, OWN, NOON)
    async with database.transaction() as session:
        await service.remove(session, cast.mei, one, label.id or 0, NOON + timedelta(days=9))
    async with database.read() as session:
        assert await carried(session, people[0]) == {}
    async with database.transaction() as session:
        await service.restore(session, cast.mei, one, label.id or 0, NOON + timedelta(days=9))
    async with database.read() as session:
        row = await session.get(CustomerLabel, (one, label.id))
    assert row is not None
    assert (row.confidence, row.source, row.given_on) == (0.9, OWN, NOON.date())
    assert row.given_by == cast.wang.user_id


async def test_a_label_put_back_is_no_way_to_a_ninth_one(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    one = people[0].id or 0
    leaves = [label for label in labels.values() if label.depth == LEAF_DEPTH][:9]
    async with database.transaction() as session:
        await service.assign(session, cast.wang, [one], leaves[0], OWN, NOON, confidence=0.3)
        await service.remove(session, cast.wang, one, leaves[0].id or 0, NOON)
        for label in leaves[1:8]:
            await service.assign(session, cast.wang, [one], label, OWN, NOON)
        await service.assign(session, cast.wang, [one], leaves[8], OWN, NOON, confidence=0.2)
        await service.restore(session, cast.wang, one, leaves[0].id or 0, NOON)

        kept = await carried(session, people[0])
        assert leaves[0].slug in kept
        assert leaves[8].slug not in kept
        assert len(kept) == MOST_PER_PERSON
        with pytest.raises(RuleBroken):
            await service.restore(session, cast.wang, one, leaves[0].id or 0, NOON)


async def test_what_is_not_there_can_neither_be_removed_nor_put_back(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        one, label_id = people[0].id or 0, labels[PORTRAIT].id or 0
        with pytest.raises(RuleBroken):
            await service.remove(session, cast.wang, one, label_id, NOON)
        with pytest.raises(RuleBroken):
            await service.restore(session, cast.wang, one, label_id, NOON)


@pytest.mark.usefixtures("labels")
async def test_names_of_a_file_become_labels_in_either_language_and_unknown_ones_are_told(
    database: Database, cast: Cast, people: list[Customer]
):
    names = {
        people[0].id or 0: ["人像摄影", "TRAVEL photography", "stage.singing.choir"],
        people[1].id or 0: ["choir", "跳伞", "摄影"],
    }
    async with database.transaction() as session:
        done, unknown = await service.assign_by_name(session, cast.wang, names, NOON)
        first, second = [await carried(session, one) for one in people[:2]]
    assert first == {PORTRAIT: 0.5, TRAVEL_PHOTO: 0.5, CHOIR: 0.5}
    assert second == {CHOIR: 0.5}
    assert unknown == ["跳伞", "摄影"]
    assert done.given == 4


async def test_a_cell_shows_a_label_only_if_five_of_its_people_carry_it(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        cell = make.cell(cast.a, await make.plan(session, cast.a, cast.hang))
        session.add(cell)
        await session.flush()
        for one in people:
            one.cell_id = cell.id
            session.add(one)
        await session.flush()
        ids = [one.id or 0 for one in people]
        await service.assign(session, cast.wang, ids[:FEWEST_IN_CELL], labels[CHOIR], OWN, NOON)
        await service.assign(
            session, cast.wang, ids[: FEWEST_IN_CELL - 1], labels[PORTRAIT], OWN, NOON
        )
        rolled = await queries.rollup(session, cell.id or 0, NOON)
        later = await queries.rollup(session, cell.id or 0, NOON + timedelta(days=900))
    assert [(x.slug, n) for x, n in rolled] == [(CHOIR, FEWEST_IN_CELL)]
    assert later == []


async def test_the_team_puts_labels_on_its_own_cells_only(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    async with database.transaction() as session:
        cell = make.cell(cast.a, await make.plan(session, cast.a, cast.hang))
        session.add(cell)
        await session.flush()
        ids = [labels[CHOIR].id or 0, labels["stage"].id or 0]
        await service.set_on_cell(session, cast.wang, cell.id or 0, ids)
        assert [
            x.slug for x in (await queries.on_cells(session, [cell.id or 0]))[cell.id or 0]
        ] == [CHOIR]
        await service.set_on_cell(session, cast.wang, cell.id or 0, [])
        assert await queries.on_cells(session, [cell.id or 0]) == {}
        with pytest.raises(NotFound):
            await service.set_on_cell(session, cast.bo, cell.id or 0, ids)
