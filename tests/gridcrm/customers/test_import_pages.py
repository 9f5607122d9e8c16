"""A file on its way in: chosen, checked, corrected, taken in, and brought again."""

import asyncio
import threading
from typing import Any

import pytest
from sqlmodel import func, select

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.db import Database
from gridcrm.customers import imports
from gridcrm.customers.models import Customer, Holding, ImportFile, ImportState, PlacedBy
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.corpus.files import csv_bytes, xlsx_bytes
from tests.gridcrm.customers.conftest import Town, stored
from tests.ground import place

HEAD = ["客户编号", "姓名", "手机号", "小区", "管户人", "同意状态", "持有产品"]
ROWS = [
    ["A-1", "李阳光", "13800000001", "阳光花园", "Zhou", "同意", "存款、理财"],
    ["A-3", "吴新", "139 0000 0003", "阳光花园", "", "不同意", ""],
    ["A-4", "郑没有", "12345", "阳光花园", "", "", ""],
]


async def upload(browser: Browser, content: bytes, name: str = "台账.csv", **fields: str) -> str:
    """Bring a file and return the address of its check."""
    answer = await browser.post(
        "/customers/import", files={"file": (name, content)}, data={"datum": "wgs84"} | fields
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def report(database: Database, path: str) -> dict[str, object]:
    async with database.read() as session:
        file = (
            await session.exec(
                select(ImportFile).where(ImportFile.id == int(path.rpartition("/")[2]))
            )
        ).one()
    return file.report


async def how_many(database: Database, model: type = Customer) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(model))).one()


@pytest.fixture
async def hang_at_work(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
) -> Town:
    async with database.transaction() as session:
        session.add(place(cast.a, "阳光花园", cast.a.lon, cast.a.lat))
    await seat(database, browser, cast.hang, clock.now)
    return town


async def test_a_check_says_what_would_happen_and_stores_nobody(
    browser: Browser, database: Database, hang_at_work: Town
):
    before = await how_many(database)
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    page = await browser.get(path)

    found = await report(database, path)
    assert (found["new"], found["changed"], found["same"], found["bad_rows"]) == (1, 1, 0, 1)
    assert await how_many(database) == before
    assert "Take in 2 people" in page.text
    assert "手机号" in page.text


async def test_the_first_people_say_what_places_them_and_dates_stay_hidden(
    browser: Browser, hang_at_work: Town
):
    rows = [["C-1", "孙晓梅", "阳光花园", "1958-3-5"], ["C-2", "郑玉珍", "不存在", "1957-10-2"]]
    path = await upload(browser, csv_bytes([["客户编号", "姓名", "小区", "出生日期"], *rows]))
    page = await browser.get(path)

    sample = page.text.partition("The first people of the file")[2]
    assert sample.count("by the community") == 1
    assert "(a date)" in page.text
    assert "1958" not in page.text


async def test_no_name_and_no_phone_of_the_file_stands_on_the_page(
    browser: Browser, hang_at_work: Town
):
    text = (await browser.get(await upload(browser, csv_bytes([HEAD, *ROWS])))).text

    assert "吴*" in text
    for whole in ("李阳光", "吴新", "郑没有", "13800000001", "13900000003"):
        assert whole not in text


async def test_taking_in_adds_changes_places_and_keeps_consent_and_products(
    browser: Browser, database: Database, cast: Cast, hang_at_work: Town
):
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    answer = await browser.post_form(f"{path}/commit")

    li = await stored(database, hang_at_work.li)
    async with database.read() as session:
        wu = (await session.exec(select(Customer).where(Customer.number == "A-3"))).one()
        said = (
            await session.exec(select(Consent.customer_id, Consent.purpose, Consent.state))
        ).all()
        held = (await session.exec(select(Holding.product).order_by(Holding.product))).all()
        file = (await session.exec(select(ImportFile))).one()
    assert answer.headers["location"] == path
    assert li.owner_id == cast.zhou.user_id
    assert (wu.phone, wu.cell_id, wu.placed_by) == (
        "13900000003", hang_at_work.own_cell, PlacedBy.COMMUNITY,
    )  # fmt: skip
    assert set(said) == {
        (li.id, Purpose.MARKETING_SMS, ConsentState.GRANTED),
        (li.id, Purpose.MARKETING_CALL, ConsentState.GRANTED),
        (wu.id, Purpose.MARKETING_SMS, ConsentState.REFUSED),
        (wu.id, Purpose.MARKETING_CALL, ConsentState.REFUSED),
    }
    assert held == ["deposit", "wealth"]
    assert (file.state, file.report["extras"]["consents"]) == (ImportState.COMMITTED, 4)


