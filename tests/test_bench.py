"""Every benchmark, on sizes so small that its figures say nothing: it runs, and checks itself."""

import json
from functools import partial
from pathlib import Path

import pytest

import bench
from bench import __main__ as all_of_them
from bench import cells, draw, imports, place, postgis, segments, tessellation, web


def test_all_benchmarks_are_run_by_the_one_command():
    modules = Path(bench.__file__).parent.glob("*.py")
    runnable = {path.stem for path in modules if "\ndef run(" in path.read_text()}
    assert set(all_of_them.ALL) == runnable


def test_the_command_prints_one_json_document(monkeypatch, capsys):
    small = partial(place.run, points=200, radius_m=500, polygons=5, rounds=1)
    monkeypatch.setattr(place, "run", small)
    all_of_them.main(["place"])
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"machine", "place"}


def test_points_are_placed_as_geopandas_places_them():
    found = place.run(points=2_000, radius_m=800, polygons=20, rounds=1)
    assert all(each["different_answers"] == 0 for each in found.values())


def test_cells_are_cut_as_geopandas_cuts_them():
    found = tessellation.run(cells=300, radius_m=800, h3_radius_m=400, rounds=1)
    assert all(found[kind]["area_error"] < 1e-9 for kind in ("square", "hexagon"))


def test_a_peer_that_is_not_installed_is_missing(monkeypatch):
    monkeypatch.setattr(postgis, "_EXTENSION", "nowhere")
    monkeypatch.setattr(tessellation.importlib.util, "find_spec", lambda _name: None)
    found = tessellation.run(cells=100, radius_m=500, h3_radius_m=300, rounds=1)
    assert found["square"]["times_faster"]["than_postgis"] == "peer missing"
    assert found["h3_10"]["times_faster"]["than_tobler_h3fy"] == "peer missing"


def test_households_are_taken_in_once_and_each_lies_in_its_cell():
    found = imports.run(rows=300, side_m=4_000, runs=1)
    assert found["new"] + found["merged"] + found["duplicates"] + found["bad_rows"] == 300
    assert found["again"] == {"new": 0, "changed": 0, "same": found["new"]}
    assert found["cells_checked_by_shape"] == found["new"] - found["unplaced"] > 0


def test_without_the_public_file_the_households_are_invented(monkeypatch, tmp_path):
    monkeypatch.setenv("GRIDCRM_SHARED", str(tmp_path))
    found = imports.run(rows=50, side_m=4_000, runs=1)
    assert found["source"].startswith("invented")
    assert found["new"] == 50


def test_a_segment_is_counted_alike_by_us_by_hand_and_by_arithmetic():
    found = segments.run(customers=5_000, side_m=4_000, runs=1)
    assert found["found"] > 0


def test_the_map_that_leaves_the_server_is_the_one_that_is_stored():
    found = cells.run(side_m=4_000, customers=400, runs=1)
    assert found["api_cells_with_numbers"]["gzip_bytes"] > 0
    assert found["map_outlines_not_modified"]["bytes"] == 0


@pytest.mark.browser
def test_our_canvas_shows_the_colours_that_leaflet_shows(chromium):
    found = draw.run(side_m=2_000, runs=1, chromium=chromium.browser_type)
    assert found["squares"]["cells"] > 100
    assert found["hexagons"]["outlines_gzip_bytes"] < found["hexagons"]["geojson_gzip_bytes"]


@pytest.mark.slow
def test_a_rush_fills_the_seats_and_no_more():
    found = web.run(registrations=12, requests=2, seats=5)
    assert found["registrations"]["confirmed"] == 5
    assert found["registrations"]["waitlisted"] == 7
