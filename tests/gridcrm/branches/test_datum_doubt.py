"""Positions in a datum other than the declared one: seen before anything is written, or not said."""

import json
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter

import httpx
import numpy as np
import pytest
import shapely
from sqlmodel import col, select

from geo import Datum, convert
from gridcrm.branches import datum_doubt
from gridcrm.branches.cli import COMMANDS
from gridcrm.branches.models import Place, PlaceImport, PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.core.terminal import Terminal
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.ground import houses

EVERY = list(Datum)
ABOUT = {"source": "AMap", "licence": "own", "kind": "merchant"}


@pytest.fixture
async def homes(database: Database, cast: Cast) -> datum_doubt.Points:
    """The middles of the houses around branch A, in WGS 84."""
    known = houses(cast.a)
    points = np.array([(house.lon, house.lat) for house in known])
    async with database.transaction() as session:
        session.add_all(known)
    return points


def shifted(points: datum_doubt.Points, datum: Datum) -> datum_doubt.Points:
    return np.column_stack(convert(*points.T, Datum.WGS84, datum))


@pytest.mark.parametrize("said", EVERY)
@pytest.mark.parametrize("really", EVERY)
async def test_a_wrong_datum_is_doubted_with_numbers_and_a_right_one_is_not(
    said: Datum, really: Datum, database: Database, cast: Cast, homes: datum_doubt.Points
):
    async with database.read() as session:
        found = await datum_doubt.doubts(session, cast.a.id, {said: shifted(homes, really)})

    if said is really:
        assert found == []
        return
    (doubt,) = found
    assert (doubt.said, doubt.found, doubt.positions) == (said, really, len(homes))
    assert doubt.near_found == doubt.compared > 3 * doubt.near_said


async def test_a_hundred_samples_of_a_right_file_give_no_false_alarm(
    database: Database, cast: Cast, homes: datum_doubt.Points
):
    random = np.random.default_rng(7)
    async with database.read() as session:
        for n in range(100):
            at = random.choice(len(homes), random.integers(1, len(homes)), replace=False)
            astray = random.normal(0, 1e-4, (len(at), 2))
            said = EVERY[n % 3]
            given = {said: shifted(homes[at] + astray, said)}
            assert await datum_doubt.doubts(session, cast.a.id, given) == []


async def test_few_points_strewn_points_and_points_elsewhere_give_no_warning(
    database: Database, cast: Cast, homes: datum_doubt.Points
):
    random = np.random.default_rng(8)
    few = shifted(homes[:7], Datum.GCJ02)
    strewn = homes.mean(axis=0) + random.uniform(-0.015, 0.015, (400, 2))
    elsewhere = shifted(homes + 1.5, Datum.GCJ02)
    async with database.read() as session:
        for points in (few, strewn, elsewhere, homes[:0]):
            given = {Datum.WGS84: points}
            assert await datum_doubt.doubts(session, cast.a.id, given) == []


async def test_places_of_another_branch_bear_no_witness(
    database: Database, cast: Cast, homes: datum_doubt.Points
):
    async with database.read() as session:
        given = {Datum.WGS84: shifted(homes, Datum.GCJ02)}
        assert await datum_doubt.doubts(session, cast.b.id, given) == []


async def test_fifty_thousand_positions_are_judged_within_a_second(
    database: Database, cast: Cast, homes: datum_doubt.Points
):
    many = np.tile(shifted(homes, Datum.BD09), (170, 1)) + np.linspace(0, 1e-5, 51_000)[:, None]
    async with database.read() as session:
        start = perf_counter()
        (doubt,) = await datum_doubt.doubts(session, cast.a.id, {Datum.GCJ02: many})
        took_s = perf_counter() - start

    assert (doubt.found, doubt.positions) == (Datum.BD09, 51_000)
    assert doubt.compared <= 2000
    assert took_s < 1


def geojson(points: datum_doubt.Points) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": f"p{n}",
            "properties": {"name": f"店{n}"},
            "geometry": shapely.geometry.mapping(shapely.Point(at)),
        }
        for n, at in enumerate(points)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


