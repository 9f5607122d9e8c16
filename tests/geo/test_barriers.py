"""Rivers and motorways between cells, and the bridges over them."""

import pytest
import shapely

from geo import SquareSpec, circle, tessellate
from geo.neighbors import neighbors
from tests.geo.shapes import HOME, to_degrees
from tests.geo.test_neighbors import beside

A, B = "sq:250:0:0", "sq:250:1:0"


@pytest.fixture(scope="module")
def cells():
    """Squares of 250 m; the border between A and B runs north at x = 125."""
    return tessellate(circle(HOME, 900), SquareSpec(250, HOME))


def line(*places):
    """A line of the plane in degrees."""
    return to_degrees(shapely.LineString(places))


def apart(cells, barriers, bridges=None):
    """The pairs that are no longer neighbours, each once."""
    before, after = neighbors(cells), neighbors(cells, barriers, bridges)
    both = before.merge(after, how="left", indicator=True, on=["cell_id", "neighbor_id"])
    lost = both[both["_merge"] == "left_only"]
    return {(a, b) for a, b in zip(lost.cell_id, lost.neighbor_id, strict=True) if a < b}


def test_without_a_barrier_nobody_is_kept_apart(cells):
    assert apart(cells, []) == set()
    assert apart(cells, [line((5000, 0), (6000, 0))]) == set()


@pytest.mark.parametrize("off", [0.0, 1.0, -3.0, 15.0])
def test_a_river_along_a_border_keeps_the_cells_apart(cells, off):
    river = line((125 + off, -125 - 30), (125 + off, 125 + 30))
    assert apart(cells, [river]) == {(A, B)}


def test_a_river_that_winds_around_a_border_keeps_the_cells_apart(cells):
    winding = [(125 + 30 * (-1) ** n, -165 + 30 * n) for n in range(12)]
    assert apart(cells, [line(*winding)]) == {(A, B)}


def test_a_river_further_within_leaves_ground_on_both_sides(cells):
    """B is on both banks: a quarter of it and more lies on the bank of A."""
    assert apart(cells, [line((125 + 80, -155), (125 + 80, 155))]) == set()


def test_a_river_that_ends_half_way_can_be_walked_around(cells):
    assert apart(cells, [line((125, -155), (125, 0))]) == set()


def test_a_river_across_a_border_leaves_both_banks_connected(cells):
    assert apart(cells, [line((-100, 10), (350, 10))]) == set()


def test_corners_that_rivers_cut_off_do_not_connect_cells(cells):
    """On the far bank A and B touch, but have a tenth of their ground there."""
    rivers = [line((-130, 100), (380, 100)), line((125, -155), (125, 100))]
    assert apart(cells, rivers) == {(A, B), (A, "sq:250:0:1"), (B, "sq:250:1:1")}


def test_a_cell_in_many_parts_is_where_its_largest_part_is(cells):
    """None of the five has a quarter of it; the largest is in the north."""
    stripes = [line((-200, y), (200, y)) for y in (-80, -30, 20, 70)]
    assert apart(cells, stripes) == {("sq:250:0:-1", A)}


def test_a_bridge_connects_the_cells_on_both_ends_and_no_others(cells):
    river = line((125, -2000), (125, 2000))
    bridge = line((90, 250), (160, 250))
    before = apart(cells, [river])
    assert len(before) == 9
    assert before - apart(cells, [river], [bridge]) == {("sq:250:0:1", "sq:250:1:1")}


def test_a_bridge_that_ends_on_the_barrier_connects_nothing(cells):
    river = line((125, -155), (125, 155))
    assert apart(cells, [river], [line((90, 0), (124, 0))]) == {(A, B)}


def test_a_bridge_within_a_cell_makes_it_one_again(cells):
    """The river cuts off the strip of B along A; the bridge leads from there to the rest of B."""
    river = line((125 + 30, -155), (125 + 30, 155))
    assert apart(cells, [river]) == {(A, B)}
    assert apart(cells, [river], [line((140, 0), (180, 0))]) == set()


def test_a_lake_takes_its_ground_and_may_take_all(cells):
    lake = to_degrees(shapely.box(100, -150, 150, 150))
    assert apart(cells, [lake]) == {(A, B)}
    sea = circle(HOME, 5000)
    assert neighbors(cells, [sea]).empty


def test_barriers_may_come_in_several_parts(cells):
    parts = shapely.MultiLineString(
        [[(125, -155), (125, 10)], [(125, 10), (125, 155)], [(0, 0), (10, 0)]]
    )
    assert apart(cells, [to_degrees(parts)]) == {(A, B)}


def test_the_border_keeps_its_length(cells):
    river = line((125 - 80, -155), (125 - 80, 155))
    pairs = neighbors(cells, [river])
    assert beside(pairs, A)[B] == 250


def test_a_bridge_over_water_that_is_in_no_cell_connects_its_banks():
    banks = [shapely.box(-300, -100, -60, 100), shapely.box(60, -100, 300, 100)]
    cells = tessellate(to_degrees(shapely.union_all(banks)), SquareSpec(50, HOME))
    bridge = line((-170, 5), (170, 5))
    near = "sq:50:-1:0", "sq:50:1:0"
    assert near[1] not in beside(neighbors(cells), near[0])
    pairs = neighbors(cells, bridges=[bridge])
    assert len(pairs) == len(neighbors(cells)) + 2
    assert beside(pairs, near[0])[near[1]] == beside(pairs, near[1])[near[0]] == 0
    assert pairs.equals(neighbors(cells, [], [bridge]))


def test_a_bridge_between_neighbours_adds_no_pair(cells):
    assert neighbors(cells, bridges=[line((-400, 3), (400, 3))]).equals(neighbors(cells))


def test_a_bridge_elsewhere_adds_no_pair(cells):
    far = line((5000, 3), (5400, 3))
    assert neighbors(cells, bridges=[far]).equals(neighbors(cells))
