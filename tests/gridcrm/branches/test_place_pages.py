import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import SQLModel, select

from gridcrm.branches.cli import COMMANDS
from gridcrm.branches.models import Branch, Place, PlaceImport
from gridcrm.branches.queries import communities
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotAllowed
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Result, Terminal
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock

GARDEN = [[125.47, 43.78], [125.472, 43.78], [125.472, 43.782], [125.47, 43.782], [125.47, 43.78]]
ABOUT = {"source": "OpenStreetMap", "licence": "ODbL 1.0", "datum": "wgs84", "kind": "community"}


def geojson(*, renamed: str = "春城花园", extra: int = 0) -> bytes:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": "w1",
            "properties": {"name": renamed},
            "geometry": {"type": "Polygon", "coordinates": [GARDEN]},
        },
        {
            "type": "Feature",
            "id": "w2",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [125.471, 43.779]},
        },
    ]
    for n in range(extra):
        point = {"type": "Point", "coordinates": [125.47 + n / 10_000, 43.79]}
        features.append({"type": "Feature", "properties": {"name": f"社区{n}"}, "geometry": point})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


async def send(browser: Browser, content: bytes, **changes: str) -> httpx.Response:
    files = {"file": ("communities.geojson", content, "application/geo+json")}
    return await browser.post("/admin/places/new", data=ABOUT | changes, files=files)


async def bring_in(browser: Browser, content: bytes) -> str:
    """Check and commit a file, and return the address of its page."""
    checked = await send(browser, content)
    await browser.post(f"{checked.headers['location']}/commit")
    return checked.headers["location"]


async def rows(database: Database, table: type[SQLModel]) -> list[Any]:
    async with database.read() as session:
        return list(await session.exec(select(table)))


