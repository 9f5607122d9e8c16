"""What a new plan changes: said before it counts, and shown afterwards with the past carried over."""

from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.changes import changes
from gridcrm.customers.service import publish_plan
from gridcrm.grids import queries, service, workbench
from gridcrm.grids.forms import SplitIn, SplitWay
from gridcrm.grids.models import GridCell, GridPlan
from gridcrm.ledger.models import Visit
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock
from tests.gridcrm.customers.conftest import Town, stored

MIDDLE = "sq:500:0:0"


async def split_copy(database: Database, cast: Cast, town: Town) -> int:
    """A draft in which the cell where li lives is cut in two, after three visits to it."""
    async with database.transaction() as session:
        current = await queries.published(session, cast.a.id or 0)
        assert current is not None
        session.add_all(
            Visit(
                branch_id=current.branch_id,
                cell_id=town.own_cell,
                visited_on=NOON.date(),
                visitor_id=cast.zhou.user_id,
                created_at=NOON,
            )
            for _ in range(3)
        )
        draft = await service.copy(session, cast.hang, current.id or 0, NOON)
        rows = {cell.key: cell for cell in await queries.cells(session, draft.id or 0)}
        form = SplitIn(seen=0, cell_id=rows[MIDDLE].id or 0, way=SplitWay.EAST_WEST)
        await workbench.split(session, cast.hang, draft.id or 0, form)
        return draft.id or 0


async def test_the_page_before_says_whom_it_moves_and_the_note_stays_with_the_plan(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    draft = await split_copy(database, cast, town)
    await seat(database, browser, cast.hang, clock.now)

    page = await browser.get(f"/grids/{draft}/publish")
    too_long = await browser.post_form(f"/grids/{draft}/publish", note="x" * 401)
    waiting = await stored(database, town.li)
    done = await browser.post_form(f"/grids/{draft}/publish", note="One cell was too large.")

    assert "People who change cell" in page.text
    assert "Let version 2 count" in page.text
    assert too_long.status_code == 422
    assert waiting.cell_id == town.own_cell
    assert done.status_code == 303
    async with database.read() as session:
        plan = (await session.exec(select(GridPlan).where(GridPlan.id == draft))).one()
        li = await stored(database, town.li)
        cell = (await session.exec(select(GridCell).where(GridCell.id == li.cell_id))).one()
    assert (plan.state, plan.note) == ("published", "One cell was too large.")
    assert cell.plan_id == draft
    assert cell.key in {f"{MIDDLE}/1", f"{MIDDLE}/2"}
    assert (await browser.get(f"/grids/{draft}/publish")).status_code == 409


async def test_what_changes_is_the_same_before_and_after_it_counts_and_the_past_keeps_its_sum(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    draft = await split_copy(database, cast, town)
    found = []
    for _ in range(2):
        async with database.transaction() as session:
            plan = await queries.plan(session, cast.hang, draft)
            found.append(await changes(session, cast.hang, plan))
            if plan.state == "draft":
                clock.now = NOON.replace(hour=6)
                await publish_plan(session, cast.hang, draft, clock.now)

    before, after = found
    assert before is not None
    assert after is not None
    assert before.crossings == after.crossings
    assert (after.gone, after.new) == ([MIDDLE], [f"{MIDDLE} 1", f"{MIDDLE} 2"])
    assert (after.moving, after.entering, after.leaving) == (1, 0, 0)
    (visits,) = after.carried
    assert (visits.title, visits.total, visits.outside) == ("Visits", 3, 0)
    assert sum(visits.by_cell.values()) == 3
    shares = [row.area for row in after.crossings if row.old == MIDDLE]
    assert abs(sum(shares) - 1) < 1e-9
    assert {round(row.people, 6) for row in after.crossings if row.old == MIDDLE} == {0, 1}

    await seat(database, browser, cast.hang, clock.now)
    page = await browser.get(f"/grids/{draft}/changes")
    assert "Together, as before" in page.text
    assert f"{MIDDLE} 2" in page.text


async def test_the_first_plan_of_a_branch_changes_nothing_before_it(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    async with database.read() as session:
        current = await queries.published(session, cast.a.id or 0)
    page = await browser.get(f"/grids/{current.id if current else 0}/changes")
    assert "There is no plan before this one" in page.text
