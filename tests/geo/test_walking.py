"""Walks on streets drawn by hand, in metres of a plane, whose lengths are known; then a real town."""

import csv
import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import LonLat
from geo.catchment import bands
from geo.errors import CatchmentError
from geo.plane import Plane
from geo.streets import OFF_STREET_M, street_graph
from geo.walking import reachable_share, walking_areas, walking_minutes
from tests.geo.shapes import HOME

PLANE = Plane(HOME)


def line(*corners):
    """A street through corners in metres from home, in degrees."""
    return shapely.LineString(np.column_stack(PLANE.inverse(*np.array(corners, float).T)))


def at(x, y):
    return LonLat(*(float(v) for v in PLANE.inverse(x, y)))


def metres(roads, origin, *points):
    """Return the walk to each point, in metres rounded to the centimetre."""
    lon, lat = PLANE.inverse(*np.array(points, float).T)
    found = walking_minutes(roads, at(*origin), lon, lat, speed_m_per_min=1)
    return [None if np.isnan(v) else round(float(v), 2) for v in found]


def town(side=100, count=6):
    """Streets every 100 m both ways, with a corner at every crossing."""
    steps = np.arange(-count, count + 1) * side
    return [line(*[(x, y) for y in steps]) for x in steps] + [
        line(*[(x, y) for x in steps]) for y in steps
    ]


def test_in_a_grid_the_walk_is_east_plus_north():
    assert metres(town(), (0, 0), (300, 0), (300, 200), (-100, 400), (0, 0)) == [300, 500, 500, 0]


def test_the_way_to_the_street_and_along_it_counts():
    assert metres(town(), (0, 0), (300, 30), (250, 20), (140, -40)) == [330, 270, 180]
    assert metres(town(), (20, 40), (20, 140)) == [140]


def test_two_places_on_one_piece_of_street_are_joined_by_it():
    street = [line((0, 0), (1000, 0))]
    assert metres(street, (200, 5), (300, 5), (200, -5), (900, 0)) == [110, 10, 705]


def test_the_shorter_of_two_ways_round_is_taken():
    loop = [line((0, 0), (400, 0), (400, 100), (0, 100), (0, 0))]
    assert metres(loop, (0, 50), (400, 50), (100, 100), (100, 0)) == [500, 150, 150]


def test_a_bridge_over_a_street_is_no_crossing():
    below, bridge = line((-300, 0), (300, 0)), line((0, -300), (0, 300))
    assert metres([below, bridge], (-100, 0), (0, 250), (100, 0)) == [None, 200]
    joined = line((-300, 0), (0, 0), (300, 0)), line((0, -300), (0, 0), (0, 300))
    assert metres(joined, (-100, 0), (0, 250)) == [350]


def test_two_streets_along_the_same_corners_are_one():
    street = line((0, 0), (100, 0), (200, 0))
    assert metres([street, street, shapely.reverse(street)], (0, 0), (200, 0)) == [200]


def test_an_end_within_a_metre_of_a_corner_meets_it():
    main, side = line((0, 0), (100, 0), (200, 0)), line((100.6, 0.5), (100, 90))
    (found,) = metres([main, side], (0, 0), (100, 90))
    assert found == pytest.approx(100 + np.hypot(0.6, 89.5), abs=0.7)
    farther = line((100, 3), (100, 90))
    assert metres([main, farther], (0, 0), (100, 90)) == [None]


def test_corners_that_are_no_ends_are_not_drawn_together():
    lower, upper = line((-50, 0), (0, 0), (50, 0)), line((-50, 90), (0, 0.4), (50, 90))
    assert metres([lower, upper], (-50, 0), (50, 90)) == [None]


def test_beyond_a_gap_and_far_from_any_street_there_is_no_way():
    west, east = line((0, 0), (100, 0)), line((300, 0), (400, 0))
    off = OFF_STREET_M
    assert metres([west, east], (0, 0), (350, 10), (50, off - 1), (50, off + 1)) == [
        None,
        50 + off - 1,
        None,
    ]
    assert reachable_share([west, east], at(0, 0)) == pytest.approx(0.5, abs=1e-6)


def test_a_place_that_is_missing_takes_forever():
    lon, lat = [HOME.lon, np.nan, HOME.lon], [HOME.lat, HOME.lat, np.inf]
    found = walking_minutes(town(), HOME, lon, lat)
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert np.isnan(found[1:]).all()


def test_eighty_metres_take_a_minute_and_the_pace_can_be_set():
    there = at(0, 400)
    assert walking_minutes(town(), HOME, there.lon, there.lat) == pytest.approx(5)
    assert walking_minutes(town(), HOME, there.lon, there.lat, 50) == pytest.approx(8)


def test_streets_of_several_parts_and_empty_ones_are_read():
    parts = shapely.MultiLineString([line((0, 0), (100, 0)), line((100, 0), (100, 50))])
    assert metres([parts, None, shapely.LineString()], (0, 0), (100, 50)) == [150]


def test_a_prepared_graph_gives_the_same_answers():
    graph = street_graph(town())
    assert metres(graph, (10, 0), (300, 200)) == metres(town(), (10, 0), (300, 200))