async def test_hang_checks_a_file_and_nothing_is_written_until_she_says_so(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    checked = await send(browser, geojson(extra=3))
    page = await browser.get(checked.headers["location"])
    before = await rows(database, Place)
    committed = await browser.post(f"{checked.headers['location']}/commit")
    after = await rows(database, Place)

    assert before == []
    assert "Bring in 4 places" in page.text
    assert "A community needs a name." in page.text
    assert "w2" in page.text
    assert committed.status_code == 303
    assert {place.name for place in after} == {"春城花园", "社区0", "社区1", "社区2"}
    assert {(place.source, place.licence) for place in after} == {("OpenStreetMap", "ODbL 1.0")}


async def test_the_bytes_of_a_file_are_dropped_when_it_is_brought_in(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    await send(browser, geojson())
    (waiting,) = await rows(database, PlaceImport)
    await browser.post(f"/admin/places/imports/{waiting.id}/commit")
    (done,) = await rows(database, PlaceImport)

    assert waiting.content == geojson()
    assert done.content is None
    assert done.committed_at == clock.now


async def test_the_same_file_again_changes_nothing(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson(extra=3))
    before = await rows(database, Place)

    again = await send(browser, geojson(extra=3))
    page = await browser.get(again.headers["location"])
    await browser.post(f"{again.headers['location']}/commit")

    assert "This file changes nothing." in page.text
    assert await rows(database, Place) == before


async def test_a_new_name_from_the_same_source_changes_the_place_it_belongs_to(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson())
    (old,) = await rows(database, Place)

    await bring_in(browser, geojson(renamed="春城花园二期"))
    (new,) = await rows(database, Place)

    assert (old.id, old.name, new.id, new.name) == (new.id, "春城花园", new.id, "春城花园二期")


async def test_another_source_does_not_touch_the_place(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson())

    other = await send(browser, geojson(renamed="别名"), source="Survey 2026")
    await browser.post(f"{other.headers['location']}/commit")

    assert sorted(place.name for place in await rows(database, Place)) == ["别名", "春城花园"]


async def test_a_file_is_brought_in_once(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = await bring_in(browser, geojson())

    again = await browser.post(f"{address}/commit")

    assert again.status_code == 409
    assert len(await rows(database, Place)) == 1


async def test_taking_a_file_back_removes_what_it_added_and_nothing_else(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson())
    second = await bring_in(browser, geojson(extra=2))

    answer = await browser.post(f"{second}/delete")

    assert answer.status_code == 303
    assert [place.name for place in await rows(database, Place)] == ["春城花园"]
    assert len(await rows(database, PlaceImport)) == 1


async def test_a_check_that_was_forgotten_goes_when_the_next_file_is_checked(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    await send(browser, geojson())
    await send(browser, geojson(extra=1))

    (left,) = await rows(database, PlaceImport)
    assert left.report["new"] == 2


@pytest.mark.parametrize("verb", ["", "/commit", "/delete"])
async def test_bo_does_not_reach_a_file_of_branch_a(
    verb: str, browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    address = (await send(browser, geojson())).headers["location"]
    before = await rows(database, PlaceImport)

    await seat(database, browser, cast.bo, clock.now)
    answer = await browser.request("POST" if verb else "GET", address + verb)

    assert answer.status_code == 404
    assert await rows(database, PlaceImport) == before
    assert await rows(database, Place) == []


async def test_zhou_may_not_bring_in_places(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.zhou, clock.now)

    answer = await send(browser, geojson())

    assert answer.status_code == 403
    assert await rows(database, PlaceImport) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": ""}, "This is needed."),
        ({"licence": ""}, "This is needed."),
        ({"kind": ""}, "Choose one kind for the file"),
        ({"kind_property": "kind"}, "Choose one kind for the file"),
        ({"kind": "castle"}, "Choose one of the list."),
    ],
)
async def test_source_licence_and_one_kind_are_needed(
    changes: dict[str, str],
    words: str,
    browser: Browser,
    cast: Cast,
    clock: Clock,
    database: Database,
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await send(browser, geojson(), **changes)

    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(database, PlaceImport) == []


async def test_a_file_that_is_no_map_is_refused_beside_its_field(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)

    answer = await send(browser, "小区,经度,纬度".encode("gb18030"))

    assert answer.status_code == 422
    assert "none of the known formats" in answer.text


async def test_the_list_shows_one_kind_or_one_name(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson(extra=60))

    whole = await browser.get("/admin/places")
    second = await browser.get("/admin/places?page=2")
    named = await browser.get("/admin/places", params={"q": "春城 花园"})
    schools = await browser.get("/admin/places?kind=school")

    assert whole.text.count("<td>OpenStreetMap</td>") == 50 + 1
    assert second.text.count("<td>OpenStreetMap</td>") == 11 + 1
    assert named.text.count("<td>OpenStreetMap</td>") == 1 + 1
    assert "No such place" in schools.text


async def test_markup_in_a_name_is_shown_as_text(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson(renamed="<u>"))

    for path in ("/admin/places", "/admin/branch"):
        text = (await browser.get(path)).text
        assert "<u>" not in text
        assert "&lt;u&gt;" in text


async def test_communities_of_a_branch_are_ready_for_finding_customers_by_name(
    browser: Browser, cast: Cast, clock: Clock, database: Database
):
    await seat(database, browser, cast.hang, clock.now)
    await bring_in(browser, geojson())

    async with database.read() as session:
        own = await communities(session, cast.hang.here)
        other = await communities(session, cast.bo.here)

    assert [(place.name_key, place.name) for place in own] == [("春城花园", "春城花园")]
    assert other == []


# ------------------------------------------------------------------ the terminal


async def run(terminal: Terminal, line: list[str]) -> Result:
    command = next(c for c in COMMANDS if line[: len(c.name.split())] == c.name.split())
    parser = ArgumentParser()
    command.arguments(parser)
    given: Namespace = parser.parse_args(line[len(command.name.split()) :])
    return await command.run(terminal, given)


@pytest.fixture
def terminal(settings: Settings, database: Database) -> Terminal:
    return Terminal(settings, database)


def import_line(path: Path, *more: str) -> list[str]:
    about = ["--source", "OSM", "--licence", "ODbL", "--kind", "community"]
    return ["places", "import", str(path), "--branch", "A001", *about, *more]


async def test_a_branch_is_added_at_the_terminal(terminal: Terminal, database: Database):
    position = ["--lon", "125.476504", "--lat", "43.782476", "--datum", "gcj02"]

    made = await run(terminal, ["branch", "add", "C001", "--name", "净月支行", *position])

    (branch,) = await rows(database, Branch)
    assert (made["code"], branch.name, branch.catchment_radius_m) == ("C001", "净月支行", 1500)
    assert made["lon"] == pytest.approx(125.47, abs=2e-5)


@pytest.mark.usefixtures("cast")
async def test_places_are_brought_in_at_the_terminal_and_a_dry_run_writes_nothing(
    terminal: Terminal, database: Database, tmp_path: Path
):
    path = tmp_path / "communities.geojson"
    path.write_bytes(geojson())

    dry = await run(terminal, import_line(path, "--dry-run"))
    nothing = await rows(database, Place) + await rows(database, PlaceImport)
    real = await run(terminal, import_line(path))
    again = await run(terminal, import_line(path))

    assert nothing == []
    assert (dry["new"], real["new"], again["new"], again["unchanged"]) == (1, 1, 0, 1)
    assert [item["ref"] for item in real["bad"]] == ["w2"]
    assert len(await rows(database, Place)) == 1


@pytest.mark.usefixtures("cast")
async def test_zhou_may_not_bring_in_places_at_the_terminal_either(
    terminal: Terminal, database: Database, tmp_path: Path
):
    path = tmp_path / "communities.geojson"
    path.write_bytes(geojson())

    with pytest.raises(NotAllowed):
        await run(terminal, import_line(path, "--as", "zhou"))
    with pytest.raises(InvalidInput):
        await run(terminal, import_line(path, "--as", "bo"))
    assert await rows(database, Place) == []
