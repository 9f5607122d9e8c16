"""Squares divided into quarters where people are."""

import json
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import (
    LonLat,
    QuadSpec,
    SquareSpec,
    assign,
    assign_codes,
    circle,
    spec_from_dict,
    tessellate,
)
from geo.errors import SpecError
from geo.plane import Plane
from geo.tessellate.border import Border
from geo.tessellate.grid import whole_cells
from geo.tessellate.quadtree import grow, read
from tests.geo.properties.kinds import flat, scattered, town
from tests.geo.shapes import HOME

PLANE = Plane(HOME)


def at(*places):
    """Points of the plane in degrees."""
    return PLANE.inverse(*np.array(places, dtype=float).T)


def people(count, x, y):
    return [(x, y)] * count


def plan(places, area=None, **how):
    spec = QuadSpec(at(*places), origin=HOME, **{"max_points": 3, "min_side_m": 100} | how)
    return tessellate(area or circle(HOME, 1200), spec)


def test_a_square_with_too_many_people_is_divided_and_one_with_just_enough_is_not():
    quarter = people(3, -190, -190)
    assert "quad:400:0:0:" in set(plan(quarter, top_side_m=400).ids)
    ids = set(plan([*quarter, (100, 100)], top_side_m=400).ids)
    assert {f"quad:400:0:0:{n}" for n in range(4)} < ids
    assert "quad:400:0:0:" not in ids
    assert "quad:400:1:0:" in ids


def test_quarters_are_counted_from_the_south_west_to_the_north_east():
    cells = plan(people(4, 10, 10), top_side_m=400)
    ids = assign(*at((-90, -90), (90, -90), (-90, 90), (90, 190), (10, 10)), cells)
    assert ids.tolist() == [
        "quad:400:0:0:0",
        "quad:400:0:0:1",
        "quad:400:0:0:2",
        "quad:400:0:0:32",
        "quad:400:0:0:30",
    ]


def test_no_square_is_smaller_than_the_floor_however_many_live_there():
    cells = plan(people(500, 10, 10), top_side_m=800)
    sides = np.sqrt(cells.area_m2[np.char.count(cells.ids.astype(str), "quad:800:0:0:") > 0])
    assert sides.min() == pytest.approx(100)
    assert assign(*at((10, 10)), cells).tolist() == ["quad:800:0:0:300"]


def test_the_branch_sits_in_the_middle_of_its_own_whole_square():
    cells = plan([(0, 0)], top_side_m=400)
    own = cells.frame.set_index("cell_id").geometry["quad:400:0:0:"]
    assert np.abs(shapely.get_coordinates(PLANE.flatten(own).centroid)).max() < 1e-6


@given(st.integers(20, 400), st.sampled_from([50, 80, 130]), st.integers(0, 3))
def test_no_cell_above_the_floor_holds_more_than_the_limit(most, side_m, seed):
    area = circle(HOME, 2500)
    lon, lat = (
        np.concatenate(pair) for pair in zip(town(), scattered(500, 900, seed), strict=True)
    )
    cells = tessellate(area, QuadSpec((lon, lat), max_points=most, min_side_m=side_m, origin=HOME))
    codes = assign_codes(lon, lat, cells)
    held = np.bincount(codes[codes >= 0], minlength=len(cells))
    deepest = np.array([len(cell_id.split(":")[-1]) == 4 for cell_id in cells.ids])
    assert (held[~deepest] <= most).all()


def test_every_division_was_needed():
    """Four quarters together hold more than the limit, or one of them was divided again."""
    lon, lat = town()
    cells = tessellate(circle(HOME, 9000), QuadSpec((lon, lat), max_points=100, origin=HOME))
    codes = assign_codes(lon, lat, cells)
    held = dict(zip(cells.ids, np.bincount(codes, minlength=len(cells)), strict=True))
    parents = {cell_id[:-1] for cell_id in held if not cell_id.endswith(":")}
    assert len(parents) > 10
    for parent in parents:
        assert sum(n for cell_id, n in held.items() if cell_id.startswith(parent)) > 100


def test_weights_count_instead_of_heads():
    households = [(-100, -100), (100, 100)]
    assert "quad:400:0:0:" in set(plan(households, top_side_m=400, weights=[1, 2]).ids)
    assert "quad:400:0:0:0" in set(plan(households, top_side_m=400, weights=[1, 2.5]).ids)