@given(st.integers(0, 10_000))
@settings(max_examples=12)
def test_ways_are_those_of_another_shortest_path_program(seed):
    """Random webs of straight streets against networkx, at their corners."""
    import networkx as nx

    random = np.random.default_rng(seed)
    corners = random.uniform(-800, 800, (25, 2))
    pairs = [tuple(pair) for pair in random.integers(0, 25, (30, 2)) if pair[0] != pair[1]]
    web = nx.Graph()
    for a, b in pairs:
        web.add_edge(a, b, weight=float(np.hypot(*(corners[a] - corners[b]))))
    start = pairs[0][0]
    truth = nx.single_source_dijkstra_path_length(web, start)
    ends = sorted(web)
    found = metres([line(corners[a], corners[b]) for a, b in pairs], corners[start], *corners[ends])
    for end, way in zip(ends, found, strict=True):
        if end in truth:  # elsewhere the nearest street may be another one that crosses there
            assert way == pytest.approx(truth[end], abs=0.05)


def test_areas_of_a_grid_are_diamonds_that_hold_each_other():
    small, large = walking_areas(town(count=8), HOME, minutes=(5, 8))
    assert large.contains(small)
    for area, reach in ((small, 400), (large, 640)):
        assert PLANE.flatten(area).area == pytest.approx(2 * reach**2, rel=0.08)


@pytest.mark.parametrize("minutes", [3.0, 8.0])
def test_a_place_is_in_the_area_when_its_walk_is_short_enough(minutes):
    roads = [*town()[:-2], line((0, 250), (500, 480), (520, -300))]
    (area,) = walking_areas(roads, HOME, minutes=(minutes,))
    x, y = np.random.default_rng(1).uniform(-700, 700, (2, 3000))
    lon, lat = PLANE.inverse(x, y)
    within = walking_minutes(roads, HOME, lon, lat) <= minutes
    points = shapely.points(x, y)
    flat = PLANE.flatten(area)
    clear = shapely.distance(shapely.boundary(flat), points) > 10
    assert clear.mean() > 0.8
    assert (flat.contains(points) == within)[clear].all()


def test_what_is_across_the_river_is_reached_by_the_bridge_only():
    banks = [line((-500, 0), (0, 0), (500, 0)), line((-500, 60), (0, 60), (500, 60))]
    (without,) = walking_areas(banks, HOME, minutes=(5,))
    assert not without.covers(shapely.Point(*PLANE.inverse(0, 60)))
    (area,) = walking_areas([*banks, line((0, 0), (0, 60))], HOME, minutes=(5,))
    assert area.covers(shapely.Point(*PLANE.inverse(-300, 65)))


def test_a_walk_too_short_to_reach_the_street_covers_no_ground():
    (area,) = walking_areas([line((0, 100), (500, 100))], HOME, minutes=(1,))
    assert area.is_empty


@pytest.mark.parametrize("minutes", [(), (5, 5), (10, 5), (0, 5), (float("nan"),)])
def test_minutes_that_do_not_grow_are_refused(minutes):
    with pytest.raises(CatchmentError, match="make no areas"):
        walking_areas(town(), HOME, minutes)


@pytest.mark.parametrize("speed", [0, -80, float("nan"), float("inf")])
def test_a_pace_nobody_walks_is_refused(speed):
    with pytest.raises(CatchmentError, match="Nobody walks"):
        walking_minutes(town(), HOME, HOME.lon, HOME.lat, speed)
    with pytest.raises(CatchmentError, match="Nobody walks"):
        walking_areas(town(), HOME, speed_m_per_min=speed)


def test_a_branch_far_from_every_street_is_refused():
    with pytest.raises(CatchmentError, match="No street lies within 200 m"):
        walking_areas(town(), at(0, 900))


@pytest.mark.parametrize("roads", [[], [None], [shapely.LineString()]])
def test_without_streets_nobody_walks(roads):
    with pytest.raises(CatchmentError, match="no streets"):
        walking_areas(roads, HOME)


def test_a_layer_of_polygons_is_no_layer_of_streets():
    with pytest.raises(CatchmentError, match="one of them is a Polygon"):
        street_graph([line((0, 0), (1, 1)), shapely.box(0, 0, 1, 1)])


@pytest.fixture(scope="module")
def nanshan(shared):
    root = shared / "shenzhen_nanshan_osm"
    features = json.loads((root / "layers/roads.geojson").read_text(encoding="utf-8"))["features"]
    roads = np.array([shapely.geometry.shape(f["geometry"]) for f in features])
    points, answers = (
        list(csv.DictReader((root / f"truth/{name}.csv").read_text("utf-8").splitlines()))
        for name in ("points", "answers")
    )
    lon, lat = (np.array([float(row[name]) for row in points]) for name in ("lon", "lat"))
    return street_graph(roads), lon, lat, np.array([float(row["dist_m"]) for row in answers])


def test_in_shenzhen_walks_are_a_third_longer_than_the_crow_flies(nanshan):
    streets, lon, lat, straight = nanshan
    walk = walking_minutes(streets, HOME, lon, lat) * 80
    known = np.isfinite(walk) & (straight > 200)
    detour = walk[known] / straight[known]
    assert np.isfinite(walk).mean() > 0.85
    assert detour.min() > 1 - 1e-6
    assert 1.2 < np.median(detour) < 1.5
    assert np.quantile(detour, 0.95) < 2.2


def test_in_shenzhen_areas_grow_with_the_minutes_and_nearly_all_streets_hang_together(nanshan):
    streets, *_ = nanshan
    areas = walking_areas(streets, HOME)
    disc = np.pi * (np.array([5, 10, 15]) * 80) ** 2
    share = shapely.area(PLANE.flatten_all(np.array(areas))) / disc
    assert ((share > 0.3) & (share < 0.7)).all()
    assert sum(PLANE.flatten(band).area for band in bands(areas)) == pytest.approx(
        PLANE.flatten(areas[-1]).area
    )
    assert reachable_share(streets, HOME) > 0.95