async def send(browser: Browser, content: bytes, **form: str) -> str:
    answer = await browser.post(
        "/admin/places/new", data=ABOUT | form, files={"file": ("shops.geojson", content)}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def answer(browser: Browser, path: str, said: str, datum: str) -> httpx.Response:
    return await browser.post_form(f"{path}/datum", said=said, datum=datum)


async def shops(database: Database) -> list[Place]:
    async with database.read() as session:
        query = select(Place).where(Place.kind == PlaceKind.MERCHANT)
        return list(await session.exec(query.order_by(col(Place.id))))


@pytest.fixture
async def path(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: datum_doubt.Points
) -> str:
    """The check of a file that is in GCJ-02, and is said to be in WGS 84."""
    await seat(database, browser, cast.hang, clock.now)
    return await send(browser, geojson(shifted(homes, Datum.GCJ02)), datum="wgs84")


async def test_hang_is_warned_before_anything_is_written_and_has_to_answer(
    path: str, browser: Browser, database: Database
):
    page = await browser.get(path)
    refused = await browser.post(f"{path}/commit")

    assert "These 300 positions look like GCJ-02 (AMap, Tencent)" in page.text
    assert "Read them as GCJ-02" in page.text
    assert "Keep WGS-84" in page.text
    assert "Bring in" not in page.text.partition("</h1>")[2].partition("</main>")[0]
    assert refused.status_code == 409
    assert await shops(database) == []


async def test_hang_takes_the_other_datum_with_one_click_and_the_shops_stand_in_the_houses(
    path: str, browser: Browser, database: Database, homes: datum_doubt.Points
):
    await answer(browser, path, "wgs84", "gcj02")
    page = await browser.get(path)
    await browser.post(f"{path}/commit")

    assert "positions look like" not in page.text
    assert "are read as GCJ-02" in page.text
    found = np.array([(shop.lon, shop.lat) for shop in await shops(database)])
    assert np.abs(found - homes).max() < 1e-8
    assert {shop.source for shop in await shops(database)} == {"AMap"}


async def test_hang_may_keep_what_the_file_says(path: str, browser: Browser, database: Database):
    await answer(browser, path, "wgs84", "wgs84")
    page = await browser.get(path)
    done = await browser.post(f"{path}/commit")

    assert "Bring in 300 places" in page.text
    assert "The positions are kept in WGS-84" in page.text
    assert (done.status_code, len(await shops(database))) == (303, 300)


async def test_a_right_file_is_taken_in_without_a_question(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: datum_doubt.Points
):
    await seat(database, browser, cast.hang, clock.now)
    path = await send(browser, geojson(shifted(homes, Datum.GCJ02)), datum="gcj02")

    assert "Is the datum right?" not in (await browser.get(path)).text
    assert (await browser.post(f"{path}/commit")).status_code == 303


async def test_a_doubt_that_comes_up_after_the_check_is_asked_before_the_file_is_taken_in(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    known = houses(cast.a)
    points = np.array([(house.lon, house.lat) for house in known])
    await seat(database, browser, cast.hang, clock.now)
    path = await send(browser, geojson(shifted(points, Datum.GCJ02)), datum="wgs84")
    before = (await browser.get(path)).text
    async with database.transaction() as session:
        session.add_all(known)

    sent_back = await browser.post(f"{path}/commit")
    asked = (await browser.get(path)).text
    again = await browser.post(f"{path}/commit")

    assert "Is the datum right?" not in before
    assert (sent_back.status_code, sent_back.headers["location"]) == (303, path)
    assert "Is the datum right?" in asked
    assert again.status_code == 409
    assert await shops(database) == []
    await answer(browser, path, "wgs84", "gcj02")
    await browser.post(f"{path}/commit")
    assert len(await shops(database)) == len(known)


async def test_what_the_file_replaces_is_no_witness_against_it(
    browser: Browser, database: Database, cast: Cast, clock: Clock, homes: datum_doubt.Points
):
    await seat(database, browser, cast.hang, clock.now)
    async with database.transaction() as session:
        for house in await session.exec(select(Place)):
            await session.delete(house)
    wrong = await send(browser, geojson(shifted(homes, Datum.GCJ02)), datum="wgs84")
    await browser.post(f"{wrong}/commit")

    again = await send(browser, geojson(shifted(homes, Datum.GCJ02)), datum="gcj02")

    assert "Is the datum right?" not in (await browser.get(again)).text
    assert (await browser.post(f"{again}/commit")).status_code == 303


async def test_bo_of_branch_b_cannot_answer_and_an_unknown_datum_is_refused(
    path: str, browser: Browser, database: Database, cast: Cast, clock: Clock
):
    wrong = await answer(browser, path, "wgs84", "mars")
    await seat(database, browser, cast.bo, clock.now)
    other = await answer(browser, path, "wgs84", "gcj02")

    assert (wrong.status_code, other.status_code) == (422, 404)
    async with database.read() as session:
        (kept,) = await session.exec(select(PlaceImport))
    assert (kept.datum, "answers" in kept.report) == (Datum.WGS84, False)


@pytest.mark.usefixtures("cast")
async def test_the_terminal_tells_the_doubt_and_does_as_it_was_told(
    settings: Settings, database: Database, tmp_path: Path, homes: datum_doubt.Points
):
    file = tmp_path / "shops.geojson"
    file.write_bytes(geojson(shifted(homes, Datum.GCJ02)))
    command = next(one for one in COMMANDS if one.name == "places import")
    parser = ArgumentParser()
    command.arguments(parser)
    line = ["--branch", "A001", "--source", "S", "--licence", "own", "--kind", "merchant"]
    terminal = Terminal(settings, database)

    dry = await command.run(terminal, parser.parse_args([str(file), *line, "--dry-run"]))
    done = await command.run(terminal, parser.parse_args([str(file), *line]))

    for made in (dry, done):
        assert "These 300 positions look like GCJ-02" in command.show(made)
    assert len(await shops(database)) == 300


@pytest.mark.usefixtures("cast")
async def test_the_terminal_answers_nothing_that_was_not_asked(
    settings: Settings, database: Database, tmp_path: Path, homes: datum_doubt.Points
):
    file = tmp_path / "shops.geojson"
    file.write_bytes(geojson(homes))
    command = next(one for one in COMMANDS if one.name == "places import")
    parser = ArgumentParser()
    command.arguments(parser)
    line = ["--branch", "A001", "--source", "S", "--licence", "own", "--kind", "merchant"]
    await command.run(Terminal(settings, database), parser.parse_args([str(file), *line]))

    async with database.read() as session:
        (kept,) = await session.exec(select(PlaceImport))
    assert kept.report["answers"] == {}
