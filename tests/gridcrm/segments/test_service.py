from datetime import timedelta

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.labels import queries as labels
from gridcrm.labels import taxonomy
from gridcrm.labels.seed import seed as seed_labels
from gridcrm.segments import queries, service
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import FreezeMember, Segment
from gridcrm.segments.on_labels import uses
from gridcrm.segments.predicate import parse
from gridcrm.segments.seed import seed
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.segments.conftest import CHOIR, Town

SENIOR = {"kind": "age_band", "min_age": 60}


def form(**changes: object) -> SegmentIn:
    usual: dict[str, object] = {"name_zh": "合唱老人", "predicate": {"all": [SENIOR]}}
    return SegmentIn(**usual | changes)


async def test_a_new_installation_has_sixteen_ready_made_segments_that_can_all_be_asked(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        assert await seed_labels(session) == 0
        assert await seed(session) == 0
        found = await queries.listed(session, cast.wang)
        nodes = [parse(one.predicate) for one in found]
        counts = dict(
            zip(
                [x.slug for x in found],
                await queries.counts(session, cast.wang, nodes, NOON),
                strict=True,
            )
        )
        liked = await queries.labels_of(session, [found[0].id])
    assert len(found) == 16
    assert all(one.playbook and one.branch_id is None for one in found)
    assert {counts[slug] for slug in ("elder", "private")} == {10}
    assert "wellness.chinese.taiji" in [label.slug for label in liked[found[0].id or 0]]


async def test_what_somebody_changed_in_a_ready_made_segment_stays(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
        elder.name_zh = "银发客群"
        session.add(elder)
    async with database.transaction() as session:
        await seed(session)
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
        assert elder.name_zh == "银发客群"


async def test_wang_keeps_a_segment_and_bo_does_not_see_it(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        made = await service.create(session, cast.wang, form(label_id=[town.choir.id]), NOON)
        assert (made.branch_id, made.name_en) == (cast.a.id, "合唱老人")
        assert [x.slug for x in (await queries.labels_of(session, [made.id]))[made.id or 0]] == [
            CHOIR
        ]
        assert await queries.one(session, cast.zhou, made.id or 0)
        with pytest.raises(NotFound):
            await queries.one(session, cast.bo, made.id or 0)
        with pytest.raises(NotFound):
            await service.change(session, cast.bo, made.id or 0, form())


async def test_a_faulty_condition_is_not_stored(database: Database, cast: Cast, town: Town):
    async with database.transaction() as session:
        with pytest.raises(InvalidInput) as refused:
            await service.create(
                session, cast.wang, form(predicate={"all": [{"kind": "label"}]}), NOON
            )
    assert list(refused.value.fields) == ["predicate.all.0.slug"]


async def test_a_ready_made_segment_is_copied_before_it_is_changed(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        elder = (await session.exec(select(Segment).where(Segment.slug == "elder"))).one()
        with pytest.raises(RuleBroken, match="copy it"):
            await service.change(session, cast.wang, elder.id or 0, form())
        copy = await service.copy(session, cast.wang, elder.id or 0, NOON)
        changed = await service.change(session, cast.wang, copy.id or 0, form(name_zh="65岁以上"))
        liked = await queries.labels_of(session, [elder.id])
    assert (copy.slug, copy.playbook, changed.name_zh) == (None, elder.playbook, "65岁以上")
    assert len(liked[elder.id or 0]) == 5


async def test_an_archived_segment_is_out_of_the_list_and_comes_back(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        made = await service.create(session, cast.wang, form(), NOON)
        await service.archive(session, cast.wang, made.id or 0, NOON)
        assert made not in await queries.listed(session, cast.wang)
        assert await queries.listed(session, cast.wang, archived=True) == [made]
        with pytest.raises(RuleBroken, match="archive"):
            await service.freeze(session, cast.wang, made.id or 0, "event 1", NOON)
        await service.restore(session, cast.wang, made.id or 0)
        assert made in await queries.listed(session, cast.wang)


async def test_a_use_keeps_the_condition_and_the_members_of_that_moment(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        made = await service.create(session, cast.wang, form(), NOON)
        frozen = await service.freeze(session, cast.wang, made.id or 0, "event 7", NOON)
    async with database.transaction() as session:
        later = {"all": [{"kind": "age_band", "max_age": 59}]}
        await service.change(session, cast.wang, made.id or 0, form(predicate=later))
        town.people[0].birth_year = 1999
        session.add(town.people[0])
    async with database.read() as session:
        kept, _ = await queries.freeze(session, cast.wang, frozen.id or 0)
        members = set(await session.exec(select(FreezeMember.customer_id)))
        entry = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "segment_freeze"))
        ).one()
        with pytest.raises(NotFound):
            await queries.freeze(session, cast.bo, frozen.id or 0)
    assert (kept.predicate, kept.member_count) == ({"all": [SENIOR]}, 10)
    assert members == {one.id for one in town.people[:10]}
    assert entry.details == {"freeze": frozen.id, "members": 10, "used_for": "event 7"}


async def test_zhou_freezes_only_the_people_she_may_see(database: Database, cast: Cast, town: Town):
    async with database.transaction() as session:
        made = await service.create(session, cast.wang, form(), NOON)
        frozen = await service.freeze(session, cast.zhou, made.id or 0, "event 8", NOON)
        assert frozen.member_count == 3


async def test_a_segment_follows_a_label_that_moves_or_is_merged_and_forgets_a_retired_one(
    database: Database, cast: Cast, town: Town
):
    asked = {"all": [{"kind": "label", "slug": CHOIR}]}
    theme = {"all": [{"kind": "label_under", "slug": "stage"}]}
    choir = town.choir.id or 0
    async with database.transaction() as session:
        hobby = (await _labels(session))["life.hobby"]
        await taxonomy.move(session, cast.mei, choir, hobby.id or 0)
        assert await queries.count(session, cast.wang, asked, NOON) == 5
        assert await queries.count(session, cast.wang, theme, NOON) == 0
        travel = (await _labels(session))["life.hobby.travel"]
        await taxonomy.merge(session, cast.mei, choir, travel.id or 0)
        assert await queries.count(session, cast.wang, asked, NOON) == 5
        await taxonomy.retire(session, cast.mei, travel.id or 0)
        assert await queries.count(session, cast.wang, asked, NOON) == 0


async def test_an_expired_label_counts_no_more(database: Database, cast: Cast, town: Town):
    asked = {"all": [{"kind": "label", "slug": CHOIR}]}
    async with database.read() as session:
        last = NOON + timedelta(days=547)
        assert await queries.count(session, cast.wang, asked, last) == 5
        assert await queries.count(session, cast.wang, asked, last + timedelta(days=1)) == 0


async def _labels(session):
    from gridcrm.labels import queries as labels

    return {label.slug: label for label in await labels.tree(session)}


async def test_a_label_that_moved_is_still_known_to_be_used(
    database: Database, cast: Cast, town: Town
):
    asks = {"kind": "label", "slug": CHOIR, "min_confidence": 0.5}
    async with database.transaction() as session:
        await service.create(session, cast.wang, form(predicate={"all": [asks]}), NOON)
        before = await uses(session, cast.wang, town.choir)
        group = (await labels.by_slugs(session, ["wellness.chinese"]))["wellness.chinese"]
        moved = await taxonomy.move(session, cast.mei, town.choir.id or 0, group.id or 0)
        after = await uses(session, cast.wang, moved)
    assert [use.text for use in after] == [use.text for use in before]