def test_the_order_of_the_people_changes_nothing():
    lon, lat = town()
    weight = np.random.default_rng(1).choice([0.1, 0.2, 0.3], len(lon))
    turn = np.random.default_rng(2).permutation(len(lon))
    one, other = (
        tessellate(
            circle(HOME, 2000),
            QuadSpec((lon[o], lat[o]), max_points=30, origin=HOME, weights=weight[o]),
        )
        for o in (np.arange(len(lon)), turn)
    )
    assert one.ids.tolist() == other.ids.tolist()
    assert one == other


def test_squares_stay_when_the_area_changes():
    spec = QuadSpec(town(), max_points=100, origin=HOME)
    small, large = (tessellate(circle(HOME, radius), spec) for radius in (1500, 2500))
    assert set(small.ids) < set(large.ids)


def test_a_plan_is_stored_and_shown_without_anybodys_place():
    lon, lat = town()
    cells = tessellate(circle(HOME, 2000), QuadSpec((lon, lat), max_points=100, origin=HOME))
    stored = json.dumps(cells.spec.to_dict())
    assert set(cells.spec.to_dict()) == {
        "kind", "max_points", "min_side_m", "top_side_m", "origin", "leaves"
    }  # fmt: skip
    assert cells.spec.points is None
    assert cells.spec.weights is None
    assert not [x for x in (*lon, *lat) if str(x) in stored]
    assert spec_from_dict(json.loads(stored)) == cells.spec
    assert "113.94" not in repr(QuadSpec((lon, lat)))


def test_a_spec_with_an_origin_can_be_stored_before_an_area_is_divided():
    spec = QuadSpec(town(), max_points=100, origin=HOME)
    assert tessellate(circle(HOME, 900), spec).spec == spec_from_dict(spec.to_dict())


def test_a_spec_without_an_origin_can_not_be_stored_before_an_area_is_divided():
    with pytest.raises(SpecError, match="it is the area that says where"):
        QuadSpec(town()).to_dict()


def test_where_nobody_lives_the_squares_stay_whole():
    cells = plan([(50_000, 50_000)], top_side_m=400)
    squares = tessellate(circle(HOME, 1200), SquareSpec(400, HOME))
    assert cells.ids.tolist() == [f"quad:400:{i.removeprefix('sq:400:')}:" for i in squares.ids]
    assert cells.area_m2 == pytest.approx(squares.area_m2)
    assert cells.spec.to_dict()["leaves"] == []


def test_squares_that_can_not_be_divided_at_all_are_plain_squares():
    cells = plan(people(9, 0, 0), min_side_m=400, top_side_m=400)
    assert "quad:400:0:0:" in set(cells.ids)


def test_the_squares_to_start_with_never_exceed_what_a_cell_may_be():
    assert QuadSpec(town(), min_side_m=10_000).top_side_m == 80_000


def test_somebody_without_a_place_counts_nowhere():
    spec = [QuadSpec(at(*people(3, 0, 0)), max_points=3, origin=HOME)]
    lon, lat = (np.append(part, np.nan) for part in at(*people(3, 0, 0)))
    spec.append(QuadSpec((lon, lat), max_points=3, origin=HOME))
    assert len({tessellate(circle(HOME, 2000), each).spec for each in spec}) == 1


def test_a_long_edge_has_the_corners_of_its_small_neighbours():
    cells = plan(people(20, 190, 10), top_side_m=400)
    shapes = dict(zip(cells.ids, flat(cells), strict=True))
    assert shapely.get_num_coordinates(shapes["quad:400:1:0:"]) > 5
    assert shapely.area(shapes["quad:400:1:0:"]) == pytest.approx(160_000)


def test_an_area_that_touches_itself_is_divided_as_well():
    ring = shapely.Polygon(
        [(0, 0), (900, 0), (900, 900), (0, 900)], [[(0, 0), (400, 200), (200, 400)]]
    )
    area = PLANE.unflatten_all(np.array([shapely.make_valid(ring)]))[0]
    cells = plan(people(20, 190, 190), area)
    assert cells.area_m2.sum() == pytest.approx(PLANE.flatten(area).area, rel=1e-9)


