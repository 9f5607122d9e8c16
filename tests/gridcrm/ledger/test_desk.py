"""The desk: tasks for oneself and colleagues, visits and what follows from them."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.ledger import queries
from gridcrm.ledger.forms import VisitFilter
from gridcrm.ledger.models import Task, Visit
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, Browser, Clock

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


@dataclass
class Town:
    own_cell: int
    other_cell: int
    li: int
    zhao: int


@pytest.fixture
async def town(database: Database, cast: Cast) -> Town:
    """A cell of zhou's with li in it, and another with zhao."""
    async with database.transaction() as session:
        plan = await make.plan(session, cast.a, cast.hang)
        own = make.cell(cast.a, plan, lead_id=cast.zhou.user_id)
        other = make.cell(cast.a, plan)
        session.add_all([own, other])
        await session.flush()
        li = make.customer(cast.a, name="李阳光", cell_id=own.id)
        zhao = make.customer(cast.a, name="赵东城", cell_id=other.id)
        session.add_all([li, zhao])
        await session.flush()
        return Town(*(int(row.id or 0) for row in (own, other, li, zhao)))


def task(cast: Cast, title: str, due_on: date = TODAY, **more: object) -> Task:
    row = {
        "branch_id": cast.a.id, "assignee_id": cast.zhou.user_id, "created_by": cast.zhou.user_id,
        "created_at": NOON,
    }  # fmt: skip
    return Task(title=title, due_on=due_on, **row | more)


def visit(cast: Cast, **more: object) -> Visit:
    row = {
        "branch_id": cast.a.id, "visitor_id": cast.zhou.user_id, "visited_on": TODAY,
        "created_at": NOON,
    }  # fmt: skip
    return Visit(**row | more)


async def all_tasks(database: Database) -> list[Task]:
    async with database.read() as session:
        return list(await session.exec(select(Task).order_by(Task.id)))  # type: ignore[arg-type]


