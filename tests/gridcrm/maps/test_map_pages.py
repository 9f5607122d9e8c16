"""The map over HTTP: what each person gets, and that nothing else leaves with it."""

import json
import re

import pytest
import shapely
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.who import Who
from gridcrm.grids.models import GridPlan, PlanState
from gridcrm.labels.seed import seed
from tests import make
from tests.cast import Cast, give_token, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.maps.conftest import Town, keep


@pytest.fixture
async def filled(town: Town, session: AsyncSession) -> Town:
    """Four people in the west, 23 in the east, one in branch B."""
    await keep(session, *town.people(4, town.west), *town.people(23, town.east))
    await keep(session, make.customer(town.cast.b, cell_id=town.south.id, name="别人"))
    await session.commit()
    return town


@pytest.fixture
def at(browser: Browser, database: Database, clock: Clock):
    async def sit(who: Who) -> Browser:
        await seat(database, browser, who, clock.now)
        return browser

    return sit


async def test_the_manager_sees_the_map_with_exact_numbers(at, filled: Town):
    browser = await at(filled.cast.hang)
    page = await browser.get("/map")

    assert page.status_code == 200
    assert '<iframe id="map"' in page.text
    assert 'src="/map/frame?metric=customers' in page.text
    assert f'href="/cells/{filled.east.id}"' in page.text
    assert re.search(r"<span>西片</span><b class=\"num\">4</b>", page.text)


async def test_head_office_sees_no_number_below_ten_on_any_page(at, filled: Town):
    browser = await at(filled.cast.fen)
    for path in ("/map", "/map?view=table", "/map/print", "/map/values", "/map/frame", "/"):
        text = (await browser.get(path)).text
        assert not re.search(r">\s*4\s*<|\"4\"", text), path
        assert not re.search(r">\s*23\s*<|\"23\"", text), path
    values = (await browser.get("/map/values")).json()
    assert (values["title"], values["said"][0]) == ("Number of customers", "<10")


async def test_the_map_of_branch_b_holds_nothing_of_branch_a(at, filled: Town):
    browser = await at(filled.cast.bo)
    shapes = (await browser.get("/map/outlines")).json()
    values = (await browser.get("/map/values")).json()

    assert shapes["ids"] == [filled.south.id]
    assert len(values["said"]) == 1
    assert (await browser.get(f"/map/outlines?plan={filled.plan.id}")).status_code == 404
    assert (await browser.get(f"/cells/{filled.west.id}")).status_code == 404


@pytest.mark.parametrize("path", ["/map", "/map/frame", "/map/values", "/map/outlines", "/map/places.geojson", "/map/print"])  # fmt: skip
async def test_the_inspector_is_refused_everywhere(at, filled: Town, path: str):
    browser = await at(filled.cast.xun)
    assert (await browser.get(path)).status_code == 403


async def test_the_frame_runs_only_its_own_scripts_and_only_inside_our_pages(at, filled: Town):
    browser = await at(filled.cast.hang)
    page = await browser.get("/map/frame?metric=density")
    policy = page.headers["content-security-policy"]

    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert scripts
    assert all(f'nonce="{nonce}"' in script for script in scripts)
    assert not re.search(r"(src|href)=\"(?!/static/)", page.text)
    assert not re.search(r"https?://(?!www\.w3\.org)", page.text)


async def test_two_frames_never_share_a_nonce(at, filled: Town):
    browser = await at(filled.cast.hang)
    one, two = [
        (await browser.get("/map/frame")).headers["content-security-policy"] for _ in range(2)
    ]
    assert one != two


async def test_every_other_page_refuses_to_be_framed(at, filled: Town):
    browser = await at(filled.cast.hang)
    policy = (await browser.get("/map")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy


async def test_shapes_are_sent_once_and_hold_no_word_about_anybody(at, filled: Town):
    browser = await at(filled.cast.hang)
    first = await browser.get(f"/map/outlines?plan={filled.plan.id}")
    tag = first.headers["etag"]
    again = await browser.get("/map/outlines", headers={"if-none-match": tag})

    assert first.headers["cache-control"].startswith("private, max-age=")
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    numbers = {"world", "first", "ids", "x", "y", "back", "ring", "cell"}
    assert set(first.json()) == numbers


async def test_another_plan_has_another_tag(at, filled: Town, session: AsyncSession):
    browser = await at(filled.cast.hang)
    before = (await browser.get("/map/outlines")).headers["etag"]
    old = await session.get(GridPlan, filled.plan.id)
    assert old is not None
    old.state = PlanState.RETIRED
    await session.flush()
    new = await make.plan(session, filled.cast.a, filled.cast.hang)
    await keep(session, make.cell(filled.cast.a, new))
    await session.commit()

    answer = await browser.get("/map/outlines", headers={"if-none-match": before})

    assert answer.status_code == 200
    assert answer.headers["etag"] != before


async def test_places_carry_their_names_as_text_and_the_map_says_whose_data_they_are(
    at, filled: Town, session: AsyncSession
):
    nasty = '<img src=x onerror="alert(1)">{{ 7*7 }}</script>'
    await keep(
        session, _place(filled, PlaceKind.COMMUNITY, nasty), _place(filled, PlaceKind.ROAD, "大街")
    )
    await session.commit()
    browser = await at(filled.cast.hang)

    marks = (await browser.get("/map/places.geojson")).json()["features"]
    ground = (await browser.get("/map/places.geojson?level=ground")).json()["features"]
    frame = (await browser.get("/map/frame")).text

    assert [feature["properties"]["name"] for feature in marks] == [nasty]
    assert [feature["properties"]["kind"] for feature in ground] == ["road"]
    assert "© OpenStreetMap contributors" in frame
    assert "<img" not in frame
    assert "{{ 7*7 }}" in frame


def _place(town: Town, kind: PlaceKind, name: str) -> Place:
    shape = shapely.Point(town.cast.a.lon, town.cast.a.lat).buffer(0.001)
    if kind is PlaceKind.ROAD:
        shape = shapely.LineString(
            [(town.cast.a.lon, town.cast.a.lat), (town.cast.a.lon + 0.001, town.cast.a.lat)]
        )
    bounds = dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), shape.bounds, strict=True))
    return Place(
        branch_id=town.cast.a.id, kind=kind, name=name, source="extract", source_ref=kind.value, licence="ODbL 1.0",
        wkb=shapely.to_wkb(shape), lon=town.cast.a.lon, lat=town.cast.a.lat, **bounds,
    )  # fmt: skip


