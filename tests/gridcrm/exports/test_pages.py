import csv
import io
import re
import zipfile
from itertools import product

import pytest
from httpx import Response

from gridcrm.core.db import Database
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.exports.conftest import Town

TRIGGERS = "=+-@|%＝＋－＠"
LEADS = ["", " ", "\u00a0", "\ufeff", "\t", "\r", "\n", '"', "张三;", "张三\t"]
_BEGINS_FORMULA = re.compile(r"""\A[\s\ufeff"]*[=+\-@|%＝＋－＠]""")


async def post_list(browser: Browser, town: Town, **changes: object) -> Response:
    given: dict[str, object] = {
        "kind": "segment", "id": town.segment.id, "use": "visit", "format": "csv",
        "columns": ["name", "phone"], "reason": "autumn walk in the estate",
    }  # fmt: skip
    return await browser.post_form("/exports", **(given | changes))


async def test_hang_sees_who_is_left_out_and_why_before_anything_leaves(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    page = await browser.get(f"/exports/new?kind=segment&id={town.segment.id}&use=marketing_call")
    assert page.status_code == 200
    assert "7 of 9 people are left out" in page.text
    assert "did not consent to this" in page.text
    assert "Take 2 rows" in page.text
    assert "欧阳**" in page.text
    assert "欧阳小三" not in page.text
    assert "13800138001" not in page.text


async def test_the_file_comes_in_the_answer_and_is_not_kept(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    answer = await post_list(browser, town, whole="1")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Elders-")
    assert answer.content.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["Customer name", "Phone"]
    assert ["欧阳小三", "13800138001"] in lines
    register = await browser.get("/exports/register")
    assert "autumn walk in the estate" in register.text
    entry = await browser.get(f"/exports/{answer.headers['x-list-number']}")
    assert "People who are" in entry.text


async def test_mei_is_offered_no_whole_names_and_gets_none_by_asking(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.mei, clock.now)
    page = await browser.get(f"/exports/new?kind=segment&id={town.segment.id}&use=visit")
    assert 'name="whole"' not in page.text
    answer = await post_list(browser, town, whole="1")
    assert answer.status_code == 200
    assert "欧阳小三" not in answer.text
    assert "13800138001" not in answer.text


async def test_without_a_reason_the_form_comes_back_and_nothing_is_registered(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    answer = await post_list(browser, town, reason="")
    assert answer.status_code == 422
    assert "Say in a few words" in answer.text
    assert "No list has left yet" in (await browser.get("/exports")).text


async def test_too_long_a_list_is_refused_with_what_to_do(
    browser: Browser,
    cast: Cast,
    database: Database,
    clock: Clock,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("gridcrm.exports.rules.MOST_ROWS", 6)
    await seat(database, browser, cast.hang, clock.now)
    answer = await post_list(browser, town)
    assert answer.status_code == 422
    assert "nobody takes more than 6 alone" in answer.text
    assert "content-disposition" not in answer.headers


async def test_lin_has_no_lists_and_compliance_has_the_register_only(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.lin, clock.now)
    assert (await browser.get("/exports")).status_code == 403
    assert (await post_list(browser, town)).status_code == 403
    await seat(database, browser, cast.he, clock.now)
    assert (await browser.get("/exports/register")).status_code == 200
    assert (await post_list(browser, town)).status_code == 403


async def test_bo_of_branch_b_finds_neither_the_segment_nor_the_entry(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    number = (await post_list(browser, town)).headers["x-list-number"]
    await seat(database, browser, cast.bo, clock.now)
    assert (await browser.get(f"/exports/{number}")).status_code == 404
    assert (await post_list(browser, town)).status_code == 404
    page = await browser.get(f"/exports/new?kind=segment&id={town.segment.id}")
    assert page.status_code == 404


async def test_a_program_of_compliance_reads_the_register_and_one_of_mei_does_not(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await post_list(browser, town)
    hang = await give_token(database, cast.hang, clock.now)
    found = (await browser.get("/api/v1/exports", headers=hang)).json()
    assert (found["total"], found["items"][0]["taken_by"]) == (1, "Zhou")
    assert found["items"][0]["dropped"] == {"deceased": 1, "do_not_contact": 1}
    mei = await give_token(database, cast.mei, clock.now)
    assert (await browser.get("/api/v1/exports", headers=mei)).status_code == 403


async def test_the_customers_page_names_the_lists_for_hang_and_not_for_zhou(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    await seat(database, browser, cast.hang, clock.now)
    await post_list(browser, town)
    url = f"/customers/{town.people['agrees'].id}"
    assert "autumn walk in the estate" in (await browser.get(url)).text
    await seat(database, browser, cast.zhou, clock.now)
    assert "autumn walk in the estate" not in (await browser.get(url)).text


async def test_no_name_becomes_a_formula_in_a_downloaded_file(
    browser: Browser, cast: Cast, database: Database, clock: Clock, town: Town
):
    hostile = [f"{lead}{trigger}1+1" for lead, trigger in product(LEADS, TRIGGERS)]
    async with database.transaction() as session:
        session.add_all(
            make.customer(cast.a, name=name, community=name, birth_year=1955) for name in hostile
        )
    await seat(database, browser, cast.hang, clock.now)
    columns = ["name", "community"]
    written = await post_list(browser, town, columns=columns, whole="1")
    lines = list(csv.reader(io.StringIO(written.content.decode("utf-8-sig"), newline="")))
    cells = [cell for line in lines[1:] for cell in line]
    assert len(cells) >= 2 * len(hostile)
    assert [cell for cell in cells if _BEGINS_FORMULA.match(cell)] == []
    for cell in cells:  # a program that splits at tabs, semicolons or lines finds none either
        assert not any(_BEGINS_FORMULA.match(part) for part in re.split(r"[;\t\n]", cell))

    book = await post_list(browser, town, columns=columns, whole="1", format="xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"') + sheet.count('t="s"') >= 2 * len(hostile)
