"""The fast way of cutting a lattice against the plain way: every cell intersected by GEOS."""

import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SpecError
from geo.tessellate.border import Border, border, recut
from geo.tessellate.grid import distinct, pack, unpack, whole_cells
from geo.tessellate.hexagon import HexGrid
from geo.tessellate.lattice import cover
from geo.tessellate.square import SquareGrid
from tests.geo.shapes import aligned_areas, flat_areas

LATTICE = sys.modules["geo.tessellate.lattice"]
GRIDS = [SquareGrid(100.0), HexGrid(70.0), SquareGrid(457.0), HexGrid(1500.0)]
grids = st.sampled_from(GRIDS)


def plain(area, grid):
    """Return id and area of every cell, by trying each one in reach."""
    reach = int(np.abs(area.bounds).max() / grid.side_m) + 3
    span = np.arange(-2 * reach, 2 * reach + 1)
    cols, rows = (side.ravel() for side in np.meshgrid(span, span))
    cells = whole_cells(grid, cols, rows)
    near = shapely.STRtree(cells).query(area)
    size = shapely.area(shapely.intersection(area, cells[near]))
    keys = pack(cols[near], rows[near])
    return {int(k): float(a) for k, a in zip(keys, size, strict=True) if a > 1e-8 * grid.whole_m2}


def fast(area, grid):
    found = cover(area, grid)
    size = np.full(len(found), grid.whole_m2)
    size[found.cut] = shapely.area(found.cut_shapes)
    return found, size


def check(area, grid):
    found, size = fast(area, grid)
    keys = pack(found.cols, found.rows)
    assert (np.diff(keys) > 0).all()
    assert size.sum() == pytest.approx(area.area, rel=1e-9)
    assert shapely.is_valid(found.cut_shapes).all()
    whole = whole_cells(grid, found.cols, found.rows)[found.cut]
    assert shapely.covers(shapely.buffer(whole, 1e-6), found.cut_shapes).all()
    expected = plain(area, grid)
    got = {int(k): float(a) for k, a in zip(keys, size, strict=True) if a > 1e-8 * grid.whole_m2}
    assert got.keys() == expected.keys()
    assert max(abs(got[k] - expected[k]) for k in got) < 1e-6


@given(flat_areas(), grids)
def test_cutting_along_the_border_equals_cutting_every_cell(area, grid):
    check(area, grid)


@given(aligned_areas(100.0))
def test_an_area_along_the_lines_of_the_grid_is_cut_the_same(area):
    check(area, SquareGrid(100.0))


@given(aligned_areas(70.0))
def test_an_area_of_hexagon_corners_is_cut_the_same(area):
    check(area, HexGrid(70.0))


@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=1), grids)
def test_a_union_of_cells_gives_back_these_cells_whole(pairs, grid):
    cols, rows = np.array(sorted(set(pairs)), dtype=np.int64).T
    found, size = fast(shapely.union_all(whole_cells(grid, cols, rows)), grid)
    real = size > 1e-6 * grid.whole_m2
    assert set(pack(found.cols[real], found.rows[real])) == set(pack(cols, rows))
    assert size[real] == pytest.approx(grid.whole_m2)


@pytest.mark.parametrize("grid", GRIDS, ids=lambda g: f"{g.prefix}{g.side_m:g}")
def test_a_hole_and_an_island_inside_one_cell_are_kept(grid):
    inside = grid.side_m / 8
    ring = shapely.Point(0, 0).buffer(inside * 2).difference(shapely.Point(0, 0).buffer(inside))
    found, size = fast(ring, grid)
    assert len(found) == 1
    assert size[0] == pytest.approx(ring.area)
    yard = shapely.box(-3000, -3000, 3000, 3000).difference(shapely.Point(0, 0).buffer(inside))
    check(yard, grid)


