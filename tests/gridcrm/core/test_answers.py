"""What goes wrong is said in words that help, and nobody's name gets into a log."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import service as branches
from gridcrm.branches.models import Branch
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock


@pytest.mark.parametrize(
    "path",
    [
        "/customers/99999999999",
        "/customers/99999999999999999999999",
        "/customers?cell=99999999999999999999999",
        "/customers?owner=99999999999999999999999",
        "/customers?q=%00",
        "/admin/audit?action=%00",
        f"/customers?page={'9' * 4400}",
    ],
)
async def test_what_no_column_can_hold_is_not_there_and_no_fault_of_ours(
    path: str, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    assert (await browser.get(path)).status_code in (200, 404, 422)


async def test_a_character_that_is_none_is_left_out_of_a_name(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post_form("/customers/new", name="王\0小")
    assert answer.status_code == 303


async def test_a_failing_statement_does_not_say_whose_values_it_had(database: Database):
    async with database.read() as session:
        with pytest.raises(DBAPIError) as caught:
            await session.exec(  # type: ignore[call-overload]
                text("select * from nowhere where phone = :phone"), params={"phone": "13800000001"}
            )
    assert "13800000001" not in str(caught.value)


async def test_of_two_writers_in_each_others_way_one_is_told_to_try_again(
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
):
    class Deadlock(Exception):
        sqlstate = "40P01"

    async def given_up(*_given: object) -> None:
        raise DBAPIError("update", {}, Deadlock())

    monkeypatch.setattr(branches, "use_circle", given_up)
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post("/admin/branch/circle")
    assert answer.status_code == 409
    assert "Look again and retry." in answer.text


async def test_what_the_database_refuses_at_the_very_end_is_a_conflict_and_leaves_nothing(
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
):
    async def a_second_branch_of_that_code(session: AsyncSession, _who: Who) -> None:
        session.add(Branch(**cast.a.model_dump(exclude={"id"})))

    monkeypatch.setattr(branches, "use_circle", a_second_branch_of_that_code)
    await seat(database, browser, cast.hang, clock.now)
    answer = await browser.post("/admin/branch/circle")
    assert answer.status_code == 409
    assert "Look again and retry." in answer.text
    assert (await browser.get("/admin/branch")).status_code == 200


async def test_who_was_away_too_long_comes_back_to_the_same_filter(browser: Browser, cast: Cast):
    away = await browser.get("/customers?lifecycle=lapsed&page=2")
    assert away.headers["location"] == "/sign-in?next=/customers%3Flifecycle%3Dlapsed%26page%3D2"

    form = await browser.get(away.headers["location"])
    assert 'value="/customers?lifecycle=lapsed&amp;page=2"' in form.text


async def test_a_form_from_a_stale_page_says_what_to_do(browser: Browser, cast: Cast):
    del browser.headers["x-csrftoken"]
    answer = await browser.post_form("/sign-in", username="zhou", password="x")
    assert "load it again" in answer.text


async def test_two_places_to_go_to_are_none(browser: Browser):
    answer = await browser.post("/language", data={"next": ["/a", "/b"], "language": "en"})
    assert answer.headers["location"] == "/"


async def test_a_short_password_is_told_how_long_it_must_be(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form("/me/password", old_password="x", new_password="short")
    assert "Use at least 10 characters." in answer.text