async def test_htmx_gets_the_panel_alone(at, filled: Town):
    browser = await at(filled.cast.hang)
    for path in ("/map", "/map?view=table", f"/cells/{filled.east.id}"):
        part = await browser.get(path, headers={"hx-request": "true"})
        assert part.status_code == 200
        assert "<html" not in part.text
        assert "<iframe" not in part.text


async def test_the_table_sorts_by_every_column_both_ways(at, filled: Town):
    browser = await at(filled.cast.hang)

    async def names(query: str) -> list[str]:
        text = (await browser.get(f"/map?view=table&{query}")).text
        body = text[text.index("<tbody>") :]
        return re.findall(r'<a href="/cells/\d+" data-cell="\d+">(.片)</a>', body)

    assert await names("sort=value&down=1") == ["东片", "西片"]
    assert await names("sort=value&down=0") == ["西片", "东片"]
    assert await names("sort=name&down=0") == ["东片", "西片"]
    assert await names("sort=lead&down=0") == ["东片", "西片"], "cells without a lead come first"


async def test_the_cells_page_shows_the_maps_numbers_and_who_looks_after_it(at, filled: Town):
    browser = await at(filled.cast.hang)
    page = (await browser.get(f"/cells/{filled.west.id}")).text

    assert "Lead: Zhou" in page
    assert re.search(r"<dt>Number of customers</dt><dd>4</dd>", page)
    for action in ("/events/new?cell=", "/desk/visits/new?cell=", "/customers?cell="):
        assert f"{action}{filled.west.id}" in page


async def test_a_cell_of_an_earlier_grid_says_so_and_offers_nothing_to_do(
    at, filled: Town, session: AsyncSession
):
    old = await make.plan(session, filled.cast.a, filled.cast.hang, state=PlanState.RETIRED)
    gone = make.cell(filled.cast.a, old)
    await keep(session, gone)
    await session.commit()
    browser = await at(filled.cast.hang)

    page = (await browser.get(f"/cells/{gone.id}")).text

    assert "a grid that does not count today" in page
    assert "/events/new?cell=" not in page


async def test_the_lobby_manager_gets_the_cell_without_small_numbers_and_without_its_list(
    at, filled: Town
):
    browser = await at(filled.cast.lin)
    page = (await browser.get(f"/cells/{filled.west.id}")).text

    assert re.search(r"<dt>Number of customers</dt><dd>&lt;10</dd>", page)
    assert "/customers?cell=" not in page


