"""The sieve: when there is none, and what it leaves to the exact way."""

import sys

import numpy as np
import pytest

from geo import HexSpec, LonLat, SquareSpec, assign, assign_codes, circle
from geo.plane import Plane
from geo.tessellate.hexagon import HexGrid
from geo.tessellate.sieve import ask, sieve_of
from geo.tessellate.square import SquareGrid
from tests.geo.properties.kinds import SPECS, cloud, eager
from tests.geo.shapes import HOME

BOX = (113.92, 22.52, 113.97, 22.57)


@pytest.mark.parametrize("grid", [SquareGrid(100.0), HexGrid(70.0)], ids=["square", "hexagon"])
def test_a_sieve_knows_its_own_cells_and_no_others(grid):
    cols, rows = np.array([3, -2, 5]), np.array([-1, 0, 4])
    labels = np.array([0, 7, ask(np.int32(2))], dtype=np.int32)
    sieve = sieve_of(Plane(HOME), BOX, grid, (cols, rows), labels)
    x = grid.step_x_m * (cols + grid.shear * rows) + 10
    y = grid.step_y_m * rows + 5
    codes, open_ = sieve.settle(*Plane(HOME).inverse(x, y))
    assert codes.tolist() == sieve.look_up(x, y).tolist() == [0, 7, -4]
    assert open_.tolist() == [2]
    far = np.array([400.0, 9e5, -9e5])
    assert sieve.settle(*Plane(HOME).inverse(far, far))[0].tolist() == [-1] * 3
    assert sieve.look_up(far, far).tolist() == [-1] * 3


def test_only_points_near_a_line_are_left_open(home):
    cells = eager(circle(home, 1000), SquareSpec(500, home))
    assign_codes([home.lon], [home.lat], cells)
    sieve, _ = cells.tiling._finder._prepared
    x = 250 + 500 * sieve.clear * np.array([0, 0.9, -0.9, 1.1 + 1, -1.1 - 1])
    _, open_ = sieve.settle(*Plane(home).inverse(x, np.zeros(5)))
    assert open_.tolist() == [0, 1, 2]


@pytest.mark.parametrize("spec", [SquareSpec(100, HOME), HexSpec(80, HOME), SPECS["polygons"]])
def test_cells_too_far_apart_for_a_sieve_are_found_by_search(spec, home, monkeypatch):
    area = circle(home, 800).union(circle(LonLat(113.985, 22.585), 800))
    lon, lat = cloud(3000, 0.04)
    with_sieve = eager(area, spec)
    expected = assign_codes(lon, lat, with_sieve)
    monkeypatch.setattr(sys.modules["geo.tessellate.sieve"], "_LARGEST", 1000)
    cells = eager(area, spec)
    assert (assign_codes(lon, lat, cells) == expected).all()
    assert cells.tiling._finder._prepared[0] is None
    assert with_sieve.tiling._finder._prepared[0] is not None
    assert assign([113.985], [22.585], cells)[0] is not None


def test_where_no_polynomial_is_close_enough_all_is_left_to_proj(home, monkeypatch):
    area, spec = circle(home, 1000), SquareSpec(100, home)
    expected = assign_codes(*cloud(2000, 0.01), eager(area, spec))
    monkeypatch.setattr(sys.modules["geo.fit"], "_CLOSE", 0.0)
    cells = eager(area, spec)
    assert (assign_codes(*cloud(2000, 0.01), cells) == expected).all()
    assert cells.tiling._finder._prepared[0] is None
