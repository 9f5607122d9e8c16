"""What cells leave out, cover twice, or are too narrow for."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import PolygonSpec, SquareSpec, circle, tessellate
from geo.coverage import coverage
from tests.geo.shapes import HOME, to_degrees


def imported(area, *boxes):
    """Cells a, b, c … on the plane around the branch, in an area of the plane."""
    names = [f"{chr(ord('a') + n)}" for n in range(len(boxes))]
    shapes = [to_degrees(box) for box in boxes]
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326")
    ground = to_degrees(area)
    return tessellate(ground, PolygonSpec(frame, "name")), ground


def test_a_gap_is_told_with_its_ground_and_the_cells_around_it():
    cells, ground = imported(
        shapely.box(0, 0, 300, 100), shapely.box(0, 0, 100, 100), shapely.box(150, 0, 300, 100)
    )
    found = coverage(cells, ground)
    assert not found.is_partition
    assert found.gaps.cell_ids.tolist() == [("poly:a", "poly:b")]
    assert found.gaps.area_m2.tolist() == pytest.approx([5000], rel=1e-6)
    assert found.gaps.width_m.tolist() == pytest.approx([2 * 5000 / 300], rel=1e-6)
    assert found.gaps.crs == "EPSG:4326"
    middle = to_degrees(shapely.Point(125, 50))
    assert found.gaps.geometry[0].contains(middle)
    assert found.overlaps.empty


def test_an_overlap_is_told_with_both_cells():
    cells, ground = imported(
        shapely.box(0, 0, 200, 100),
        shapely.box(0, 0, 120, 100),
        shapely.box(110, 0, 200, 100),
        shapely.box(20, 20, 40, 40),
    )
    found = coverage(cells, ground)
    assert found.gaps.empty
    assert found.overlaps.cell_ids.tolist() == [("poly:a", "poly:b"), ("poly:a", "poly:c")]
    assert found.overlaps.area_m2.tolist() == pytest.approx([1000, 400], rel=1e-6)


def test_an_overlap_and_a_gap_of_the_same_size_are_both_told():
    cells, ground = imported(
        shapely.box(0, 0, 200, 100),
        shapely.box(0, 0, 110, 100),
        shapely.box(100, 0, 190, 100),
    )
    found = coverage(cells, ground)
    assert found.gaps.area_m2.tolist() == pytest.approx([1000], rel=1e-6)
    assert found.overlaps.area_m2.tolist() == pytest.approx([1000], rel=1e-6)


def test_what_rounding_leaves_is_no_gap_and_no_overlap():
    cells, ground = imported(
        shapely.box(0, 0, 200, 100),
        shapely.box(0, 0, 100.0004, 100),
        shapely.box(100, 0, 199.9997, 100),
    )
    assert coverage(cells, ground).is_partition


def test_a_larger_area_than_was_divided_has_a_gap_around():
    cells = tessellate(circle(HOME, 500), SquareSpec(250, HOME))
    found = coverage(cells, circle(HOME, 600))
    assert found.gaps.area_m2.tolist() == pytest.approx([np.pi * (600**2 - 500**2)], rel=1e-3)
    assert coverage(cells, circle(HOME, 400)).is_partition


def test_slivers_are_cells_or_parts_of_cells_that_are_too_narrow():
    ground = shapely.union_all([shapely.box(-100, -100, 128, 100), shapely.box(-100, 110, 50, 113)])
    area = to_degrees(ground)
    cells = tessellate(area, SquareSpec(250, HOME))
    found = coverage(cells, area)
    assert found.slivers.cell_ids.tolist() == [("sq:250:0:0",), ("sq:250:1:0",)]
    assert found.slivers.area_m2.tolist() == pytest.approx([450, 600], rel=1e-5)
    assert coverage(cells, area, sliver_m=2.0).slivers.empty
    assert found.is_partition
