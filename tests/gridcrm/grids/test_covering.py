"""What the check of a draft finds: gaps, ground in two cells and slivers, in a manager's words."""

import geopandas as gpd
import pytest
import shapely

from geo import Cells, LonLat, PolygonSpec, SquareSpec, circle, tessellate
from gridcrm.grids.covering import Fault, covering

HOME = LonLat(125.47, 43.78)
NAMES = {"poly:a": "春城", "poly:b": "东城", "poly:c": "窄巷"}


def imported(**shapes: shapely.Polygon) -> Cells:
    area = shapely.box(125.469, 43.779, 125.471, 43.781)
    frame = gpd.GeoDataFrame(
        {"name": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326"
    )
    return tessellate(area, PolygonSpec(frame, "name"))


def test_gaps_and_overlaps_of_imported_shapes_are_measured_named_and_shown():
    found = covering(
        imported(
            a=shapely.box(125.469, 43.779, 125.4702, 43.781),
            b=shapely.box(125.47, 43.779, 125.4704, 43.781),
        )
    )

    assert found.share == pytest.approx(0.7, abs=1e-3)
    (gap,), (overlap,) = found.gaps, found.overlaps
    assert overlap.area_m2 == pytest.approx(0.1 * 160.9 * 222.16, rel=5e-3)
    assert gap.words(NAMES) == "1.1 ha of the area lie in no cell, beside 东城."
    assert overlap.words(NAMES) == "0.4 ha lie in two cells at once: 春城, 东城."
    assert (found.gap_size, found.twice_size) == ("1.1 ha", "0.4 ha")
    assert shapely.from_geojson(gap.geojson).bounds[0] == pytest.approx(125.4704)


def test_a_narrow_cell_is_a_sliver_and_its_name_and_width_are_said():
    found = covering(
        imported(
            a=shapely.box(125.469, 43.779, 125.47, 43.781),
            b=shapely.box(125.47, 43.779, 125.4709, 43.781),
            c=shapely.box(125.4709, 43.779, 125.471, 43.781),
        )
    )

    assert found.sliver_keys == {"poly:c"}
    assert found.slivers[0].words(NAMES) == "窄巷 is only about 8 m wide, 0.2 ha in all."
    assert (found.gaps, found.overlaps, found.share) == ([], [], 1)


def test_a_small_gap_is_said_in_square_metres_and_one_of_a_hand_is_no_gap():
    def parted(by: float) -> list[Fault]:
        west = shapely.box(125.469, 43.779, 125.47, 43.781)
        return covering(imported(a=west, b=shapely.box(125.47 + by, 43.779, 125.471, 43.781))).gaps

    (gap,) = parted(0.00001)
    assert gap.words(NAMES) == "179 m² of the area lie in no cell, beside 春城, 东城."
    assert parted(0.000001) == []


def test_a_part_of_the_area_without_any_cell_is_beside_nothing():
    far = shapely.box(125.48, 43.779, 125.481, 43.78)
    near = shapely.box(125.469, 43.779, 125.47, 43.78)
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[near], crs="EPSG:4326")

    (gap,) = covering(tessellate(shapely.union_all([near, far]), PolygonSpec(frame, "name"))).gaps

    assert gap.words(NAMES) == "0.9 ha of the area lie in no cell, away from all cells."


def test_whole_squares_have_no_slivers_and_what_is_cut_off_at_the_edge_is_one():
    cut = covering(tessellate(circle(HOME, 1500), SquareSpec(500, HOME)))
    whole = covering(tessellate(circle(HOME, 1500), SquareSpec(5000, HOME)))

    assert len(cut.slivers) == 8
    assert all(fault.width_m < 50 for fault in cut.slivers)
    assert whole.slivers == []
