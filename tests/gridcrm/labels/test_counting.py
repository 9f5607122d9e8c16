"""How many people carry each label, group and theme, against counting them one by one."""

from collections import defaultdict
from datetime import timedelta
from random import Random

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.labels import service, taxonomy
from gridcrm.labels.counting import people_counts
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT, TRAVEL_PHOTO

OWN = LabelSource.OWN_STATEMENT


async def test_people_are_counted_once_however_many_labels_of_a_theme_they_carry(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        ids = [one.id or 0 for one in people[:3]]
        for slug in (PORTRAIT, TRAVEL_PHOTO):
            await service.assign(session, cast.wang, ids, labels[slug], OWN, NOON)
        counts = await people_counts(session, cast.wang, NOON)
        elsewhere = await people_counts(session, cast.bo, NOON)
        later = await people_counts(session, cast.wang, NOON + timedelta(days=900))
    slugs = (PORTRAIT, "visual.photography", "visual")
    assert [counts[labels[slug].id or 0] for slug in slugs] == [3, 3, 3]
    assert (elsewhere, later) == ({}, {})


async def test_every_number_is_what_counting_by_hand_gives(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    random = Random(7)
    by_id = {label.id: label for label in labels.values()}
    leaves = [label for label in labels.values() if label.depth == 3]
    expected: dict[int | None, set[int | None]] = defaultdict(set)
    async with database.transaction() as session:
        for person in people:
            for leaf in random.sample(leaves, 20):
                session.add(_carried(person, leaf))
                group = by_id[leaf.parent_id]
                for node in (leaf.id, group.id, group.parent_id):
                    expected[node].add(person.id)
    async with database.read() as session:
        found = await people_counts(session, cast.wang, NOON)
    assert len(leaves) > 62
    assert found == {node: len(who) for node, who in expected.items()}


async def test_neither_a_retired_label_nor_an_ended_one_nor_branch_b_is_counted(
    database: Database, cast: Cast, labels: dict[str, Label], people: list[Customer]
):
    async with database.transaction() as session:
        bo = make.customer(cast.b)
        session.add(bo)
        await session.flush()
        session.add_all([_carried(people[0], labels[CHOIR]), _carried(people[1], labels[PORTRAIT])])
        session.add_all([_carried(people[2], labels[PORTRAIT], -1), _carried(bo, labels[PORTRAIT])])
        await taxonomy.retire(session, cast.hang, labels[CHOIR].id or 0)
    async with database.read() as session:
        found = await people_counts(session, cast.wang, NOON)
    above = (PORTRAIT, "visual.photography", "visual")
    assert found == {labels[slug].id: 1 for slug in above}


def _carried(person: Customer, label: Label, days_left: int = 100) -> CustomerLabel:
    today = NOON.date()
    return CustomerLabel(
        customer_id=person.id, label_id=label.id, source=OWN, confidence=0.9, given_on=today,
        expires_on=today + timedelta(days=days_left), updated_at=NOON,
    )  # fmt: skip