async def test_the_same_file_again_changes_nothing_and_says_so(
    browser: Browser, database: Database, hang_at_work: Town
):
    content = csv_bytes([HEAD, *ROWS])
    await browser.post_form(f"{await upload(browser, content)}/commit")
    people, consents = await how_many(database), await how_many(database, Consent)

    path = await upload(browser, content)
    page = await browser.get(path)
    await browser.post_form(f"{path}/commit")

    found = await report(database, path)
    assert (found["new"], found["changed"], found["same"]) == (0, 0, 2)
    assert "This very file was taken in" in page.text
    assert (await how_many(database), await how_many(database, Consent)) == (people, consents)


async def test_a_file_is_taken_in_once(browser: Browser, hang_at_work: Town):
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    await browser.post_form(f"{path}/commit")
    assert (await browser.post_form(f"{path}/commit")).status_code == 409
    assert (await browser.post_form(f"{path}/check", datum="wgs84")).status_code == 409


async def test_only_the_refused_rows_are_kept_and_can_be_downloaded(
    browser: Browser, database: Database, hang_at_work: Town
):
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    before = (await browser.get(f"{path}/refused.csv")).content.decode("utf-8-sig")
    await browser.post_form(f"{path}/commit")
    after = (await browser.get(f"{path}/refused.csv")).content.decode("utf-8-sig")

    assert before == after
    header, line = after.splitlines()
    assert header.startswith("客户编号,姓名") and "What to do" in header  # noqa: PT018
    assert line.startswith("A-4,郑没有,12345")
    async with database.read() as session:
        content = (await session.exec(select(ImportFile.content))).one()
    assert "李阳光" not in content.decode("utf-8-sig")


async def test_refused_rows_of_a_workbook_come_back_as_they_came(
    browser: Browser, hang_at_work: Town
):
    rows = [["姓名", "手机号", "楼栋"], ["郑没有", 12345, 3]]
    path = await upload(browser, xlsx_bytes(rows), "台账.xlsx")
    back = (await browser.get(f"{path}/refused.csv")).content.decode("utf-8-sig")
    assert back.splitlines()[1].startswith("郑没有,12345,3,")


async def test_nobody_waits_while_a_file_is_read(
    browser: Browser,
    database: Database,
    cast: Cast,
    hang_at_work: Town,
    monkeypatch: pytest.MonkeyPatch,
):
    reading, go_on = threading.Event(), threading.Event()

    def slowly(*given: Any) -> Any:
        reading.set()
        assert go_on.wait(timeout=10)
        return read(*given)

    read = imports._examine
    monkeypatch.setattr(imports, "_examine", slowly)
    coming = asyncio.ensure_future(upload(browser, csv_bytes([HEAD, *ROWS])))
    await asyncio.to_thread(reading.wait)
    async with asyncio.timeout(3), database.transaction() as session:
        session.add(place(cast.a, "新苑", cast.a.lon, cast.a.lat))
    go_on.set()
    assert (await report(database, await coming))["new"] == 1


async def test_a_file_without_refused_rows_leaves_nothing_behind(
    browser: Browser, database: Database, hang_at_work: Town
):
    path = await upload(browser, csv_bytes([HEAD, *ROWS[:2]]))
    await browser.post_form(f"{path}/commit")

    async with database.read() as session:
        assert (await session.exec(select(ImportFile.content))).one() is None
    assert (await browser.get(f"{path}/refused.csv")).status_code == 404


async def test_a_column_can_be_read_as_something_else(
    browser: Browser, database: Database, hang_at_work: Town
):
    rows = [["代号", "姓名", "备注一"], ["A-9", "吴新", "13900000003"]]
    path = await upload(browser, csv_bytes(rows))
    await browser.post_form(
        f"{path}/check", datum="gcj02",
        **{"column-0": "number", "column-1": "name", "column-2": "phone"},
    )  # fmt: skip
    await browser.post_form(f"{path}/commit")

    async with database.read() as session:
        wu = (await session.exec(select(Customer).where(Customer.number == "A-9"))).one()
    assert wu.phone == "13900000003"