async def test_paper_has_every_cell_however_long_the_table_on_the_screen(
    at, filled: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("gridcrm.maps.screen.ROWS", 1)
    browser = await at(filled.cast.hang)
    first = (await browser.get("/map?view=table&sort=name&down=0")).text
    assert "page 1 of 2" in first
    assert (
        "/map?metric=customers&amp;days=90&amp;view=table&amp;sort=name&amp;down=0&amp;page=2"
        in first
    )
    table = (await browser.get("/map/print")).text.partition("<tbody>")[2]
    assert table.count("<tr>") == 2


async def test_a_wrong_choice_is_said_and_not_a_fault_of_ours(at, filled: Town):
    browser = await at(filled.cast.hang)
    for query in ("metric=age", "days=31", "segment=x", "sort=salary"):
        assert (await browser.get(f"/map?{query}")).status_code == 422


async def test_a_metric_that_needs_a_label_starts_with_the_first_one(
    at, filled: Town, session: AsyncSession
):
    browser = await at(filled.cast.hang)
    assert (await browser.get("/map?metric=label_share")).status_code == 422

    await seed(session)
    await session.commit()
    page = await browser.get("/map?metric=label_share")
    assert page.status_code == 200
    assert "Label share" in page.text


async def test_without_a_grid_the_manager_is_shown_the_way_to_one(at, cast: Cast):
    browser = await at(cast.hang)
    page = (await browser.get("/map")).text
    assert 'href="/grids/new"' in page

    browser = await at(cast.zhou)
    assert 'href="/grids/new"' not in (await browser.get("/map")).text


async def test_without_customers_the_map_is_there_with_the_way_to_import_them(at, town: Town):
    browser = await at(town.cast.hang)
    page = (await browser.get("/map")).text
    assert '<iframe id="map"' in page
    assert 'href="/customers/import"' in page


async def test_the_api_gives_each_cell_its_value_n_and_class(
    browser: Browser, filled: Town, database: Database, clock: Clock
):
    headers = await give_token(database, filled.cast.hang, clock.now)
    answer = await browser.get("/api/v1/branches/A001/cells.geojson", headers=headers)
    found = {f["id"]: f["properties"] for f in answer.json()["features"]}

    assert answer.headers["content-type"].startswith("application/geo+json")
    west = found[filled.west.key]
    assert (west["name"], west["value"], west["n"], west["numerator"]) == ("西片", 4, 4, 4)
    assert west["class"] == "1"
    assert re.fullmatch("#[0-9a-f]{6}", west["colour"])


async def test_the_api_hides_from_head_office_what_the_map_hides(
    browser: Browser, filled: Town, database: Database, clock: Clock
):
    headers = await give_token(database, filled.cast.fen, clock.now)
    answer = await browser.get("/api/v1/branches/A001/cells.geojson", headers=headers)
    found = {f["id"]: f["properties"] for f in answer.json()["features"]}

    west = found[filled.west.key]
    assert (west["value"], west["n"], west["numerator"], west["class"]) == (
        None,
        None,
        None,
        "hidden",
    )
    assert found[filled.east.key]["n"] in (20, 25)


async def test_the_api_of_another_branch_is_not_there(
    browser: Browser, filled: Town, database: Database, clock: Clock
):
    headers = await give_token(database, filled.cast.bo, clock.now)
    answer = await browser.get("/api/v1/branches/A001/cells.geojson", headers=headers)
    assert answer.status_code == 404


async def test_the_map_page_asks_the_database_a_fixed_number_of_times(
    at, town: Town, session: AsyncSession, database: Database
):
    """More cells and more people never mean more statements."""
    browser = await at(town.cast.hang)
    engine = database.read.kw["bind"].sync_engine
    asked: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    await browser.get("/map/values?metric=consent_share")
    few = len(asked)
    cells = [make.cell(town.cast.a, town.plan) for _ in range(30)]
    await keep(session, *cells)
    await keep(session, *(p for cell in cells for p in town.people(3, cell)))
    await session.commit()
    asked.clear()
    answer = await browser.get("/map/values?metric=consent_share")
    event.remove(engine, "before_cursor_execute", note)

    assert len(json.loads(answer.content)["said"]) == 32
    assert len(asked) == few


async def test_who_may_not_place_people_reads_how_many_wait_and_is_not_sent_there(
    at, filled: Town, session: AsyncSession
):
    session.add(make.customer(filled.cast.a))
    await session.commit()
    for who, leads in ((filled.cast.hang, True), (filled.cast.mei, False)):
        page = (await (await at(who)).get("/map")).text
        assert re.search(r"customers? lies? in no cell", page)
        assert ('href="/customers/unplaced"' in page) is leads


async def test_the_pages_shapes_move_with_the_datum_and_have_a_tag_of_their_own(at, filled: Town):
    browser = await at(filled.cast.hang)
    plain = await browser.get("/map/outlines")
    moved = await browser.get("/map/outlines?datum=gcj02")
    assert plain.headers["etag"] != moved.headers["etag"]
    assert plain.json()["first"] != moved.json()["first"]


async def test_shapes_kept_for_a_week_are_asked_for_anew_when_their_form_changes(
    at, filled: Town, monkeypatch
):
    browser = await at(filled.cast.hang)

    async def address_and_tag() -> tuple[str, str]:
        frame = (await browser.get("/map/frame")).text
        address = re.search(r"/map/outlines[^\"]*", frame)
        assert address is not None
        return address[0], (await browser.get("/map/outlines")).headers["etag"]

    before = await address_and_tag()
    assert await address_and_tag() == before
    monkeypatch.setattr("gridcrm.maps.drawing.FORMAT", 99)
    monkeypatch.setattr("gridcrm.maps.pages.FORMAT", 99)
    after = await address_and_tag()
    assert before[0] != after[0]
    assert before[1] != after[1]


async def test_without_a_base_map_there_is_no_tile_and_the_inspector_is_refused(at, filled: Town):
    assert (await (await at(filled.cast.hang)).get("/map/tiles/3/1/1")).status_code == 204
    assert (await (await at(filled.cast.xun)).get("/map/tiles/3/1/1")).status_code == 403