def test_a_border_through_a_cell_several_times_is_walked_without_geos(monkeypatch):
    """A comb with its teeth across one row of cells: every cell is entered and left many times."""
    teeth = [shapely.box(x, -40, x + 3, 140) for x in range(-200, 200, 7)]
    comb = shapely.union_all([shapely.box(-220, -60, 220, -39), *teeth])
    cut_out = []
    module = sys.modules["geo.tessellate.border"]
    real = module.clipped
    monkeypatch.setattr(module, "clipped", lambda a, s: (cut_out.append(len(s)), real(a, s))[1])
    grid = SquareGrid(100.3)
    found, size = fast(comb, grid)
    assert size.sum() == pytest.approx(comb.area, rel=1e-12)
    assert sum(cut_out) == 0
    assert "MultiPolygon" in {shape.geom_type for shape in found.cut_shapes}


def test_an_area_that_touches_itself_at_a_point_is_cut_into_valid_shapes():
    ring = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(0, 0), (40, 20), (20, 40)]])
    check(shapely.make_valid(ring), SquareGrid(37.0))


def test_a_walk_that_does_not_add_up_is_done_again_by_geos(monkeypatch):
    area, grid = shapely.Point(10, 20).buffer(500), SquareGrid(100.0)
    honest, size = fast(area, grid)

    def wrong(area, grid):
        found = border(area, grid)
        return Border(found.cols, found.rows, whole_cells(grid, found.cols, found.rows))

    redone = []
    monkeypatch.setattr(LATTICE, "border", wrong)
    monkeypatch.setattr(LATTICE, "recut", lambda *a: (redone.append(1), recut(*a))[1])
    again, size_again = fast(area, grid)
    assert redone == [1]
    assert (pack(again.cols, again.rows) == pack(honest.cols, honest.rows)).all()
    assert size_again == pytest.approx(size)


def test_a_grid_too_fine_for_its_area_is_refused_with_the_number():
    with pytest.raises(SpecError, match=r"there would be about \d{8}"):
        cover(shapely.box(0, 0, 1e5, 1e5), SquareGrid(10.0))


@given(st.integers(-(2**30), 2**30), st.integers(-(2**30), 2**30))
def test_columns_and_rows_survive_packing(col, row):
    keys = pack(np.array([col]), np.array([row]))
    assert [int(v[0]) for v in unpack(keys)] == [col, row]


@pytest.mark.parametrize("spread", [3, 1_000_000], ids=["close together", "far apart"])
def test_different_pairs_are_found_once_by_row_and_column(spread):
    cols, rows = np.random.default_rng(1).integers(-3, 3, (2, 40, 4)) * spread
    found_cols, found_rows, which = distinct(cols, rows)
    assert (np.diff(pack(found_cols, found_rows)) > 0).all()
    assert (found_cols[which] == cols).all()
    assert (found_rows[which] == rows).all()


@given(st.floats(-5000, 5000), st.floats(-5000, 5000), grids)
def test_the_cell_that_is_found_holds_the_point(x, y, grid):
    cols, rows = grid.locate(np.array([x]), np.array([y]))
    cell = whole_cells(grid, cols.astype(np.int64), rows.astype(np.int64))[0]
    assert cell.distance(shapely.Point(x, y)) < 1e-9


@pytest.mark.parametrize("grid", GRIDS, ids=lambda g: f"{g.prefix}{g.side_m:g}")
def test_centre_size_and_turning_of_a_cell(grid):
    rows, cols = np.array([0, 3, -2]), np.array([0, -5, 7])
    cells = whole_cells(grid, cols, rows)
    assert shapely.area(cells) == pytest.approx(grid.whole_m2)
    assert all(cell.exterior.is_ccw for cell in cells)
    centre = shapely.get_coordinates(shapely.centroid(cells))
    expected = np.c_[grid.step_x_m * (cols + grid.shear * rows), grid.step_y_m * rows]
    assert np.allclose(centre, expected, atol=1e-6)


def test_a_square_holds_its_western_and_southern_edge_only():
    grid = SquareGrid(100.0)
    x, y = np.array([-50.0, 50.0, 0.0, 0.0]), np.array([0.0, 0.0, -50.0, 50.0])
    cols, rows = grid.locate(x, y)
    assert list(zip(cols, rows, strict=True)) == [(0, 0), (1, 0), (0, 0), (0, 1)]
