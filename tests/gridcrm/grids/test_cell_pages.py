from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.grids import service
from gridcrm.grids.models import CellKind, CellStatus, GridCell, PlanState
from tests import make
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock

PROFILE = {"status": "profiling", "households": "230", "next_step": "物业走访"}
WHOLE = PROFILE | {"name": "春城一格", "kind": "market"}


async def cells(database: Database) -> list[GridCell]:
    async with database.read() as session:
        return list(await session.exec(select(GridCell).order_by(col(GridCell.id))))


async def some_cells(database: Database, cast: Cast, count: int = 1, **changes: Any) -> list[int]:
    """Store cells of a published plan of branch A and return their ids."""
    state = changes.pop("state", PlanState.PUBLISHED)
    async with database.transaction() as session:
        plan = await make.plan(session, cast.a, cast.hang, state=state)
        made = [make.cell(cast.a, plan, **changes) for _ in range(count)]
        session.add_all(made)
        await session.flush()
        return [cell.id for cell in made if cell.id is not None]


async def test_hang_changes_everything_about_a_cell_but_its_shape(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast)
    (before,) = await cells(database)
    await seat(database, browser, cast.hang, clock.now)
    people = {"lead_id": str(cast.wang.user_id), "backup_id": str(cast.zhou.user_id)}

    answer = await browser.post_form(f"/cells/{cell_id}/edit", **WHOLE, **people)

    (after,) = await cells(database)
    assert answer.headers["location"] == f"/grids/{after.plan_id}"
    assert (after.name, after.kind, after.status) == (
        "春城一格",
        CellKind.MARKET,
        CellStatus.PROFILING,
    )
    assert (after.lead_id, after.backup_id) == (cast.wang.user_id, cast.zhou.user_id)
    assert (after.households, after.next_step) == (230, "物业走访")
    assert str(after.profiled_on) == "2026-11-21"
    assert (after.wkb, after.key, after.area_m2) == (before.wkb, before.key, before.area_m2)


async def test_a_cell_that_is_merged_away_while_zhou_fills_it_in_is_a_conflict_and_no_fault_of_ours(
    browser: Browser, cast: Cast, clock: Clock, database: Database, monkeypatch: pytest.MonkeyPatch
):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody merges while somebody else writes")
    (cell_id,) = await some_cells(database, cast, state=PlanState.DRAFT)
    await seat(database, browser, cast.hang, clock.now)

    async def gone_meanwhile(*_: Any) -> set[int]:
        async with database.transaction() as session:
            await session.exec(delete(GridCell).where(col(GridCell.id) == cell_id))
        return set()

    monkeypatch.setattr(service, "_staff", gone_meanwhile)
    answer = await browser.post_form(f"/cells/{cell_id}/edit", **WHOLE)

    assert answer.status_code == 409
    assert "Somebody changed this at the same time" in answer.text


async def test_the_audit_names_the_fields_and_not_what_was_typed(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast)
    await seat(database, browser, cast.hang, clock.now)

    await browser.post_form(f"/cells/{cell_id}/edit", **WHOLE)

    async with database.read() as session:
        entry = (await session.exec(select(AuditEntry))).one()
    assert entry.action == "cell_change"
    assert set(entry.details["fields"]) == {
        "name", "kind", "status", "households", "next_step", "profiled_on"
    }  # fmt: skip


@pytest.mark.parametrize("place", ["lead_id", "backup_id"])
async def test_zhou_keeps_the_profile_of_the_cells_she_looks_after(
    place: str, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast, **{place: cast.zhou.user_id})
    await seat(database, browser, cast.zhou, clock.now)

    form = await browser.get(f"/cells/{cell_id}/edit")
    answer = await browser.post_form(f"/cells/{cell_id}/edit", **PROFILE)

    (after,) = await cells(database)
    assert 'name="lead_id"' not in form.text
    assert answer.status_code == 303
    assert (after.status, after.households) == (CellStatus.PROFILING, 230)


async def test_zhou_can_not_rename_her_cell_or_hand_it_on(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast, lead_id=cast.zhou.user_id)
    before = await cells(database)
    await seat(database, browser, cast.zhou, clock.now)

    for more in ({"name": "mine"}, {"lead_id": str(cast.ming.user_id)}):
        answer = await browser.post_form(f"/cells/{cell_id}/edit", **PROFILE, **more)
        assert answer.status_code == 422
    assert await cells(database) == before


