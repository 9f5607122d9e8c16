from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.labels import queries, taxonomy
from gridcrm.labels.forbidden import found_in
from gridcrm.labels.forms import NamesIn
from gridcrm.labels.models import Label, LabelRelation
from gridcrm.labels.seed import seed
from tests.cast import Cast
from tests.gridcrm.labels.conftest import CHOIR, PORTRAIT, TRAVEL_PHOTO


async def test_a_new_installation_has_ten_themes_twenty_two_groups_and_ninety_eight_labels(
    labels: dict[str, Label],
):
    depths = [label.depth for label in labels.values()]
    assert [depths.count(depth) for depth in (1, 2, 3)] == [10, 22, 98]
    assert (labels[PORTRAIT].name_zh, labels[PORTRAIT].name_en) == (
        "人像摄影",
        "Portrait photography",
    )


async def test_no_ready_made_label_says_what_a_label_must_not_say(labels: dict[str, Label]):
    said = [found_in(name) for x in labels.values() for name in (x.name_zh, x.name_en)]
    assert set(said) == {None}


async def test_a_slug_is_the_path_through_the_tree(labels: dict[str, Label]):
    by_id = {label.id: label for label in labels.values()}
    for label in labels.values():
        parent = by_id.get(label.parent_id)
        assert label.slug.rpartition(".")[0] == (parent.slug if parent else "")


async def test_seeding_again_adds_nothing_and_keeps_what_was_edited(
    database: Database, cast: Cast, labels: dict[str, Label]
):
    ids = {slug: label.id or 0 for slug, label in labels.items()}
    async with database.transaction() as session:
        names = NamesIn(name_zh="肖像", name_en="Portraits")
        await taxonomy.rename(session, cast.mei, ids[PORTRAIT], names)
        await taxonomy.move(session, cast.mei, ids["visual.painting"], ids["craft"])
        await taxonomy.retire(session, cast.mei, ids[CHOIR])
        await taxonomy.unrelate(session, cast.mei, ids[PORTRAIT], ids[TRAVEL_PHOTO])

    async with database.transaction() as session:
        assert await seed(session) == 0
        after = {label.slug: label for label in await queries.tree(session)}
        pairs = (await session.exec(select(LabelRelation))).all()

    assert len(after) == len(labels)
    assert after[PORTRAIT].name_en == "Portraits"
    assert "visual.painting" not in after
    assert not after[CHOIR].active
    assert {ids[PORTRAIT], ids[TRAVEL_PHOTO]} not in [{p.label_id, p.related_id} for p in pairs]
