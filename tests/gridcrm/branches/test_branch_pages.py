import json
from dataclasses import replace
from datetime import datetime

import pytest
import shapely
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, convert
from gridcrm.branches import registry
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import area_of, distances_m
from gridcrm.core.db import Database
from gridcrm.core.models import AuditEntry
from gridcrm.core.who import Who
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import Browser, Clock

SETTINGS = {
    "name": "经开支行",
    "lon": "125.476504",
    "lat": "43.782476",
    "datum": "gcj02",
    "catchment_radius_m": "1200",
    "time_zone": "Asia/Shanghai",
    "customer_count": "78000",
    "transaction_count": "57000",
    "counts_on": "2026-10-31",
}


async def stored(database: Database, code: str) -> Branch:
    async with database.read() as session:
        return (await session.exec(select(Branch).where(Branch.code == code))).one()


async def test_hang_enters_a_position_from_amap_and_it_is_kept_both_ways(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form("/admin/branch", **SETTINGS)

    branch = await stored(database, "A001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/branch")
    assert (branch.entered_lon, branch.entered_lat, branch.entered_datum) == (
        125.476504,
        43.782476,
        Datum.GCJ02,
    )
    assert (branch.lon, branch.lat) == pytest.approx((125.4700, 43.7800), abs=2e-5)
    assert (branch.catchment_radius_m, branch.customer_count) == (1200, 78000)
    async with database.read() as session:
        entry = (await session.exec(select(AuditEntry))).one()
    assert (entry.action, entry.branch_id, "lon" in entry.details["fields"]) == (
        "branch_change",
        branch.id,
        True,
    )


async def test_zhou_may_not_change_the_branch(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)

    answer = await browser.post_form("/admin/branch", **SETTINGS)

    assert answer.status_code == 403
    assert (await stored(database, "A001")).catchment_radius_m == 1500


async def test_bo_changes_branch_b_only(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.bo, clock.now)

    await browser.post_form("/admin/branch", **SETTINGS)

    assert (await stored(database, "A001")).catchment_radius_m == 1500
    assert (await stored(database, "B001")).catchment_radius_m == 1200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lon": "425"}, "Give at most 180."),
        ({"datum": "cgcs"}, "Choose one of the list."),
        ({"time_zone": "Mars/Base"}, "Give a time zone such as Asia/Shanghai."),
        ({"catchment_radius_m": "50"}, "Give at least 100."),
        ({"counts_on": ""}, "Say on which day"),
        ({"code": "Z9"}, "One field to correct"),
    ],
)
async def test_a_wrong_field_comes_back_filled_with_its_message(
    changes: dict[str, str],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form("/admin/branch", **(SETTINGS | changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="43.782476"' in answer.text
    assert (await stored(database, "A001")).catchment_radius_m == 1500


async def test_who_depends_on_the_position_hears_of_a_move_but_not_of_a_new_name(
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
):
    moves: list[str] = []

    async def listen(_session: AsyncSession, _who: Who, branch: Branch, _now: datetime) -> None:
        moves.append(branch.code)

    monkeypatch.setattr(registry, "_movers", (listen,))
    await seat(database, browser, cast.hang, clock.now)
    here = {"lon": "125.47", "lat": "43.78", "datum": "wgs84"}

    await browser.post_form("/admin/branch", **(SETTINGS | here | {"name": "新名"}))
    heard_of_the_name = list(moves)
    await browser.post_form("/admin/branch", **SETTINGS)

    assert heard_of_the_name == []
    assert moves == ["A001"]


async def test_guan_adds_a_branch_and_chooses_it(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.guan, clock.now)

    added = await browser.post_form(
        "/admin/branches", **(SETTINGS | {"code": "C001", "name": "净月支行"})
    )
    chosen = await browser.post_form("/branch", code="C001", next="/admin/branch")
    page = await browser.get("/admin/branch")

    assert (added.status_code, chosen.headers["location"]) == (303, "/admin/branch")
    assert (await stored(database, "C001")).entered_datum is Datum.GCJ02
    assert "净月支行" in page.text


async def test_a_code_is_given_once(browser: Browser, cast: Cast, clock: Clock, database: Database):
    await seat(database, browser, cast.guan, clock.now)

    answer = await browser.post_form("/admin/branches", **(SETTINGS | {"code": "B001"}))

    assert answer.status_code == 422
    assert "This code is taken." in answer.text


async def test_hang_may_not_add_a_branch(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post_form("/admin/branches", **(SETTINGS | {"code": "C001"}))

    assert answer.status_code == 403
    async with database.read() as session:
        assert len((await session.exec(select(Branch))).all()) == 2


async def test_hang_sees_one_branch_and_fen_sees_all(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    own = await browser.get("/admin/branches")
    await seat(database, browser, cast.fen, clock.now)
    everything = await browser.get("/admin/branches")

    assert "南湖支行" not in own.text
    assert "南湖支行" in everything.text


async def test_bo_can_not_choose_branch_a(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.bo, clock.now)

    assert (await browser.post_form("/branch", code="A001")).status_code == 404


async def many_branches(database: Database) -> None:
    names = ["净月支行", "净月大街支行", *(f"第{n}支行" for n in range(1, 9))]
    async with database.transaction() as session:
        session.add_all(make.branch(f"C{n:03d}", name) for n, name in enumerate(names))


async def test_fen_finds_one_of_many_branches_by_a_part_of_its_name(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await many_branches(database)
    await seat(database, browser, cast.fen, clock.now)
    menu = (await browser.get("/admin")).text
    for words in ("大街", "c001", "净月大街支行"):
        chosen = await browser.post_form("/branch", code=words, next="/map")
        assert chosen.headers["location"] == "/map"
        assert "<small>净月大街支行</small>" in (await browser.get("/admin")).text

    assert "第3支行" not in menu
    assert 'name="code"' in menu


async def test_a_name_that_is_part_of_another_one_is_itself(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await many_branches(database)
    await seat(database, browser, cast.fen, clock.now)
    await browser.post_form("/branch", code="净月支行")
    assert "<small>净月支行</small>" in (await browser.get("/admin")).text


@pytest.mark.parametrize(("words", "found"), [("净月", 2), ("朝阳", 0)])
async def test_words_that_fit_several_branches_or_none_lead_to_the_list(
    browser: Browser, cast: Cast, clock: Clock, database: Database, words: str, found: int
):
    await many_branches(database)
    await seat(database, browser, cast.fen, clock.now)
    answer = await browser.post_form("/branch", code=words)
    page = (await browser.get(answer.headers["location"])).text

    assert page.count("Look at it") == found
    assert ("No branch has this name or code" in page) == (found == 0)


async def test_few_branches_are_buttons_and_many_are_a_field_with_suggestions(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, replace(cast.fen, branch_id=None), clock.now)
    few = (await browser.get("/")).text
    await many_branches(database)
    many = (await browser.get("/")).text

    assert "<datalist" not in few
    assert '<option value="第3支行">C004</option>' in many


async def test_bo_finds_branch_a_by_no_part_of_its_name(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.bo, clock.now)
    assert (await browser.post_form("/branch", code=cast.a.name)).status_code == 404
    assert (await browser.post_form("/branch", code=cast.a.name[:1])).status_code == 404


async def test_choosing_a_branch_never_leads_to_another_site(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.fen, clock.now)

    answer = await browser.post_form("/branch", code="B001", next="//evil.example/")

    assert answer.headers["location"] == "/"


def drawn(datum: Datum, lon: float = 125.47) -> dict[str, object]:
    corners = [(lon, 43.77), (lon + 0.02, 43.77), (lon + 0.02, 43.79), (lon, 43.79), (lon, 43.77)]
    ring = [convert(x, y, Datum.WGS84, datum) for x, y in corners]
    document = {"type": "Polygon", "coordinates": [ring]}
    return {"file": ("area.geojson", json.dumps(document), "application/geo+json")}


async def test_a_drawn_area_takes_the_place_of_the_circle_until_it_is_taken_away(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    circle = area_of(cast.a)

    answer = await browser.post(
        "/admin/branch/area", data={"area_datum": "bd09"}, files=drawn(Datum.BD09)
    )
    shape = area_of(await stored(database, "A001"))
    page = await browser.get("/admin/branch")
    await browser.post("/admin/branch/circle")
    again = area_of(await stored(database, "A001"))

    assert answer.status_code == 303
    assert shape.bounds == pytest.approx((125.47, 43.77, 125.49, 43.79), abs=1e-8)
    assert "Use the circle again" in page.text
    assert again.equals(circle)
    assert not shape.equals(circle)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"type": "Point", "coordinates": [125.47, 43.78]}', "Choose a file with areas only"),
        (b"not geojson", "none of the known formats"),
        (b"", "Choose a file that is not empty."),
        (json.dumps(shapely.geometry.mapping(shapely.box(113, 22, 114, 23))).encode(), "not near"),
    ],
)
async def test_a_file_without_a_usable_area_is_refused(
    content: bytes,
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await browser.post(
        "/admin/branch/area", data={"area_datum": "wgs84"}, files={"file": ("a.json", content)}
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert (await stored(database, "A001")).catchment_wkb is None


async def test_programs_list_the_branches_their_person_sees(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    own = await browser.get(
        "/api/v1/branches", headers=await give_token(database, cast.zhou, clock.now)
    )
    both = await browser.get(
        "/api/v1/branches", headers=await give_token(database, cast.he, clock.now)
    )

    assert [branch["code"] for branch in own.json()] == ["A001"]
    assert [branch["code"] for branch in both.json()] == ["A001", "B001"]
    assert own.json()[0] == {
        "code": "A001",
        "name": "经开支行",
        "time_zone": "Asia/Shanghai",
        "lon": 125.47,
        "lat": 43.78,
        "entered_lon": 125.47,
        "entered_lat": 43.78,
        "entered_datum": "wgs84",
        "catchment_radius_m": 1500.0,
        "catchment_drawn": False,
        "customer_count": None,
        "transaction_count": None,
        "counts_on": None,
    }


async def test_distances_run_from_the_branch_along_the_ground(cast: Cast):
    branch = Branch.model_validate(cast.a)

    (here, there) = distances_m(branch, [branch.lon, branch.lon], [branch.lat, branch.lat + 0.01])

    assert here == 0
    assert there == pytest.approx(1111, abs=1)
