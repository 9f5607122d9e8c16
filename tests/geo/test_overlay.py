"""What shapes have in common where their borders nearly coincide."""

import numpy as np
import pytest
import shapely

from geo.tessellate.overlay import common, common_m2, union, without

# two shapes side by side; a corner of the first lies on the border of the second, but for rounding
ONE = shapely.Polygon(
    [
        (259.8577365485956, -340.1399249178752),
        (259.8531647741606, -69.17826554240759),
        (359.68584738962824, 30.630632543692858),
        (449.9999916356499, -149.9976626821557),
    ]
)
OTHER = shapely.Polygon(
    [
        (259.8481117529298, 230.30611126097196),
        (259.8577365485956, -340.1399249178752),
        (25.725766869298486, -574.2719033996925),
        (-449.9999916343412, -149.9976626821557),
        (108.44930728625634, 533.1037314825845),
    ]
)
BOX = shapely.box(0, 0, 10, 10)


def pair(one, other):
    return np.array([one]), np.array([other])


def test_shapes_side_by_side_have_nothing_in_common():
    assert common_m2(*pair(ONE, OTHER))[0] == pytest.approx(0, abs=1e-6)
    assert without(ONE, OTHER).area == pytest.approx(ONE.area, rel=1e-9)
    assert union(np.array([ONE, OTHER])).area == pytest.approx(ONE.area + OTHER.area, rel=1e-9)


def test_shapes_that_cross_in_the_open_are_measured_as_they_are():
    assert common_m2(*pair(BOX, shapely.box(5, 5, 20, 20))).tolist() == [25]


def test_borders_that_are_shared_beside_ground_are_left_out():
    hook = shapely.union_all([shapely.box(10, 0, 20, 10), shapely.box(5, 10, 20, 15)])
    hook = hook.union(shapely.box(8, 8, 20, 12))
    both = common(*pair(BOX, hook))[0]
    assert both.geom_type == "MultiPolygon"
    assert both.area == pytest.approx(4)
    assert common(*pair(BOX, shapely.box(10, 0, 20, 10)))[0].geom_type == "LineString"


def test_pairs_may_be_given_as_a_table():
    table = common_m2(*np.meshgrid(np.array([BOX, ONE]), np.array([BOX, OTHER]), indexing="ij"))
    assert table.shape == (2, 2)
    assert table[0, 0] == 100
    assert table[1, 1] == pytest.approx(0, abs=1e-6)
