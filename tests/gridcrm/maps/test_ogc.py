"""OGC API Features: what a GIS program may read, page by page, and what it may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import shapely
from litestar import Litestar
from pyproj import Transformer
from sqlmodel import select

from gridcrm.accounts import service
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.who import Who
from gridcrm.grids.models import GridCell, GridPlan, PlanState
from gridcrm.maps.ogc_documents import CONFORMS_TO
from tests.cast import give_token, seat
from tests.conftest import Browser, Clock, make_browser
from tests.gridcrm.maps.conftest import Town, keep

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
COLLECTIONS = ["cells", "places", "catchment", "areas"]


def metres(lon: float, lat: float) -> tuple[float, float]:
    return Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)


@pytest.fixture
async def park(town: Town, database: Database) -> Place:
    shape = shapely.box(125.4701, 43.7801, 125.4705, 43.7805)
    west, south, east, north = shape.bounds
    made = Place(
        branch_id=town.cast.a.id, kind=PlaceKind.PARK, name="净月公园", source="OpenStreetMap",
        source_ref="w1", licence="ODbL 1.0", wkb=shapely.to_wkb(shape), lon=125.4703, lat=43.7803,
        min_lon=west, min_lat=south, max_lon=east, max_lat=north,
    )  # fmt: skip
    async with database.transaction() as session:
        await keep(session, made)
    return made


@pytest.fixture
def reader(app: Litestar, database: Database, clock: Clock) -> Any:
    """A program that reads for a person."""

    async def of(who: Who) -> Browser:
        made = make_browser(app)
        made.headers.update(await give_token(database, who, clock.now))
        return made

    return of


async def ask(program: Browser, path: str, status: int = 200, **params: str) -> Any:
    names = {"bbox_crs": "bbox-crs"}
    query = {names.get(name, name): value for name, value in params.items()}
    answer = await program.get(f"/ogc{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def names(program: Browser, **params: str) -> list[str]:
    found = await ask(program, "/collections/cells/items", **params)
    assert found["numberMatched"] == found["numberReturned"]
    return [feature["properties"]["name"] for feature in found["features"]]


def link(document: dict[str, Any], rel: str) -> str | None:
    return next((one["href"] for one in document["links"] if one["rel"] == rel), None)


# ------------------------------------------------------------------- descriptions


async def test_the_way_from_the_first_document_leads_to_every_feature(
    town: Town, park: Place, reader: Any
):
    zhou = await reader(town.cast.zhou)

    landing = await ask(zhou, "")
    listed = (await zhou.get(link(landing, "data"))).json()
    conformance = (await zhou.get(link(landing, "conformance"))).json()

    assert conformance == {"conformsTo": list(CONFORMS_TO)}
    assert [one["id"] for one in listed["collections"]] == COLLECTIONS
    counts = {}
    for one in listed["collections"]:
        items = (await zhou.get(link(one, "items"))).json()
        counts[one["id"]] = items["numberMatched"]
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        shapes = [shapely.geometry.shape(f["geometry"]) for f in items["features"]]
        bounds = shapely.total_bounds(shapes)
        assert (bounds >= [west - 1e-6, south - 1e-6, -180, -90]).all()
        assert (bounds <= [180, 90, east + 1e-6, north + 1e-6]).all()
        assert one["crs"][0] == one["storageCrs"] == CRS84
    assert counts == {"cells": 2, "places": 1, "catchment": 1, "areas": 1}


async def test_the_definition_is_openapi_3_0_and_names_every_address(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    answer = await zhou.get("/ogc/api")

    document = answer.json()
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert document["openapi"].startswith("3.0")
    named = set(document["components"]["parameters"])
    for path in document["paths"].values():
        refs = [one["$ref"] for one in path["get"]["parameters"]]
        assert {ref.rpartition("/")[2] for ref in refs} <= named


async def test_titles_are_said_in_the_readers_language(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    document = await ask(zhou, "/collections/areas")

    assert document["title"] == "Areas of the leads"


# ------------------------------------------------------------------------ features


async def test_a_cell_says_what_is_known_of_it(town: Town, reader: Any, database: Database):
    async with database.transaction() as session:
        await keep(session, *town.people(12, town.west))
    zhou = await reader(town.cast.zhou)

    items = await ask(zhou, "/collections/cells/items")
    west = items["features"][0]
    alone = await ask(zhou, f"/collections/cells/items/{west['id']}")

    assert west["id"] == town.west.id
    assert west["properties"]["name"] == "西片"
    assert west["properties"]["lead"] == "Zhou"
    assert west["properties"]["customers"] == 12
    assert shapely.geometry.shape(west["geometry"]).equals(
        shapely.set_precision(shapely.from_wkb(town.west.wkb), 1e-7)
    )
    assert {key: alone[key] for key in ("id", "geometry", "properties")} == {
        key: west[key] for key in ("id", "geometry", "properties")
    }
    assert link(alone, "self") == f"http://127.0.0.1:8000/ogc/collections/cells/items/{west['id']}"


async def test_small_counts_are_hidden_from_who_may_not_list_people(
    town: Town, reader: Any, database: Database
):
    async with database.transaction() as session:
        await keep(session, *town.people(9, town.west), *town.people(12, town.east))
    lin, zhou = await reader(town.cast.lin), await reader(town.cast.zhou)

    seen = await ask(lin, "/collections/cells/items")
    exact = await ask(zhou, "/collections/cells/items")

    shown = [feature["properties"]["customers"] for feature in seen["features"]]
    assert shown[0] is None
    assert shown[1] in (10, 15)
    assert [f["properties"]["customers"] for f in exact["features"]] == [9, 12]


async def test_a_place_names_its_source_and_licence(town: Town, park: Place, reader: Any):
    zhou = await reader(town.cast.zhou)

    (feature,) = (await ask(zhou, "/collections/places/items"))["features"]

    assert feature["id"] == park.id
    assert feature["properties"] == {
        "name": "净月公园",
        "kind": "park",
        "source": "OpenStreetMap",
        "source_ref": "w1",
        "licence": "ODbL 1.0",
    }


async def test_the_catchment_is_the_ground_of_the_branch(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    (feature,) = (await ask(zhou, "/collections/catchment/items"))["features"]

    about = feature["properties"]
    assert (about["code"], about["radius_m"], about["drawn"]) == ("A001", 1500, False)
    assert about["area_m2"] == pytest.approx(7_068_583, rel=1e-3)


async def test_the_cells_of_a_lead_are_one_area(town: Town, reader: Any, database: Database):
    async with database.transaction() as session:
        town.east.lead_id = town.cast.zhou.user_id
        session.add(town.east)
    zhou = await reader(town.cast.zhou)

    (feature,) = (await ask(zhou, "/collections/areas/items"))["features"]

    assert feature["properties"]["lead"] == "Zhou"
    assert feature["properties"]["cells"] == 2
    assert feature["geometry"]["type"] == "Polygon"
    assert shapely.geometry.shape(feature["geometry"]).area == pytest.approx(0.008 * 0.004)


async def test_before_a_grid_is_published_there_are_no_cells(
    town: Town, reader: Any, database: Database
):
    async with database.transaction() as session:
        plan = await session.get(GridPlan, town.plan.id)
        assert plan is not None
        plan.state = PlanState.RETIRED
    zhou = await reader(town.cast.zhou)

    for name in ("cells", "areas"):
        found = await ask(zhou, f"/collections/{name}/items")
        assert (found["numberMatched"], found["features"]) == (0, [])
        assert (await ask(zhou, f"/collections/{name}"))["extent"] == {}


# -------------------------------------------------------------------------- paging


async def test_pages_follow_each_other_and_hold_every_cell_once(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    first = await ask(zhou, "/collections/cells/items", limit="1")
    second = (await zhou.get(link(first, "next"))).json()
    back = (await zhou.get(link(second, "prev"))).json()
    beyond = await ask(zhou, "/collections/cells/items", offset="7")

    ids = [page["features"][0]["id"] for page in (first, second)]
    assert ids == [town.west.id, town.east.id]
    assert (first["numberMatched"], first["numberReturned"]) == (2, 1)
    assert link(first, "prev") is None
    assert link(second, "next") is None
    assert back["features"] == first["features"]
    assert (beyond["numberMatched"], beyond["features"]) == (2, [])


async def test_more_than_the_most_is_the_most(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    assert len((await ask(zhou, "/collections/cells/items", limit="99999"))["features"]) == 2


# ----------------------------------------------------------------- boxes and axes


@pytest.mark.parametrize(
    ("bbox", "found"),
    [
        ("125.465,43.779,125.4665,43.785", ["西片"]),
        ("125.471,43.779,125.472,43.785", ["东片"]),
        ("125.4,43.7,125.5,43.8", ["西片", "东片"]),
        ("125.4,43.7,-9,125.5,43.8,9", ["西片", "东片"]),
        ("125.5,43.7,125.6,43.8", []),
        ("125.471,43.7,-170,43.9", ["东片"]),
        ("100,43.7,125.4665,43.8", ["西片"]),
    ],
)
async def test_a_box_finds_the_cells_that_it_meets(
    bbox: str, found: list[str], town: Town, reader: Any
):
    zhou = await reader(town.cast.zhou)

    assert await names(zhou, bbox=bbox) == found


@pytest.mark.parametrize(
    ("system", "bbox"),
    [
        (CRS84, "125.471,43.779,125.472,43.785"),
        (f"{EPSG}4326", "43.779,125.471,43.785,125.472"),
        (f"{EPSG}4490", "43.779,125.471,43.785,125.472"),
        (f"{EPSG}3857", ",".join(map(str, (*metres(125.471, 43.779), *metres(125.472, 43.785))))),
    ],
)
async def test_a_box_may_be_given_in_another_system(
    system: str, bbox: str, town: Town, reader: Any
):
    zhou = await reader(town.cast.zhou)

    assert await names(zhou, bbox=bbox, bbox_crs=system) == ["东片"]


async def test_other_collections_keep_to_the_box_too(town: Town, park: Place, reader: Any):
    zhou = await reader(town.cast.zhou)
    here, away = "125.465,43.779,125.475,43.785", "120,30,121,31"

    for name in ("places", "catchment", "areas"):
        near = await ask(zhou, f"/collections/{name}/items", bbox=here)
        far = await ask(zhou, f"/collections/{name}/items", bbox=away)
        assert (near["numberMatched"], far["numberMatched"]) == (1, 0), name


@pytest.mark.parametrize(
    ("system", "corner"),
    [
        (CRS84, (125.466, 43.78)),
        (f"{EPSG}4326", (43.78, 125.466)),
        (f"{EPSG}4490", (43.78, 125.466)),
        (f"{EPSG}3857", metres(125.466, 43.78)),
    ],
)
async def test_features_come_in_the_system_that_is_asked_for_with_its_axes(
    system: str, corner: tuple[float, float], town: Town, reader: Any
):
    zhou = await reader(town.cast.zhou)
    path = f"/ogc/collections/cells/items/{town.west.id}"

    answer = await zhou.get(path, params={"crs": system})

    corners = shapely.geometry.shape(answer.json()["geometry"]).exterior.coords
    assert answer.headers["content-crs"] == f"<{system}>"
    assert min(abs(x - corner[0]) + abs(y - corner[1]) for x, y in corners) < 0.5
    listed = await zhou.get("/ogc/collections/cells/items", params={"crs": system})
    assert listed.headers["content-crs"] == f"<{system}>"


# ------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": "9" * 400},
        {"offset": "-1"},
        {"offset": "٣"},
        {"bbox": "1,2,3"},
        {"bbox": "a,b,c,d"},
        {"bbox": "1,nan,2,3"},
        {"bbox": "1,5,2,3"},
        {"bbox": "1,2,3,4", "bbox-crs": f"{EPSG}9999"},
        {"bbox-crs": "EPSG:4326"},
        {"crs": f"{EPSG}2437"},
        {"datetime": "yesterday"},
        {"f": "html"},
        {"colour": "blue"},
    ],
)
async def test_a_parameter_that_is_wrong_or_unknown_is_400(
    params: dict[str, str], town: Town, reader: Any
):
    zhou = await reader(town.cast.zhou)

    answer = await zhou.get("/ogc/collections/cells/items", params=params)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22",
        "2026-11-22T08:00:00Z",
        "2026-01-01T00:00:00Z/..",
        "../2026-11-22",
        "/2026-11-22",
    ],
)
async def test_a_time_is_accepted_and_leaves_what_has_no_time(moment: str, town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    assert await names(zhou, datetime=moment) == ["西片", "东片"]


@pytest.mark.parametrize("path", ["", "/api", "/conformance", "/collections", "/collections/cells"])
async def test_documents_take_no_unknown_parameter(path: str, town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    await ask(zhou, path, f="json")
    await ask(zhou, path, status=400, limit="1")


async def test_what_is_not_there_is_404(town: Town, reader: Any):
    zhou = await reader(town.cast.zhou)

    await ask(zhou, "/collections/people", 404)
    await ask(zhou, "/collections/people/items", 404)
    await ask(zhou, "/collections/cells/items/999999", 404)
    await ask(zhou, "/collections/cells/items/first", 404)


@pytest.mark.parametrize("path", ["/collections/cells/items", "/collections/cells/items/{cell}"])
async def test_what_the_asker_has_already_is_not_sent_again(
    path: str, town: Town, reader: Any, clock: Clock, database: Database
):
    zhou = await reader(town.cast.zhou)
    url = f"/ogc{path.format(cell=town.west.id)}"
    first = await zhou.get(url)
    clock.now += timedelta(minutes=5)
    tag = {"if-none-match": f'"other", {first.headers["etag"]}'}
    same = await zhou.get(url, headers=tag)
    in_metres = await zhou.get(url, headers=tag, params={"crs": f"{EPSG}3857"})
    async with database.transaction() as session:
        cell = (await session.exec(select(GridCell).where(GridCell.id == town.west.id))).one()
        cell.name = "新名"
        session.add(cell)
    renamed = await zhou.get(url, headers=tag)

    assert first.headers["cache-control"] == "private, no-cache"
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert in_metres.status_code == 200
    assert (renamed.status_code, "新名" in renamed.text) == (200, True)


@pytest.mark.parametrize("path", ["", "/api", "/collections", "/collections/cells/items"])
async def test_head_is_get_without_its_body_and_with_the_same_rights(
    path: str, town: Town, reader: Any, browser: Browser
):
    zhou, xun = await reader(town.cast.zhou), await reader(town.cast.xun)
    got, asked = await zhou.get(f"/ogc{path}"), await zhou.head(f"/ogc{path}")

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert asked.headers["content-length"] == got.headers["content-length"]
    assert "set-cookie" not in got.headers
    assert (await xun.head(f"/ogc{path}")).status_code == 403
    assert (await browser.head(f"/ogc{path}")).status_code == 401


@pytest.mark.parametrize("path", ["/ogc/collections", "/api/v1/branches", "/customers"])
async def test_options_name_the_methods_and_nothing_else(path: str, browser: Browser):
    answer = await browser.request("OPTIONS", path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "GET" in answer.headers["allow"]


async def test_a_token_that_ended_or_was_revoked_opens_nothing(
    town: Town, reader: Any, clock: Clock, database: Database
):
    zhou, wang = await reader(town.cast.zhou), await reader(town.cast.wang)
    async with database.transaction() as session:
        await service.reset_password(session, town.cast.guan, town.cast.zhou.user_id, clock.now)
    await ask(zhou, "/collections/cells/items", 401)
    await ask(wang, "/collections/cells/items")
    clock.now += timedelta(days=2)
    await ask(wang, "/collections/cells/items", 401)


async def test_a_cookie_opens_nothing_here(
    town: Town, browser: Browser, clock: Clock, database: Database
):
    await seat(database, browser, town.cast.zhou, clock.now)

    answer = await browser.get("/ogc/collections/cells/items")

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_bo_sees_only_the_cells_of_branch_b_and_xun_sees_none(town: Town, reader: Any):
    bo, xun = await reader(town.cast.bo), await reader(town.cast.xun)

    assert await names(bo) == ["B 片"]
    await ask(bo, f"/collections/cells/items/{town.west.id}", 404)
    await ask(bo, "/collections/cells/items", 404, branch="A001")
    await ask(xun, "/collections/cells/items", 403)


async def test_head_office_names_the_branch_and_every_link_keeps_to_it(town: Town, reader: Any):
    fen = await reader(replace(town.cast.fen, branch_id=None))

    await ask(fen, "/collections", 404)
    page = await ask(fen, "/collections/cells/items", branch="A001", limit="1")
    following = (await fen.get(link(page, "next"))).json()

    assert "branch=A001" in link(page, "next")
    assert following["features"][0]["properties"]["name"] == "东片"
    assert await names(fen, branch="B001") == ["B 片"]


async def test_links_lead_to_the_address_under_which_people_reach_the_server(
    town: Town, reader: Any, app: Litestar, settings: Settings
):
    app.state.settings = replace(settings, base_url="https://grid.bank.example")
    zhou = await reader(town.cast.zhou)

    assert link(await ask(zhou, ""), "data") == "https://grid.bank.example/ogc/collections"