async def test_zhou_gives_himself_a_task_about_a_customer(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(
        "/desk/tasks", title="送资料", due_on="2026-11-22", customer_id=town.li,
        next=f"/customers/{town.li}",
    )  # fmt: skip

    (kept,) = await all_tasks(database)
    assert answer.headers["location"] == f"/customers/{town.li}"
    assert (kept.assignee_id, kept.customer_id) == (cast.zhou.user_id, town.li)
    assert "送资料" in (await browser.get("/desk")).text
    assert "送资料" in (await browser.get(f"/customers/{town.li}")).text


async def test_wang_gives_zhou_a_task_and_not_somebody_of_another_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    to_zhou = await browser.post_form(
        "/desk/tasks", title="走访", due_on="2026-11-21", assignee_id=cast.zhou.user_id
    )
    to_bo = await browser.post_form(
        "/desk/tasks", title="走访", due_on="2026-11-21", assignee_id=cast.bo.user_id
    )

    assert (to_zhou.status_code, to_bo.status_code) == (303, 422)
    assert [kept.assignee_id for kept in await all_tasks(database)] == [cast.zhou.user_id]


async def test_a_task_in_the_past_or_without_words_comes_back_filled(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.zhou, clock.now)
    late = await browser.post_form("/desk/tasks", title="走访", due_on="2026-11-20")
    empty = await browser.post_form("/desk/tasks", title=" ", due_on="2026-11-22")

    assert (late.status_code, empty.status_code) == (422, 422)
    assert "走访" in late.text
    assert await all_tasks(database) == []


async def test_zhou_cannot_hang_a_task_on_a_customer_he_cannot_see(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(
        "/desk/tasks", title="x", due_on="2026-11-22", customer_id=town.zhao
    )
    form = await browser.get(f"/desk/tasks/new?customer={town.zhao}")

    assert (answer.status_code, form.status_code) == (404, 404)
    assert await all_tasks(database) == []


async def test_done_can_be_taken_back(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(task(cast, "走访"))
    (kept,) = await all_tasks(database)
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/desk/tasks/{kept.id}/done")
    done = (await all_tasks(database))[0].done_at
    await browser.post_form(f"/desk/tasks/{kept.id}/reopen")

    assert done == clock.now
    assert (await all_tasks(database))[0].done_at is None


async def test_ming_and_lin_cannot_close_zhous_task_but_wang_can(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(task(cast, "走访"))
    (kept,) = await all_tasks(database)
    for who, status in ((cast.ming, 409), (cast.lin, 409), (cast.bo, 404), (cast.wang, 303)):
        await seat(database, browser, who, clock.now)
        assert (await browser.post_form(f"/desk/tasks/{kept.id}/done")).status_code == status


async def test_lin_of_the_lobby_sees_only_her_own_tasks(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(task(cast, "走访"))
        session.add(task(cast, "补位", assignee_id=cast.lin.user_id))
    await seat(database, browser, cast.lin, clock.now)
    text = (await browser.get("/desk?view=team")).text

    assert ("补位" in text, "走访" in text) == (True, False)


async def test_wang_sees_the_teams_tasks(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    async with database.transaction() as session:
        session.add(task(cast, "走访"))
    await seat(database, browser, cast.wang, clock.now)

    assert "走访" not in (await browser.get("/desk")).text
    assert "走访" in (await browser.get("/desk?view=team")).text


async def test_what_is_overdue_comes_first(database: Database, cast: Cast):
    async with database.transaction() as session:
        session.add_all(
            [
                task(cast, "today"),
                task(cast, "late", TODAY - 3 * DAY),
                task(cast, "later", TODAY + DAY),
                task(cast, "done", TODAY - DAY, done_at=NOON),
                task(cast, "wang's", assignee_id=cast.wang.user_id),
            ]
        )
    async with database.read() as session:
        due = await queries.due(session, cast.zhou, TODAY)

    assert [line.task.title for line in due] == ["late", "today"]


async def test_a_visit_with_a_next_step_becomes_a_task(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(
        "/desk/visits", visited_on="2026-11-21", customer_id=town.li, result="recorded",
        need="存单到期", next_step="送利率表", next_on="2026-11-25",
    )  # fmt: skip

    async with database.read() as session:
        kept = (await session.exec(select(Visit))).one()
    (follows,) = await all_tasks(database)
    assert answer.status_code == 303
    assert (kept.cell_id, kept.visitor_id) == (town.own_cell, cast.zhou.user_id)
    assert (follows.title, follows.due_on, follows.customer_id, follows.assignee_id) == (
        "送利率表", date(2026, 11, 25), town.li, cast.zhou.user_id,
    )  # fmt: skip
    page = (await browser.get(f"/customers/{town.li}")).text
    assert "Zhou visited: talked · 存单到期" in page


async def test_a_visit_to_nowhere_or_tomorrow_comes_back(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    nowhere = await browser.post_form("/desk/visits", visited_on="2026-11-21", result="recorded")
    tomorrow = await browser.post_form(
        "/desk/visits", visited_on="2026-11-22", result="recorded", cell_id=town.own_cell
    )

    assert (nowhere.status_code, tomorrow.status_code) == (422, 422)
    async with database.read() as session:
        assert (await session.exec(select(Visit))).all() == []


async def test_bo_records_no_visit_in_a_cell_of_branch_a(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.bo, clock.now)
    answer = await browser.post_form(
        "/desk/visits", visited_on="2026-11-21", result="recorded", cell_id=town.own_cell
    )
    assert answer.status_code == 404


async def test_each_sees_the_visits_that_are_theirs_to_see(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        session.add_all(
            [
                visit(cast, need="own cell", cell_id=town.own_cell, visitor_id=cast.wang.user_id),
                visit(cast, need="elsewhere", cell_id=town.other_cell, visitor_id=cast.wang.user_id),
                visit(cast, need="with zhou", cell_id=town.other_cell, visitor_id=cast.wang.user_id,
                      companion_id=cast.zhou.user_id),
            ]
        )  # fmt: skip
    async with database.read() as session:

        async def seen(who: object) -> set[str]:
            lines, total = await queries.visits(session, who, VisitFilter())  # type: ignore[arg-type]
            assert total == len(lines)
            return {line.visit.need for line in lines}

        assert await seen(cast.zhou) == {"own cell", "with zhou"}
        assert await seen(cast.lin) == set()
        assert await seen(cast.hang) == {"own cell", "elsewhere", "with zhou"}
        assert await seen(cast.bo) == set()


async def test_visits_are_filtered_by_the_address(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        session.add_all(
            [
                visit(cast, need="家访", cell_id=town.own_cell),
                visit(cast, need="没人", cell_id=town.other_cell, result="not_home"),
                visit(cast, need="旧访", cell_id=town.own_cell, visited_on=TODAY - 40 * DAY),
            ]
        )
    await seat(database, browser, cast.hang, clock.now)
    page = (
        await browser.get(f"/desk/visits?cell={town.own_cell}&since=2026-11-01&result=recorded")
    ).text

    assert ("家访" in page, "没人" in page, "旧访" in page) == (True, False, False)
    assert (await browser.get("/desk/visits?result=liked")).status_code == 422


async def test_cells_know_their_last_visit_and_how_many_they_had(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        session.add_all(
            [
                visit(cast, cell_id=town.own_cell),
                visit(cast, cell_id=town.own_cell, visited_on=TODAY - 40 * DAY),
                visit(cast, cell_id=town.other_cell, visited_on=TODAY - 40 * DAY),
            ]
        )
    async with database.read() as session:
        last = await queries.last_visits(session, [town.own_cell, town.other_cell])
        counts = await queries.visits_by_cell(session, cast.a.id or 0, TODAY - 30 * DAY)

    assert last == {town.own_cell: TODAY, town.other_cell: TODAY - 40 * DAY}
    assert counts == {town.own_cell: 1}


async def test_he_of_compliance_has_no_desk(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.he, clock.now)
    for path in ("/desk", "/desk/visits", "/desk/tasks/new"):
        assert (await browser.get(path)).status_code == 403
