"""Who is next to whom."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geo import HexSpec, PolygonSpec, SquareSpec, circle, tessellate
from geo.neighbors import neighbors
from geo.reshape import merge, split
from geo.tessellate.touching import touching
from tests.geo.edits import moved, moves, shapes_of
from tests.geo.properties.kinds import kinds
from tests.geo.shapes import HOME, areas, to_degrees


def imported(*boxes):
    """Cells a, b, c … on the plane around the branch."""
    names = [f"{chr(ord('a') + n)}" for n in range(len(boxes))]
    shapes = [to_degrees(box) for box in boxes]
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326")
    return tessellate(circle(HOME, 3000), PolygonSpec(frame, "name"))


def beside(pairs, cell_id):
    """The neighbours of one cell and the length of their borders."""
    mine = pairs[pairs.cell_id == cell_id]
    return dict(zip(mine.neighbor_id, mine.shared_m, strict=True))


def test_a_square_has_four_neighbours_and_none_across_its_corners(area, home):
    pairs = neighbors(tessellate(area, SquareSpec(250, home)))
    assert beside(pairs, "sq:250:0:0") == {
        "sq:250:-1:0": 250,
        "sq:250:0:-1": 250,
        "sq:250:0:1": 250,
        "sq:250:1:0": 250,
    }


def test_a_hexagon_has_six_neighbours(area, home):
    pairs = neighbors(tessellate(area, HexSpec(200, home)))
    around = ["-1:0", "-1:1", "0:-1", "0:1", "1:-1", "1:0"]
    assert beside(pairs, "hex:200:0:0") == {f"hex:200:{at}": 200 for at in around}


def test_pairs_are_given_both_ways_and_sorted(area, home):
    pairs = neighbors(tessellate(area, SquareSpec(250, home)))
    assert list(pairs.columns) == ["cell_id", "neighbor_id", "shared_m"]
    keys = list(zip(pairs.cell_id, pairs.neighbor_id, strict=True))
    assert keys == sorted(keys)
    assert {(b, a) for a, b in keys} == set(keys)


def test_a_border_is_as_long_as_the_area_lets_it_be(home):
    ground = to_degrees(shapely.box(-100, -60, 200, 80))
    pairs = neighbors(tessellate(ground, SquareSpec(250, home)))
    assert pairs.shared_m.tolist() == pytest.approx([140, 140], rel=1e-6)


def test_a_cell_alone_has_no_neighbours(home):
    alone = tessellate(circle(home, 20), SquareSpec(500, home))
    assert neighbors(alone).empty
    assert list(neighbors(alone).columns) == ["cell_id", "neighbor_id", "shared_m"]


def test_cells_on_two_islands_are_no_neighbours(home):
    islands = [shapely.box(-100, -100, 0, 100), shapely.box(300, -100, 600, 100)]
    cells = tessellate(to_degrees(shapely.union_all(islands)), SquareSpec(250, home))
    assert neighbors(cells).cell_id.tolist() == ["sq:250:1:0", "sq:250:2:0"]


@given(areas(), kinds, moves(4))
@settings(max_examples=50)
def test_pairs_are_what_the_shapes_of_cells_say(area, spec, changes):
    cells, _ = moved(tessellate(area, spec), changes)
    pairs = neighbors(cells)
    shapes = shapes_of(cells)
    first, second, shared_m = touching(shapes)
    told = {tuple(sorted(pair)) for pair in pairs[["cell_id", "neighbor_id"]].to_numpy()}
    seen = {tuple(sorted(pair)) for pair in np.column_stack([cells.ids[first], cells.ids[second]])}
    assert told == seen
    assert pairs.shared_m.sum() == pytest.approx(2 * shared_m.sum(), rel=1e-9)
    if shapely.coverage_is_valid(shapes, gap_width=1e-6):
        outline = shapely.length(shapely.coverage_union_all(shapes))
        total = shapely.length(shapes).sum()
        assert total == pytest.approx(outline + pairs.shared_m.sum(), rel=1e-9)


def test_changed_cells_have_the_neighbours_of_their_ground(area, home):
    cells = merge(tessellate(area, SquareSpec(250, home)), ["sq:250:0:0", "sq:250:1:0"])
    line = to_degrees(shapely.LineString([(-300, 0), (600, 0)]))
    pairs = neighbors(split(cells, "sq:250:0:0", line))
    assert beside(pairs, "sq:250:0:0/2") == pytest.approx(
        {
            "sq:250:0:0/1": 500,
            "sq:250:0:1": 250,
            "sq:250:1:1": 250,
            "sq:250:-1:0": 125,
            "sq:250:2:0": 125,
        },
        rel=1e-6,
    )


def test_imported_borders_need_not_have_the_same_corners():
    cells = imported(
        shapely.box(0, 0, 100, 300), shapely.box(100, 0, 200, 100), shapely.box(100, 100, 200, 250)
    )
    pairs = neighbors(cells)
    assert beside(pairs, "poly:a") == pytest.approx({"poly:b": 100, "poly:c": 150}, rel=1e-6)


def test_imported_borders_a_millimetre_apart_are_one_and_those_further_apart_are_not():
    cells = imported(
        shapely.box(0, 0, 100, 100),
        shapely.box(100.0005, 0, 200, 100),
        shapely.box(200.01, 0, 300, 9),
    )
    assert beside(neighbors(cells), "poly:b") == pytest.approx({"poly:a": 100}, rel=1e-6)


def test_imported_cells_that_overlap_are_neighbours_along_half_the_outline_of_what_they_share():
    cells = imported(
        shapely.box(0, 0, 100, 100),
        shapely.box(98, 0, 200, 100),
        shapely.box(120, 20, 140, 60),
        shapely.box(-100, 0, 0, 100),
        shapely.box(-100, 0, 0, 100),
    )
    pairs = neighbors(cells)
    assert beside(pairs, "poly:b") == pytest.approx({"poly:a": 102, "poly:c": 60}, rel=1e-6)
    assert beside(pairs, "poly:a") == pytest.approx(
        {"poly:b": 102, "poly:d": 100, "poly:e": 100}, rel=1e-6
    )


def test_imported_cells_that_meet_in_a_corner_are_no_neighbours():
    cells = imported(shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200))
    assert neighbors(cells).empty
