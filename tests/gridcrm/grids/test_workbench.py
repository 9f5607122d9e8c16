"""Shaping a draft by hand: what becomes of its cells, and how it is all taken back."""

import json
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
import shapely
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import spec_from_dict, tessellate
from geo.area import checked_area
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries, service, workbench
from gridcrm.grids.forms import (
    BorderIn,
    DraftIn,
    DraftKind,
    DrawIn,
    MergeIn,
    RenameIn,
    SplitIn,
    SplitWay,
    StepIn,
)
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.grids.reshaping import Reshaped, facts_of
from gridcrm.grids.shape import cells_of
from gridcrm.grids.steps import last_step
from tests.cast import Cast
from tests.conftest import NOON
from tests.ground import squares

MIDDLE, EAST, FAR = "sq:500:0:0", "sq:500:1:0", "sq:500:-2:0"
Step = Callable[[AsyncSession, int], Awaitable[Reshaped]]


@pytest.fixture
async def draft(database: Database, cast: Cast) -> int:
    """Squares of 500 m; the middle one is zhou's and its profile is known, as is its neighbour's."""
    async with database.transaction() as session:
        plan = await squares(session, cast.a, cast.hang)
        middle, east = await row(session, plan.id, MIDDLE), await row(session, plan.id, EAST)
        middle.name, middle.lead_id, middle.households = "春城", cast.zhou.user_id, 300
        middle.profiled_on = NOON.date()
        east.name, east.households = "东城", 200
        session.add_all([middle, east])
        return plan.id or 0


async def row(session: AsyncSession, plan_id: int | None, key: str) -> GridCell:
    query = select(GridCell).where(GridCell.plan_id == plan_id, GridCell.key == key)
    return (await session.exec(query)).one()


async def cell_id(database: Database, plan_id: int, key: str) -> int:
    async with database.read() as session:
        return (await row(session, plan_id, key)).id or 0


async def picture(database: Database, plan_id: int) -> dict[str, object]:
    """Return all that is known of a plan's cells, by key."""
    async with database.read() as session:
        cells = await queries.cells(session, plan_id)
        return {cell.key: (facts_of(cell), cell.wkb, cell.area_m2) for cell in cells}


async def ids(database: Database, plan_id: int) -> dict[str, int]:
    async with database.read() as session:
        return {cell.key: cell.id or 0 for cell in await queries.cells(session, plan_id)}


async def plan_of(session: AsyncSession, plan_id: int) -> GridPlan:
    return (await session.exec(select(GridPlan).where(col(GridPlan.id) == plan_id))).one()


async def agrees(database: Database, plan_id: int) -> None:
    """The rows are the cells of the spec, and together they are the area."""
    async with database.read() as session:
        plan = await plan_of(session, plan_id)
        rows = await queries.cells(session, plan_id)
    made_anew = spec_from_dict(plan.spec)  # not the cells that are kept for whoever asks next
    cells = tessellate(checked_area(shapely.from_wkb(plan.area_wkb)), made_anew)
    assert {row.key for row in rows} == set(cells.ids)
    shapes = dict(zip(cells.ids, cells.frame.geometry, strict=True))
    assert all(shapely.from_wkb(row.wkb).equals(shapes[row.key]) for row in rows)
    assert len({row.name for row in rows}) == len(rows)
    whole = cells_of(
        GridPlan(spec=plan.spec.get("base", plan.spec), area_wkb=plan.area_wkb)
    ).area_m2.sum()
    assert np.isclose(sum(row.area_m2 for row in rows), whole, rtol=1e-9)


def line(*points: tuple[float, float]) -> str:
    return json.dumps({"type": "LineString", "coordinates": points})


def box(west: float, south: float, east: float, north: float) -> str:
    return shapely.to_geojson(shapely.box(west, south, east, north))


