"""Customers' positions in another datum than their file says: told, answered, then taken in."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import col, select

from geo import Datum, convert
from gridcrm import cli
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from tests.cast import Cast, give_token, seat
from tests.conftest import SECRET, Browser, Clock
from tests.corpus.files import csv_bytes
from tests.ground import houses

LOOK = "positions look like GCJ-02 (AMap, Tencent)"


@pytest.fixture
async def homes(database: Database, cast: Cast) -> np.ndarray:
    """Where 60 people live, in houses that the branch knows, in WGS 84."""
    known = houses(cast.a, 60)
    points = np.array([(house.lon, house.lat) for house in known])
    async with database.transaction() as session:
        session.add_all(known)
    return points


def ledger(points: np.ndarray, datum: Datum, header: tuple[str, str] = ("经度", "纬度")) -> bytes:
    """A file of people at points, in a datum that it does not name."""
    entered = np.column_stack(convert(*points.T, Datum.WGS84, datum))
    rows = [[f"D-{n}", "张三", f"{lon:.7f}", f"{lat:.7f}"] for n, (lon, lat) in enumerate(entered)]
    return csv_bytes([["客户编号", "姓名", *header], *rows])


async def upload(browser: Browser, content: bytes, datum: str = "wgs84") -> str:
    answer = await browser.post(
        "/customers/import", files={"file": ("a.csv", content)}, data={"datum": datum}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def people(database: Database) -> list[Customer]:
    async with database.read() as session:
        return list(await session.exec(select(Customer).order_by(col(Customer.id))))


async def astray_m(database: Database, homes: np.ndarray) -> float:
    """Return how far the farthest person stands from home, roughly in metres."""
    found = np.array([(one.lon, one.lat) for one in await people(database)])
    return float(np.abs(found - homes).max() * 111_000)


@pytest.fixture
async def path(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: np.ndarray
) -> str:
    await seat(database, browser, cast.hang, clock.now)
    return await upload(browser, ledger(homes, Datum.GCJ02))


async def test_hang_is_warned_and_nobody_is_taken_in_before_she_answers(
    path: str, browser: Browser, database: Database
):
    page = (await browser.get(path)).text
    refused = await browser.post(f"{path}/commit")

    assert f"These 60 {LOOK}, the file says WGS-84" in page
    assert "Take in" not in page
    assert refused.status_code == 409
    assert await people(database) == []


async def test_with_one_click_the_positions_are_read_as_they_really_are(
    path: str, browser: Browser, database: Database, homes: np.ndarray
):
    await browser.post_form(f"{path}/datum", said="wgs84", datum="gcj02")
    page = (await browser.get(path)).text
    await browser.post(f"{path}/commit")

    assert LOOK not in page
    assert '<option value="gcj02" selected>' in page
    assert await astray_m(database, homes) < 0.1
    assert {one.entered_datum for one in await people(database)} == {Datum.GCJ02}


async def test_she_may_keep_what_the_file_says_and_is_not_asked_again(
    path: str, browser: Browser, database: Database, homes: np.ndarray
):
    await browser.post_form(f"{path}/datum", said="wgs84", datum="wgs84")
    page = (await browser.get(path)).text
    done = await browser.post(f"{path}/commit")

    assert "Take in 60 people" in page
    assert "The positions are kept in WGS-84" in page
    assert done.status_code == 303
    assert await astray_m(database, homes) > 100


async def test_a_datum_named_in_a_header_is_doubted_too_and_the_answer_wins(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: np.ndarray
):
    await seat(database, browser, cast.hang, clock.now)
    named = ledger(homes, Datum.GCJ02, ("百度经度", "百度纬度"))
    path = await upload(browser, named, datum="wgs84")
    asked = (await browser.get(path)).text
    await browser.post_form(f"{path}/datum", said="bd09", datum="gcj02")
    await browser.post(f"{path}/commit")

    assert f"These 60 {LOOK}, the file says BD-09 (Baidu)" in asked
    assert await astray_m(database, homes) < 0.1


async def test_checking_again_with_another_datum_asks_again(path: str, browser: Browser):
    await browser.post_form(f"{path}/datum", said="wgs84", datum="wgs84")
    await browser.post_form(f"{path}/check", datum="bd09", **{
        f"column-{n}": field for n, field in enumerate(("number", "name", "lon", "lat"))
    })  # fmt: skip
    page = (await browser.get(path)).text

    assert "the file says BD-09 (Baidu)" in page
    assert "are kept in" not in page


async def test_a_right_file_is_not_doubted(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: np.ndarray
):
    await seat(database, browser, cast.hang, clock.now)
    path = await upload(browser, ledger(homes, Datum.GCJ02), datum="gcj02")

    assert "Is the datum right?" not in (await browser.get(path)).text
    assert (await browser.post(f"{path}/commit")).status_code == 303


async def test_nobody_of_another_branch_and_without_the_right_answers(
    path: str, browser: Browser, database: Database, cast: Cast, clock: Clock
):
    for who, status in ((cast.bo, 404), (cast.zhou, 403)):
        await seat(database, browser, who, clock.now)
        said = await browser.post_form(f"{path}/datum", said="wgs84", datum="gcj02")
        assert said.status_code == status


async def test_a_program_gets_the_doubt_as_a_field_of_the_answer(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: np.ndarray
):
    as_hang = await give_token(database, cast.hang, clock.now)
    url = "/api/v1/branches/A001/customers:import?dry_run=true&datum="
    headers = as_hang | {"content-type": "text/csv"}
    content = ledger(homes, Datum.GCJ02)
    wrong = await browser.post(url + "wgs84", headers=headers, content=content)
    right = await browser.post(url + "gcj02", headers=headers, content=content)

    (doubt,) = wrong.json()["datum_doubts"]
    assert (doubt["said"], doubt["found"], doubt["positions"]) == ("wgs84", "gcj02", 60)
    assert LOOK in doubt["message"]
    assert right.json()["datum_doubts"] == []


@pytest.mark.usefixtures("cast")
async def test_the_terminal_says_it_too(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    homes: np.ndarray,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("GRIDCRM_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDCRM_SECRET", SECRET)
    monkeypatch.setenv("GRIDCRM_DATA_DIR", str(tmp_path))
    file = tmp_path / "a.csv"
    file.write_bytes(ledger(homes, Datum.GCJ02))
    line = ("customers", "import", str(file), "--branch", "A001", "--dry-run", "--datum", "wgs84")

    assert await asyncio.to_thread(cli.main, line) == 0
    assert LOOK in capsys.readouterr().out