async def test_two_columns_read_as_one_field_are_refused_on_the_page(
    browser: Browser, hang_at_work: Town
):
    path = await upload(browser, csv_bytes([["姓名", "别名"], ["吴新", "小吴"]]))
    answer = await browser.post_form(
        f"{path}/check", datum="wgs84", **{"column-0": "name", "column-1": "name"}
    )
    assert answer.status_code == 422
    assert "2 columns are said to hold the field name" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF-1.4 something", "are not read"),
        ("a.csv", b"", "Choose a file that is not empty"),
        ("a.csv", "備註\n只有備註\n".encode(), "No column holds names"),
    ],
)
async def test_what_is_no_table_of_people_comes_back_to_the_form(
    browser: Browser, hang_at_work: Town, name: str, content: bytes, words: str
):
    answer = await browser.post(
        "/customers/import", files={"file": (name, content)}, data={"datum": "gcj02"}
    )
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_phone_of_somebody_else_in_the_records_keeps_a_row_out(
    browser: Browser, database: Database, hang_at_work: Town
):
    rows = [HEAD, ["A-7", "冒名", "13800000002", "", "", "", ""]]
    path = await upload(browser, csv_bytes(rows))
    await browser.post_form(f"{path}/commit")

    assert (await report(database, path))["bad_rows"] == 1
    assert (await stored(database, hang_at_work.zhao)).name == "赵东城"


async def test_nothing_is_stored_if_one_statement_fails(
    browser: Browser, database: Database, hang_at_work: Town, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_arguments: object) -> dict[str, int]:
        raise RuntimeError("the power goes")

    from gridcrm.customers import registry

    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    before = await how_many(database)
    monkeypatch.setattr(registry, "_extras", (broken,))
    answer = await browser.post_form(f"{path}/commit")

    assert answer.status_code == 500
    assert await how_many(database) == before
    assert (await report(database, path)).get("extras") is None


async def test_zhou_may_not_import_and_bo_does_not_find_the_file(
    browser: Browser, database: Database, cast: Cast, clock: Clock, hang_at_work: Town
):
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    for who, status in ((cast.zhou, 403), (cast.bo, 404)):
        await seat(database, browser, who, clock.now)
        assert (await browser.get(path)).status_code == status
        assert (await browser.post_form(f"{path}/commit")).status_code == status
        assert (await browser.get(f"{path}/refused.csv")).status_code == status


async def test_a_branch_with_the_same_phones_is_another_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock, hang_at_work: Town
):
    await seat(database, browser, cast.bo, clock.now)
    path = await upload(browser, csv_bytes([HEAD, *ROWS]))
    await browser.post_form(f"{path}/commit")

    found = await report(database, path)
    assert (found["new"], found["changed"]) == (2, 0)
    assert (await stored(database, hang_at_work.li)).owner_id is None


async def test_a_ledger_never_turns_a_withdrawal_into_a_yes(
    browser: Browser, database: Database, hang_at_work: Town
):
    content = csv_bytes([HEAD, *ROWS])
    await browser.post_form(f"{await upload(browser, content)}/commit")
    await browser.post_form(f"/customers/{hang_at_work.li}/consents/marketing_sms/withdraw")
    again = csv_bytes([HEAD, *ROWS, ["A-5", "新人", "13900000005", "", "", "", ""]])
    await browser.post_form(f"{await upload(browser, again)}/commit")

    async with database.read() as session:
        states = (
            await session.exec(
                select(Consent.state).where(
                    Consent.customer_id == hang_at_work.li,
                    Consent.purpose == Purpose.MARKETING_SMS,
                )
            )
        ).all()
    assert states == [ConsentState.WITHDRAWN]


async def test_the_history_lists_the_files(browser: Browser, hang_at_work: Town):
    await upload(browser, csv_bytes([HEAD, *ROWS]), name="十一月.csv")
    assert "十一月.csv" in (await browser.get("/customers/import")).text