async def test_merged_cells_keep_the_name_lead_and_profile_of_the_largest(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    before = await picture(database, draft)
    async with database.transaction() as session:
        form = MergeIn(seen=0, cell_id=[found[MIDDLE], found[EAST]])
        await workbench.merge(session, cast.hang, draft, form)

    async with database.read() as session:
        whole = (await session.exec(select(GridCell).where(GridCell.plan_id == draft))).all()
        kept = next(cell for cell in whole if cell.key in {MIDDLE, EAST})
    after = await picture(database, draft)
    assert kept.households == 500
    assert np.isclose(kept.area_m2, 500_000)
    assert kept.name in {"春城", "东城"}
    assert len(after) == len(before) - 1
    untouched = before.keys() - {MIDDLE, EAST}
    assert {key: after[key] for key in untouched} == {key: before[key] for key in untouched}
    assert {key: (await ids(database, draft))[key] for key in untouched} == {
        key: found[key] for key in untouched
    }
    await agrees(database, draft)


async def test_the_parts_of_a_cell_are_called_after_it_and_stay_with_its_lead(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = SplitIn(seen=0, cell_id=found[MIDDLE], way=SplitWay.EAST_WEST)
        await workbench.split(session, cast.hang, draft, form)

    async with database.read() as session:
        west, east = [await row(session, draft, f"{MIDDLE}/{n}") for n in (1, 2)]
    assert (west.name, east.name) == ("春城 1", "春城 2")
    assert west.lon < east.lon
    assert {west.lead_id, east.lead_id} == {cast.zhou.user_id}
    assert (west.households, west.profiled_on) == (None, None)
    await agrees(database, draft)


async def test_ground_goes_from_one_cell_to_the_next_and_both_keep_what_is_known(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        middle = await row(session, draft, MIDDLE)
        strip = box(middle.max_lon - 0.001, 0, middle.max_lon + 0.001, 80)
        form = BorderIn(seen=0, cell_id=found[MIDDLE], target_id=found[EAST], shape=strip)
        before = middle.area_m2
        done = await workbench.move_border(session, cast.hang, draft, form)

    async with database.read() as session:
        middle, east = await row(session, draft, MIDDLE), await row(session, draft, EAST)
    assert {MIDDLE, EAST} <= {changed.key for changed, _ in done.changed}
    assert (done.gone, done.new) == ([], [])
    assert middle.area_m2 < before < east.area_m2
    assert (middle.name, middle.lead_id, east.name) == ("春城", cast.zhou.user_id, "东城")
    await agrees(database, draft)


async def test_a_drawn_cell_takes_its_ground_from_all_that_it_covers_and_has_its_own_name(
    database: Database, cast: Cast, draft: int
):
    async with database.transaction() as session:
        middle = await row(session, draft, MIDDLE)
        shape = box(middle.lon, middle.lat, middle.max_lon + 0.001, middle.max_lat + 0.001)
        form = DrawIn(seen=0, name="春城", shape=shape)
        await workbench.draw(session, cast.hang, draft, form)

    async with database.read() as session:
        drawn = await row(session, draft, "draw:1.1")
    assert (drawn.name, drawn.lead_id) == ("春城 2", None)
    await agrees(database, draft)


STEPS: dict[str, Callable[[dict[str, int], GridCell], tuple[str, StepIn]]] = {
    "merge": lambda found, _: ("merge", MergeIn(seen=0, cell_id=[found[MIDDLE], found[EAST]])),
    "split": lambda found, _: (
        "split",
        SplitIn(seen=0, cell_id=found[MIDDLE], way=SplitWay.NORTH_SOUTH),
    ),
    "border": lambda found, middle: (
        "move_border",
        BorderIn(
            seen=0,
            cell_id=found[MIDDLE],
            target_id=found[EAST],
            shape=box(middle.max_lon - 0.001, 0, middle.max_lon + 0.001, 80),
        ),
    ),
    "rename": lambda found, _: (
        "rename",
        RenameIn(seen=0, cell_id=found[MIDDLE], name="长春城"),
    ),
    "draw": lambda _, middle: (
        "draw",
        DrawIn(
            seen=0,
            name="新区",
            shape=box(middle.lon, middle.lat, middle.max_lon + 0.001, middle.max_lat),
        ),
    ),
}


@pytest.mark.parametrize("step", STEPS)
async def test_what_is_taken_back_is_as_before_and_what_is_made_again_as_it_was(
    database: Database, cast: Cast, draft: int, step: str
):
    before, found = await picture(database, draft), await ids(database, draft)
    async with database.transaction() as session:
        verb, form = STEPS[step](found, await row(session, draft, MIDDLE))
        await getattr(workbench, verb)(session, cast.hang, draft, form)
    made = await picture(database, draft)
    assert made != before

    async with database.transaction() as session:
        await workbench.undo(session, cast.hang, draft, StepIn(seen=1))
    assert await picture(database, draft) == before

    async with database.transaction() as session:
        await workbench.redo(session, cast.hang, draft, StepIn(seen=2))
    assert await picture(database, draft) == made
    await agrees(database, draft)


async def test_a_name_given_after_a_split_comes_back_with_it_and_a_new_change_ends_redoing(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = SplitIn(seen=0, cell_id=found[MIDDLE], way=SplitWay.EAST_WEST)
        await workbench.split(session, cast.hang, draft, form)
        part = await row(session, draft, f"{MIDDLE}/1")
        await workbench.rename(
            session, cast.hang, draft, RenameIn(seen=1, cell_id=part.id or 0, name="西院")
        )
        for seen in (2, 3):
            await workbench.undo(session, cast.hang, draft, StepIn(seen=seen))
        for seen in (4, 5):
            await workbench.redo(session, cast.hang, draft, StepIn(seen=seen))
    async with database.transaction() as session:
        assert (await row(session, draft, f"{MIDDLE}/1")).name == "西院"
        for seen in (6, 7):
            await workbench.undo(session, cast.hang, draft, StepIn(seen=seen))
        middle = await row(session, draft, MIDDLE)
        form = SplitIn(seen=8, cell_id=middle.id or 0, way=SplitWay.NORTH_SOUTH)
        await workbench.split(session, cast.hang, draft, form)
        with pytest.raises(RuleBroken, match="nothing to make again"):
            await workbench.redo(session, cast.hang, draft, StepIn(seen=9))


async def test_cells_apart_are_refused_by_their_names_and_with_the_remedy(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = MergeIn(seen=0, cell_id=[found[MIDDLE], found[FAR]])
        with pytest.raises(InvalidInput) as refused:
            await workbench.merge(session, cast.hang, draft, form)
    assert "春城" in refused.value.fields["form"]
    assert "share a border" in refused.value.fields["form"]


async def test_a_line_beside_the_cell_and_no_line_at_all_are_refused(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    for text in (line((0, 0), (1, 1)), "", "[]", '{"type": "Point", "coordinates": [1, 2]}'):
        async with database.transaction() as session:
            form = SplitIn(seen=0, cell_id=found[MIDDLE], line=text)
            with pytest.raises(InvalidInput):
                await workbench.split(session, cast.hang, draft, form)


async def test_two_people_at_one_draft_do_not_take_back_each_others_changes(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = SplitIn(seen=0, cell_id=found[MIDDLE], way=SplitWay.EAST_WEST)
        await workbench.split(session, cast.hang, draft, form)
        with pytest.raises(RuleBroken, match="Load the page again"):
            await workbench.undo(session, cast.hang, draft, StepIn(seen=0))


async def test_a_change_in_the_place_of_another_one_is_no_change_that_somebody_has_seen(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = SplitIn(seen=0, cell_id=found[MIDDLE], way=SplitWay.EAST_WEST)
        await workbench.split(session, cast.hang, draft, form)
        await workbench.undo(session, cast.hang, draft, StepIn(seen=1))
        form = RenameIn(seen=2, cell_id=found[EAST], name="新城")
        await workbench.rename(session, cast.hang, draft, form)
        with pytest.raises(RuleBroken, match="Load the page again"):
            await workbench.undo(session, cast.hang, draft, StepIn(seen=1))
        assert (await row(session, draft, EAST)).name == "新城"


async def test_a_draft_that_was_drawn_anew_meanwhile_is_not_shaped_by_what_was_seen_before(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        drawn = DraftIn(kind=DraftKind.SQUARE, side_m=1000)
        await service.redraw(session, cast.hang, draft, drawn, None)
    now = await ids(database, draft)
    async with database.transaction() as session:
        form = MergeIn(seen=0, cell_id=[found[MIDDLE], found[EAST]])
        with pytest.raises(RuleBroken, match="Load the page again"):
            await workbench.merge(session, cast.hang, draft, form)
    assert await ids(database, draft) == now


async def test_a_drawn_cell_is_undone_under_the_name_that_it_was_given(
    database: Database, cast: Cast, draft: int
):
    async with database.transaction() as session:
        middle = await row(session, draft, MIDDLE)
        shape = box(middle.lon, middle.lat, middle.max_lon + 0.001, middle.max_lat)
        await workbench.draw(session, cast.hang, draft, DrawIn(seen=0, name="春城", shape=shape))
        plan = await plan_of(session, draft)
        step = last_step(plan.done)
        assert step is not None
        assert step.words == "new cell 春城 2"


async def test_what_counts_can_not_be_shaped_but_a_copy_of_it_can(
    database: Database, cast: Cast, draft: int
):
    found = await ids(database, draft)
    async with database.transaction() as session:
        await publish_plan(session, cast.hang, draft, NOON)
    async with database.transaction() as session:
        form = MergeIn(seen=0, cell_id=[found[MIDDLE], found[EAST]])
        with pytest.raises(RuleBroken, match="Make a draft of it"):
            await workbench.merge(session, cast.hang, draft, form)
        copy = await service.copy(session, cast.hang, draft, NOON)
        copied = copy.id or 0
    assert await picture(database, copied) == await picture(database, draft)
    found = await ids(database, copied)
    async with database.transaction() as session:
        form = MergeIn(seen=0, cell_id=[found[MIDDLE], found[EAST]])
        await workbench.merge(session, cast.hang, copied, form)
        with pytest.raises(NotFound):
            await workbench.undo(session, cast.bo, copied, StepIn(seen=1))
    await agrees(database, copied)


async def test_a_name_stands_once_in_a_plan(database: Database, cast: Cast, draft: int):
    found = await ids(database, draft)
    async with database.transaction() as session:
        form = RenameIn(seen=0, cell_id=found[MIDDLE], name="东城")
        with pytest.raises(InvalidInput, match="correction"):
            await workbench.rename(session, cast.hang, draft, form)
        kept = await workbench.rename(
            session, cast.hang, draft, RenameIn(seen=0, cell_id=found[MIDDLE], name="春城")
        )
        plan = await plan_of(session, draft)
    assert (kept.changed, plan.done) == ([], [])  # the name it has: that is no change