def test_a_walk_along_the_border_that_does_not_add_up_is_done_again(monkeypatch):
    honest = plan(people(20, 190, 190))
    module = sys.modules["geo.tessellate.quads"]
    real = module.border

    def wrong(area, grid):
        found = real(area, grid)
        return Border(found.cols, found.rows, whole_cells(grid, found.cols, found.rows))

    monkeypatch.setattr(module, "border", wrong)
    again = plan(people(20, 190, 190))
    assert again.ids.tolist() == honest.ids.tolist()
    assert again.area_m2 == pytest.approx(honest.area_m2)


def test_a_floor_too_low_for_a_large_area_still_finds_every_point():
    """More of the smallest squares than a sieve can hold: it is made of larger ones."""
    places = people(40, 5, 5)
    cells = plan(places, circle(HOME, 3000), min_side_m=1, top_side_m=1024)
    cells.tiling._finder._left = 0
    lon, lat = at((5, 5), (4, 5), (300, 300), (-2999, 0), (-3001, 0))
    codes = assign_codes(lon, lat, cells)
    few = plan(places, circle(HOME, 3000), min_side_m=1, top_side_m=1024)
    assert (codes == assign_codes(lon, lat, few)).all()
    assert (codes >= 0).tolist() == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"min_side_m": 0}, "side of 0 m"),
        ({"max_points": 0}, "at most 0"),
        ({"max_points": float("nan")}, "at most nan"),
        ({"max_points": "many"}, "at most 'many'"),
        ({"top_side_m": 300}, "Halving 300 m again and again never gives 100 m"),
        ({"top_side_m": 50}, "Halving 50 m"),
        ({"top_side_m": float("nan")}, "Halving nan m"),
        ({"top_side_m": 100 * 2**11}, "Halving"),
        ({"weights": [1, 2]}, "one number for each point"),
        ({"weights": [-1.0]}, "not below 0"),
        ({"weights": [float("nan")]}, "one number for each point"),
        ({"points": None}, "Give the points"),
        ({"leaves": ("0:0:0",)}, "Give the points"),
        ({"points": ([22.5], [113.9])}, "Point 1 has no place on the map: swapped"),
        ({"points": ([113.9, 113.9], [22.5, np.inf])}, "Point 2 has no place on the map: infinite"),
        ({"points": ([113.9, 113.9], [22.5])}, "Longitudes have the shape"),
    ],
)
def test_what_can_not_be_divided_is_refused_with_the_reason(how, reason):
    with pytest.raises(ValueError, match=reason):
        QuadSpec(**{"points": ([113.9], [22.5]), "min_side_m": 100} | how)


def test_an_area_with_too_many_squares_is_refused():
    with pytest.raises(SpecError, match="too small for this area"):
        tessellate(circle(HOME, 400_000), QuadSpec(([113.9], [22.5]), min_side_m=1, origin=HOME))


@pytest.mark.parametrize(
    "leaves",
    [
        ["0:0:0", "0:0:1", "0:0:2"],
        ["0:0:0", "0:0:1", "0:0:2", "0:0:3", "0:0:3"],
        ["0:0:0", "0:0:1", "0:0:2", "0:0:30"],
        ["0:0:1", "0:0:2", "0:0:3", "1:0:0"],
        ["0:0:0000000"],
        ["0:0:"],
        ["0:0:4"],
        ["999999999:0:0", "999999999:0:1", "999999999:0:2", "999999999:0:3"],
        ["nonsense"],
        [5],
    ],
)
def test_leaves_that_leave_a_gap_or_overlap_are_refused(leaves):
    stored = QuadSpec(([113.9], [22.5]), origin=LonLat(113.9, 22.5)).to_dict() | {"leaves": leaves}
    with pytest.raises(SpecError, match=r"quarters of|can't be read"):
        spec_from_dict(stored)


def test_leaves_in_another_order_are_the_same_plan():
    spec = tessellate(circle(HOME, 900), QuadSpec(town(), origin=HOME)).spec
    stored = spec.to_dict()
    assert len(stored["leaves"]) > 10
    assert spec_from_dict(stored | {"leaves": stored["leaves"][::-1]}) == spec


@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=1, max_size=60),
    st.integers(1, 5),
    st.integers(0, 4),
)
def test_a_tree_is_read_from_what_it_wrote(places, most, depth):
    cols, rows = np.array(places, dtype=np.int64).T
    tree = grow(depth, cols, rows, np.ones(len(cols)), most)
    again = read(depth, tree.leaves())
    assert again.leaves() == tree.leaves()
    assert (again.tops == tree.tops).all()
