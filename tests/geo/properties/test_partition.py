"""The cells of an area are a partition of it, whatever their kind."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import HexSpec, LonLat, SquareSpec, circle, spec_from_dict, tessellate
from tests.geo.properties.kinds import SPECS, flat, ground_of, hard_areas, kinds
from tests.geo.shapes import HOME, areas


@settings(max_examples=60)
@given(hard_areas(), kinds)
def test_cells_fill_the_area_and_no_ground_is_in_two(area, spec):
    cells = tessellate(area, spec)
    shapes, ground = flat(cells), ground_of(cells)
    assert cells.area_m2.sum() == pytest.approx(ground.area, rel=1e-9)
    assert cells.area_m2 == pytest.approx(shapely.area(shapes), rel=1e-12)
    assert (cells.area_m2 > 0).all()
    assert twice(shapes) <= 1e-9 * ground.area
    assert shapely.is_valid(shapes).all()


def twice(shapes):
    """How much ground lies in two shapes."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    both = shapely.intersection(shapes[one[pairs]], shapes[other[pairs]], grid_size=1e-9)
    return shapely.area(both).sum()


@given(hard_areas(), kinds)
def test_shapes_in_degrees_are_the_shapes_on_the_plane(area, spec):
    cells = tessellate(area, spec)
    back = cells.tiling.plane.flatten_all(cells.frame.geometry.to_numpy())
    assert shapely.equals_exact(back, flat(cells), tolerance=1e-5).all()
    assert (shapely.get_num_coordinates(back) == shapely.get_num_coordinates(flat(cells))).all()


@given(hard_areas(), kinds)
def test_ids_are_unique_and_come_in_one_order(area, spec):
    cells = tessellate(area, spec)
    again = tessellate(shapely.reverse(area), spec)
    assert len(set(cells.ids)) == len(cells)
    assert cells.ids.tolist() == again.ids.tolist()
    assert cells.area_m2 == pytest.approx(again.area_m2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["squares", "hexagons", "quarters", "sites"])
def test_neighbours_share_their_corners_bit_by_bit(name, area):
    cells = tessellate(area, SPECS[name])
    assert shapely.coverage_is_valid(cells.frame.geometry.to_numpy())


@pytest.mark.parametrize("name", SPECS)
def test_a_stored_plan_is_drawn_again_without_loss(name, area):
    cells = tessellate(area, SPECS[name])
    again = tessellate(shapely.from_wkb(shapely.to_wkb(area)), spec_from_dict(cells.spec.to_dict()))
    assert again == cells
    assert hash(again) == hash(cells)
    assert again.ids.tolist() == cells.ids.tolist()
    assert (again.area_m2 == cells.area_m2).all()
    assert shapely.equals_exact(again.frame.geometry, cells.frame.geometry, tolerance=0).all()


@given(areas(), kinds, st.floats(0.001, 0.01))
def test_cells_that_stay_whole_stay_the_same_when_the_area_changes(area, spec, step):
    """With an origin of their own: without one, it is the area that says where cells lie."""
    if getattr(spec, "origin", HOME) is None:
        return
    one = tessellate(area, spec)
    other = tessellate(circle(LonLat(HOME.lon + step, HOME.lat), 700), spec)
    for cell_id in sorted(set(whole(one)) & set(whole(other))):
        assert whole(one)[cell_id].equals_exact(whole(other)[cell_id], 1e-11)


def whole(cells):
    """The cells well inside the area, in degrees, by id."""
    inside = shapely.within(flat(cells), ground_of(cells).buffer(-1))
    return dict(zip(cells.ids[inside], cells.frame.geometry.to_numpy()[inside], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("spec", [SquareSpec(25, HOME), HexSpec(16, HOME)], ids=["sq", "hex"])
def test_a_hundred_thousand_cells_are_a_partition(spec):
    """With a hole, an island in the hole, and an island beside it."""
    middle = LonLat(HOME.lon + 0.01, HOME.lat)
    area = circle(HOME, 4500).difference(circle(middle, 700)).union(circle(middle, 300))
    area = area.union(circle(LonLat(HOME.lon + 0.06, HOME.lat), 900))
    cells = tessellate(area, spec)
    ground = ground_of(cells)
    assert shapely.get_num_geometries(area) == 3
    assert len(cells) > 90_000
    assert len(np.unique(cells.ids)) == len(cells)
    assert cells.area_m2.sum() == pytest.approx(ground.area, rel=1e-12)
    assert shapely.area(flat(cells)).sum() == pytest.approx(ground.area, rel=1e-9)
