"""A cell on paper: the numbers of its page, one sheet, and nobody's name."""

import re
import zlib
from contextlib import suppress
from datetime import timedelta

import pytest
import shapely
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from gridcrm.maps import passports
from gridcrm.maps.cells import profile, profiles
from tests import make
from tests.cast import Cast, seat
from tests.conftest import NOON, SECRET, Browser, Clock
from tests.gridcrm.maps.conftest import Town, hold, keep
from tests.ground import place

RARE = "龘靐"
"""Letters of a customer's name that stand nowhere else."""


@pytest.fixture
async def filled(town: Town, session: AsyncSession) -> Town:
    """Four people in the west, 23 in the east with an event, a street through both."""
    people = [*town.people(4, town.west, name=RARE), *town.people(23, town.east)]
    event = await hold(session, town, 10, cell_id=town.east.id, title="花茶茶艺体验")
    cancelled = await hold(
        session, town, 9, cell_id=town.east.id, title="取消了", state="cancelled"
    )
    liked = Label(slug="tea", depth=1, name_zh="茶艺", name_en="Tea")
    await keep(session, *people, event, cancelled, liked)
    await keep(session, *(_likes(person, liked) for person in people[4:10]))
    await keep(session, *(make.invitation(event, person) for person in people[:9]))
    street = place(town.cast.a, "人民大街", town.west.lon, town.west.lat, kind=PlaceKind.ROAD)
    line = shapely.LineString([(town.west.lon, town.west.lat), (town.east.lon, town.east.lat)])
    street.wkb = shapely.to_wkb(line)
    street.max_lon = town.east.lon
    await keep(session, street)
    await session.commit()
    return town


def _likes(person: Customer, label: Label) -> CustomerLabel:
    return CustomerLabel(
        customer_id=person.id or 0,
        label_id=label.id or 0,
        source=LabelSource.OWN_STATEMENT,
        confidence=0.9,
        given_on=NOON.date(),
        expires_on=NOON.date() + timedelta(days=100),
        updated_at=NOON,
    )


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return sit


def letters(pdf: bytes) -> set[str]:
    """All letters that a reader of the file can search for and copy."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            blocks = re.findall(
                rb"beginbfchar(.*?)endbfchar", zlib.decompressobj().decompress(stream), re.DOTALL
            )
            codes = re.findall(rb"<([0-9A-F]{4})>", b"".join(blocks))
            found |= {chr(int(code, 16)) for code in codes}
    return found


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("name", ["hang", "zhou", "fen"])
async def test_all_cells_at_once_say_what_the_page_of_each_cell_says(
    filled: Town, session: AsyncSession, name: str
):
    who = getattr(filled.cast, name)
    cells = [filled.west, filled.east]
    together = await profiles(session, who, cells, NOON, SECRET)
    alone = [await profile(session, who, cell, NOON, SECRET) for cell in cells]

    assert together == alone
    assert [e.title for e in together[1].events] == ["花茶茶艺体验"]
    assert [n for _label, n in together[1].labels] == ([] if name == "fen" else [6])


async def test_the_passport_shows_the_cell_its_street_its_neighbour_and_no_customer(
    at, filled: Town
):
    browser = await at(filled.cast.hang)
    page = await browser.get(f"/cells/{filled.east.id}/passport")

    assert page.status_code == 200
    for words in ("东片", "西片", "人民大街", "花茶茶艺体验", "<dd>23</dd>", 'class="qr"'):
        assert words in page.text, words
    assert RARE not in (await browser.get(f"/cells/{filled.west.id}/passport")).text


async def test_a_file_holds_one_page_a_cell_and_its_chinese_can_be_searched(at, filled: Town):
    browser = await at(filled.cast.hang)
    alone = await browser.post(f"/cells/{filled.east.id}/passport.pdf")
    book = await browser.post(f"/grids/{filled.plan.id}/passports.pdf")

    assert alone.headers["content-type"] == "application/pdf"
    assert (pages(alone.content), pages(book.content)) == (1, 2)
    assert set("东片西人民大街花茶艺体验") <= letters(book.content)
    assert not set(RARE) & letters(book.content)
    assert b"NotoSansSC" in book.content
    assert b"FontFile2" in book.content


async def test_head_office_finds_no_small_number_on_a_passport(at, filled: Town):
    browser = await at(filled.cast.fen)
    page = (await browser.get(f"/cells/{filled.west.id}/passport")).text

    assert "<dd>4</dd>" not in page
    assert "<dd>&lt;10</dd>" in page


async def test_a_large_grid_comes_in_several_files(
    at, filled: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passports, "MOST_A_FILE", 1)
    browser = await at(filled.cast.zhou)
    url = f"/grids/{filled.plan.id}/passports"
    listed = (await browser.get(url)).text
    second = await browser.post(f"{url}.pdf?part=2")

    assert f"{url}.pdf?part=2" in listed
    assert pages(second.content) == 1
    for nowhere in ("0", "-1", "3"):
        assert (await browser.post(f"{url}.pdf?part={nowhere}")).status_code == 404


async def taken(database: Database) -> list[tuple[int | None, str, str, dict[str, object]]]:
    query = select(AuditEntry).where(col(AuditEntry.action) == "passport_take")
    async with database.read() as session:
        found = await session.exec(query.order_by(col(AuditEntry.seq)))
        return [(one.actor_id, one.object_type, one.object_id, one.details) for one in found]


async def test_who_takes_passports_along_stands_in_the_audit_and_who_looks_does_not(
    at, filled: Town, database: Database
):
    browser = await at(filled.cast.hang)
    for path in (f"/cells/{filled.east.id}/passport", f"/grids/{filled.plan.id}/passports"):
        assert f'action="{path}.pdf' in (await browser.get(path)).text
        assert await taken(database) == []
    one = await browser.post(f"/cells/{filled.east.id}/passport.pdf")
    await browser.post(f"/grids/{filled.plan.id}/passports.pdf")
    await browser.post(f"/grids/{filled.plan.id}/passports.pdf?part=9")

    hang = filled.cast.hang.user_id
    assert one.headers["cache-control"] == "no-store"
    assert await taken(database) == [
        (hang, "grid_cell", str(filled.east.id), {"format": "pdf", "cells": 1}),
        (hang, "grid_plan", str(filled.plan.id), {"format": "pdf", "cells": 2}),
    ]


@pytest.mark.parametrize(
    "path", ["/cells/{0}/passport", "/cells/{0}/passport.pdf", "/grids/{1}/passports", "/grids/{1}/passports.pdf"]
)  # fmt: skip
async def test_the_inspector_is_refused_and_branch_b_finds_nothing(
    at, cast: Cast, filled: Town, database: Database, path: str
):
    url = path.format(filled.west.id, filled.plan.id)
    method = "POST" if path.endswith(".pdf") else "GET"
    browser = await at(cast.xun)
    refused = await browser.request(method, url)
    browser = await at(cast.bo)
    hidden = await browser.request(method, url)

    assert (refused.status_code, hidden.status_code) == (403, 404)
    assert await taken(database) == []
