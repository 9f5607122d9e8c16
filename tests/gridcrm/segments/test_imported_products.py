"""A ledger that names products as people do, and the ready-made segments that ask for them."""

import pytest
from sqlmodel import select

from gridcrm.consent.models import Purpose
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer, Holding
from gridcrm.segments import queries
from gridcrm.segments.models import Segment
from gridcrm.web.seeds import seed
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import NOON, Browser, Clock
from tests.corpus.files import csv_bytes

IMPORT = "/api/v1/branches/A001/customers:import"
LEDGER = csv_bytes(
    [
        ["客户编号", "姓名", "持有产品"],
        ["P-1", "张三", "代发工资"],
        ["P-2", "李四", "payroll、收单"],
        ["P-3", "王五", "税务贷"],
        ["P-4", "赵六", "ETC"],
        ["P-5", "孙七", "非产品服务"],
        ["P-6", "周八", "彩票"],
    ]
)


@pytest.fixture
async def as_hang(browser: Browser, database: Database, cast: Cast, clock: Clock) -> dict[str, str]:
    async with database.transaction() as session:
        await seed(session)
    return await give_token(database, cast.hang, clock.now) | {"content-type": "text/csv"}


async def people_of(database: Database, who: Who, slug: str) -> set[str | None]:
    async with database.read() as session:
        segment = (await session.exec(select(Segment).where(Segment.slug == slug))).one()
        found = await queries.members(session, who, segment.predicate, NOON)
    return {person.number for person, _cell in found}


async def test_words_of_a_ledger_put_people_into_the_ready_made_segments(
    browser: Browser, database: Database, cast: Cast, as_hang: dict[str, str]
):
    done = (await browser.post(IMPORT, headers=as_hang, content=LEDGER)).json()
    async with database.transaction() as session:
        sun = (await session.exec(select(Customer).where(Customer.number == "P-5"))).one()
        session.add(make.consent(sun, Purpose.SERVICE_NOTICE))

    assert done["new"] == 6
    assert await people_of(database, cast.hang, "payroll") == {"P-1", "P-2"}
    assert await people_of(database, cast.hang, "merchant") == {"P-2", "P-3"}
    assert await people_of(database, cast.hang, "car_owner") == {"P-4"}
    assert await people_of(database, cast.hang, "home_bound") == {"P-5"}


@pytest.mark.parametrize("dry_run", [True, False])
async def test_an_unknown_product_is_told_with_line_column_and_remedy_and_is_kept(
    browser: Browser, database: Database, as_hang: dict[str, str], dry_run: bool
):
    path = f"{IMPORT}?dry_run=true" if dry_run else IMPORT
    told = (await browser.post(path, headers=as_hang, content=LEDGER)).json()

    (warning,) = told["warnings"]
    assert (told["new"], told["bad_rows"]) == (6, 0)
    assert (warning["line"], warning["column"], warning["rows"]) == (7, "持有产品", 1)
    assert "彩票" in warning["reason"]
    assert "Write a name of the catalogue" in warning["reason"]
    async with database.read() as session:
        held = set(await session.exec(select(Holding.product)))
    assert held == (set() if dry_run else {
        "payroll", "acquiring", "loan_business", "etc_auto", "service", "彩票",
    })  # fmt: skip


async def test_the_same_ledger_again_adds_no_product(
    browser: Browser, database: Database, as_hang: dict[str, str]
):
    await browser.post(IMPORT, headers=as_hang, content=LEDGER)
    again = (await browser.post(IMPORT, headers=as_hang, content=LEDGER)).json()
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 6)


async def test_a_customers_page_names_products_as_people_do(
    browser: Browser, database: Database, cast: Cast, clock: Clock, as_hang: dict[str, str]
):
    await browser.post(IMPORT, headers=as_hang, content=LEDGER)
    async with database.read() as session:
        li = (await session.exec(select(Customer).where(Customer.number == "P-2"))).one()
    await seat(database, browser, cast.hang, clock.now)

    page = (await browser.get(f"/customers/{li.id}")).text
    assert "Merchant acquiring code" in page
    assert "acquiring" not in page.replace("Merchant acquiring code", "")
