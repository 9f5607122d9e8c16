"""Customers for programs: masked lists, and files that come in."""

import pytest
from sqlmodel import func, select

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer, ImportFile
from tests.cast import Cast, give_token
from tests.conftest import Browser, Clock
from tests.corpus.files import csv_bytes
from tests.gridcrm.customers.conftest import Town, stored

ROWS = csv_bytes(
    [["客户编号", "姓名", "手机号"], ["A-1", "李月光", "13800000001"], ["A-9", "吴新", "12"]]
)


@pytest.fixture
async def as_hang(browser: Browser, database: Database, cast: Cast, clock: Clock) -> dict[str, str]:
    return await give_token(database, cast.hang, clock.now)


async def test_a_list_is_masked_and_paged(browser: Browser, as_hang: dict[str, str], town: Town):
    answer = (await browser.get("/api/v1/customers?tier=affluent&size=1", headers=as_hang)).json()

    assert (answer["total"], answer["page"], answer["pages"]) == (1, 1, 1)
    (li,) = answer["items"]
    assert (li["name"], li["phone"], li["tier"], li["cell_id"]) == (
        "李**", "138****0001", "affluent", town.own_cell,
    )  # fmt: skip
    assert not {"lon", "lat", "birth_year", "building"} & li.keys()


async def test_one_customer_of_the_own_branch(
    browser: Browser, as_hang: dict[str, str], town: Town
):
    own = await browser.get(f"/api/v1/customers/{town.zhao}", headers=as_hang)
    other = await browser.get(f"/api/v1/customers/{town.sun}", headers=as_hang)

    assert (own.json()["name"], own.json()["owner"], own.json()["age"]) == ("赵**", "Wang", "65+")
    assert other.status_code == 404


async def test_zhou_sees_the_same_few_people_over_the_api(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    as_zhou = await give_token(database, cast.zhou, clock.now)
    found = (await browser.get("/api/v1/customers", headers=as_zhou)).json()

    assert [item["id"] for item in found["items"]] == [town.li]
    assert (await browser.get(f"/api/v1/customers/{town.zhao}", headers=as_zhou)).status_code == 404


async def test_he_of_compliance_names_the_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    as_he = await give_token(database, cast.he, clock.now)
    b = (await browser.get("/api/v1/customers?branch=B001", headers=as_he)).json()

    assert [item["id"] for item in b["items"]] == [town.sun]
    assert (await browser.get("/api/v1/customers", headers=as_he)).status_code == 404


async def test_hang_cannot_name_branch_b(browser: Browser, as_hang: dict[str, str], town: Town):
    for what in ("customers", "segments", "events"):
        answer = await browser.get(f"/api/v1/{what}?branch=B001", headers=as_hang)
        assert answer.status_code == 404, what
    to_b = await browser.post(
        "/api/v1/branches/B001/customers:import", headers=as_hang, content=ROWS
    )
    assert to_b.status_code == 404


@pytest.mark.usefixtures("town")
async def test_a_wrong_filter_is_a_problem_with_its_field(
    browser: Browser, as_hang: dict[str, str]
):
    answer = await browser.get("/api/v1/customers?sort=phone", headers=as_hang)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
        422, "application/problem+json",
    )  # fmt: skip
    assert "sort" in answer.text


async def test_a_dry_run_counts_and_stores_nothing(
    browser: Browser, database: Database, as_hang: dict[str, str], town: Town
):
    answer = await browser.post(
        "/api/v1/branches/A001/customers:import?dry_run=true",
        headers=as_hang | {"content-type": "text/csv"},
        content=ROWS,
    )

    found = answer.json()
    assert answer.status_code == 200
    assert (found["dry_run"], found["new"], found["changed"], found["bad_rows"]) == (True, 0, 1, 1)
    (bad,) = found["bad"]
    assert (bad["line"], bad["column"]) == (3, "手机号")
    assert bad["reason"] and bad["remedy"]  # noqa: PT018
    assert "12" not in (bad["reason"] + bad["remedy"])
    assert (await stored(database, town.li)).name == "李阳光"
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(ImportFile))).one() == 0


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_file_comes_in_as_a_body_or_as_a_form(
    browser: Browser, database: Database, as_hang: dict[str, str], town: Town, multipart: bool
):
    sent = {"files": {"file": ("l.csv", ROWS)}} if multipart else {"content": ROWS}
    path = "/api/v1/branches/A001/customers:import"
    first = (await browser.post(path, headers=as_hang, **sent)).json()  # type: ignore[arg-type]
    again = (await browser.post(path, headers=as_hang, **sent)).json()  # type: ignore[arg-type]

    assert (first["changed"], again["changed"], again["same"]) == (1, 0, 1)
    assert (await stored(database, town.li)).name == "李月光"


@pytest.mark.usefixtures("town")
async def test_nothing_and_rubbish_are_refused(
    browser: Browser, database: Database, as_hang: dict[str, str]
):
    path = "/api/v1/branches/A001/customers:import"
    nothing = await browser.post(path, headers=as_hang)
    rubbish = await browser.post(path, headers=as_hang, content=b"\x00\x01\x02\x03")

    assert (nothing.status_code, rubbish.status_code) == (422, 422)
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Customer))).one() == 3


@pytest.mark.usefixtures("town")
async def test_mei_of_marketing_may_not_import(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    as_mei = await give_token(database, cast.mei, clock.now)
    answer = await browser.post(
        "/api/v1/branches/A001/customers:import", headers=as_mei, content=ROWS
    )
    assert answer.status_code == 403
