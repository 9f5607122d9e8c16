"""Each point is in exactly one cell or in none, and the fast way says what the exact one says."""

import tracemalloc

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import H3Spec, HexSpec, SquareSpec, assign, assign_codes, tessellate
from geo.tessellate.hexagon import HexGrid
from geo.tessellate.spec_points import quad_grid
from geo.tessellate.square import SquareGrid
from tests.geo.properties.kinds import (
    SPECS,
    cloud,
    eager,
    flat,
    ground_of,
    hard_areas,
    kinds,
)
from tests.geo.shapes import HOME

NOWHERE = [np.nan, np.inf, -np.inf, 1e300, -1e300]


def near_m(spec):
    """How far an edge may lie off: those of H3 are not quite straight on the plane."""
    return 0.05 if isinstance(spec, H3Spec) else 1e-6


@given(hard_areas(), kinds)
def test_the_cell_named_covers_the_point_and_no_other_one_holds_it(area, spec):
    cells = eager(area, spec)
    lon, lat = cloud(3000)
    codes = assign_codes(lon, lat, cells)
    x, y = cells.tiling.plane.forward(lon, lat)
    found = np.flatnonzero(codes >= 0)
    cover = shapely.buffer(flat(cells), near_m(spec))
    assert shapely.intersects_xy(cover[codes[found]], x[found], y[found]).all()
    inner = shapely.buffer(flat(cells), -near_m(spec))
    point, cell = shapely.STRtree(inner).query(shapely.points(x, y), predicate="intersects")
    assert (codes[point] == cell).all()


@given(hard_areas(), kinds)
def test_a_point_has_a_cell_exactly_when_the_area_covers_it(area, spec):
    cells = eager(area, spec)
    lon, lat = cloud(3000)
    x, y = cells.tiling.plane.forward(lon, lat)
    covered = shapely.intersects_xy(ground_of(cells), x, y)
    assert ((assign_codes(lon, lat, cells) >= 0) == covered).all()


@given(hard_areas(), kinds, st.integers(1, 1000))
def test_many_points_get_the_cells_that_few_points_get(area, spec, seed):
    """Corners and edges of cells among them, and points a hair's breadth beside."""
    cells = eager(area, spec)
    corners = shapely.get_coordinates(cells.frame.geometry.to_numpy())
    middles = (corners[1:] + corners[:-1]) / 2
    every = np.concatenate([corners, middles, np.column_stack(cloud(1000))])
    every += np.random.default_rng(seed).choice([0, 0, 1e-13, -1e-11, 1e-9, 1e-7], every.shape)
    few = tessellate(area, spec)
    many = assign_codes(*every.T, cells)
    alone = np.concatenate([assign_codes(*part.T, few) for part in np.array_split(every[:500], 5)])
    assert (many[: len(alone)] == alone).all()


@pytest.mark.parametrize("name", SPECS)
def test_the_fast_way_is_taken_and_differs_nowhere(name, area):
    cells = tessellate(area, SPECS[name])
    lon, lat = cloud(60_000, 0.02)
    assign_codes(lon, lat, cells)
    fast = assign_codes(lon, lat, cells)
    exact = cells.tiling
    if hasattr(exact, "_finder"):
        assert exact._finder._prepared[0] is not None
        exact._finder._prepared = None, exact._few
    assert (assign_codes(lon, lat, cells) == fast).all()


@pytest.mark.parametrize("name", SPECS)
def test_points_without_a_place_have_no_cell_and_disturb_no_other(name, area):
    cells = eager(area, SPECS[name])
    lon, lat = cloud(500, 0.01)
    before = assign_codes(lon, lat, cells)
    for at, (x, y) in enumerate((x, y) for x in [*NOWHERE, HOME.lon] for y in [*NOWHERE, HOME.lat]):
        lon[at], lat[at] = x, y
    after = assign_codes(lon, lat, cells)
    assert (after[:35] == -1).all()
    assert after[35] >= 0
    assert (after[36:] == before[36:]).all()
    assert assign_codes([HOME.lat], [HOME.lon], cells).tolist() == [-1]  # exchanged


def test_a_square_holds_its_western_and_southern_edge_and_not_the_others():
    for grid in (SquareGrid(100.0), quad_grid(25.0, 3), quad_grid(25.0, 3, 1)):
        west, south = grid.place(np.array([3]), np.array([-2]))[0]
        half, side = grid.side_m / 2, grid.side_m
        x = west + np.array([0, half, 0, side, half, side])
        y = south + np.array([half, 0, 0, half, side, side])
        cols, rows = grid.locate(x, y)
        assert cols.tolist() == [3, 3, 3, 4, 3, 4]
        assert rows.tolist() == [-2, -2, -2, -2, -1, -1]


def test_a_hexagon_holds_its_west_and_southern_edges_and_not_the_others():
    grid = HexGrid(1.0)
    x = np.array([-2, -1, 1, 2, 1, -1]) * grid.step_x_m / 4
    y = np.array([0.0, -0.75, -0.75, 0.0, 0.75, 0.75])
    q, r = grid.locate(x, y)
    held = (q == 0) & (r == 0)
    assert held.tolist() == [True, True, True, False, False, False]
    assert (np.abs(q) + np.abs(r) <= 2).all()


@pytest.mark.parametrize("spec", [SquareSpec(100, HOME), HexSpec(60, HOME)], ids=["sq", "hex"])
def test_every_corner_of_every_cell_is_in_one_cell_that_touches_it(spec, area):
    cells = eager(area, spec)
    shapes = flat(cells)
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    codes = cells.tiling._few(*corners.T)
    inside = shapely.intersects_xy(ground_of(cells), *corners.T)
    assert ((codes >= 0) == inside).all()
    touching = shapely.buffer(shapes[codes[inside]], 1e-9)
    assert shapely.intersects_xy(touching, *corners[inside].T).all()


def test_a_million_points_need_no_more_memory_than_their_answer(area):
    """Points are worked through in parts of one size, and no array on the way is larger.

    So what is needed beyond the answer does not grow: a hundred million points need the same.
    """
    cells = eager(area, SPECS["squares"])
    lon, lat = cloud(1_000_000, 0.02)
    assign_codes(lon[:10], lat[:10], cells)  # prepares what is kept for all calls
    beyond = _peak(lambda: assign_codes(lon, lat, cells)) - 4_000_000
    assert beyond < 3_000_000
    assert beyond == pytest.approx(
        _peak(lambda: assign_codes(lon[:200_000], lat[:200_000], cells)) - 800_000, abs=100_000
    )
    assert _peak(lambda: assign(lon, lat, cells)) - 8_000_000 == pytest.approx(beyond, abs=100_000)


@pytest.mark.parametrize("name", SPECS)
def test_cells_of_every_kind_work_in_parts(name, area):
    cells = eager(area, SPECS[name])
    lon, lat = cloud(250_000, 0.02)
    assign_codes(lon[:10], lat[:10], cells)
    assert _peak(lambda: assign_codes(lon, lat, cells)) < 1_000_000 + 4_000_000


def _peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