async def test_ming_does_not_change_a_cell_of_somebody_else(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast, lead_id=cast.zhou.user_id)
    before = await cells(database)
    await seat(database, browser, cast.ming, clock.now)

    form = await browser.get(f"/cells/{cell_id}/edit")
    answer = await browser.post_form(f"/cells/{cell_id}/edit", **PROFILE)

    assert (form.status_code, answer.status_code) == (409, 409)
    assert await cells(database) == before


async def test_cells_of_a_replaced_plan_stay_as_they_were(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast, state=PlanState.RETIRED)
    before = await cells(database)
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form(f"/cells/{cell_id}/edit", **WHOLE)
    bulk = await browser.post_form(f"/grids/{before[0].plan_id}/leads", cell_id=str(cell_id))

    assert (answer.status_code, bulk.status_code) == (409, 409)
    assert await cells(database) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "This is needed."),
        ({"households": "-1"}, "Give at least 0."),
        ({"households": "many"}, "Give a whole number."),
        ({"status": "asleep"}, "Choose one of the list."),
        ({"lead_id": "99999"}, "Choose somebody who works in this branch."),
    ],
)
async def test_a_wrong_cell_comes_back_filled(
    changes: dict[str, str],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    (cell_id,) = await some_cells(database, cast)
    before = await cells(database)
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form(f"/cells/{cell_id}/edit", **(WHOLE | changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="物业走访"' in answer.text
    assert await cells(database) == before


async def test_bo_of_another_branch_and_a_closed_account_lead_no_cell(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast)
    await seat(database, browser, cast.guan, clock.now)
    await browser.post(f"/admin/users/{cast.ming.user_id}/close")
    await seat(database, browser, cast.hang, clock.now)

    for who in (cast.bo, cast.ming):
        answer = await browser.post_form(
            f"/cells/{cell_id}/edit", **WHOLE, lead_id=str(who.user_id)
        )
        assert answer.status_code == 422
    (cell,) = await cells(database)
    assert cell.lead_id is None


# ------------------------------------------------------------- several at once


async def test_hang_gives_several_cells_one_lead_and_takes_it_away(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    one, two, three = await some_cells(database, cast, 3)
    plan_id = (await cells(database))[0].plan_id
    await seat(database, browser, cast.hang, clock.now)
    url = f"/grids/{plan_id}/leads"

    given = await browser.post_form(url, cell_id=[one, two], lead_id=str(cast.wang.user_id))
    leads = [cell.lead_id for cell in await cells(database)]
    await browser.post_form(url, cell_id=str(one), lead_id="")

    assert given.status_code == 303
    assert leads == [cast.wang.user_id, cast.wang.user_id, None]
    assert [c.lead_id for c in await cells(database)] == [None, cast.wang.user_id, None]
    assert three


async def test_a_backup_who_becomes_the_lead_is_the_backup_no_longer(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast, backup_id=cast.wang.user_id)
    (cell,) = await cells(database)
    await seat(database, browser, cast.hang, clock.now)

    await browser.post_form(
        f"/grids/{cell.plan_id}/leads", cell_id=str(cell_id), lead_id=str(cast.wang.user_id)
    )

    (after,) = await cells(database)
    assert (after.lead_id, after.backup_id) == (cast.wang.user_id, None)


async def test_one_unknown_cell_among_several_changes_none(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    (cell_id,) = await some_cells(database, cast)
    (cell,) = await cells(database)
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form(
        f"/grids/{cell.plan_id}/leads", cell_id=[cell_id, 99999], lead_id=str(cast.wang.user_id)
    )

    assert answer.status_code == 404
    assert await cells(database) == [cell]


async def test_choosing_no_cell_says_what_to_do(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await some_cells(database, cast)
    (cell,) = await cells(database)
    await seat(database, browser, cast.hang, clock.now)

    await browser.post_form(f"/grids/{cell.plan_id}/leads", lead_id=str(cast.wang.user_id))
    page = await browser.get(f"/grids/{cell.plan_id}")

    assert "Choose at least one cell first." in page.text
    assert await cells(database) == [cell]
