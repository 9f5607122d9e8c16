import numpy as np
import pandas as pd
import pytest

from geo import SquareSpec, assign, assign_codes, circle, tessellate
from geo.errors import PointError
from geo.plane import Plane
from tests.geo.shapes import HOME


def cloud(n, reach_deg=0.03, seed=1):
    east, north = np.random.default_rng(seed).uniform(-reach_deg, reach_deg, (2, n))
    return HOME.lon + east, HOME.lat + north


def test_a_point_in_a_square_of_the_lattice_but_outside_the_area_has_no_cell(home):
    cells = tessellate(circle(home, 1000), SquareSpec(500, home))
    lon, lat = Plane(home).inverse(np.array([700.0, 740.0]), np.array([700.0, 740.0]))
    assert "sq:500:1:1" in set(cells.ids)
    assert assign(lon, lat, cells).tolist() == ["sq:500:1:1", None]


def test_a_point_in_a_hole_has_no_cell(home):
    ring = circle(home, 1000).difference(circle(home, 300))
    cells = tessellate(ring, SquareSpec(250, home))
    assert assign([home.lon], [home.lat], cells).tolist() == [None]


def test_a_point_on_an_edge_belongs_to_the_cell_in_the_east_or_north(home):
    cells = tessellate(circle(home, 1000), SquareSpec(500, home))
    lon, lat = Plane(home).inverse(np.array([250.0 + 1e-5, 250 - 1e-5]), np.array([0.0, 0.0]))
    assert assign(lon, lat, cells).tolist() == ["sq:500:1:0", "sq:500:0:0"]


def test_lists_series_and_tables_of_points_keep_their_shape(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    one = assign([home.lon], [home.lat], cells)
    assert one.tolist() == assign(pd.Series([home.lon]), pd.Series([home.lat]), cells).tolist()
    assert assign([], [], cells).shape == (0,)
    square = assign(np.full((2, 2), home.lon), np.full((2, 2), home.lat), cells)
    assert square.shape == (2, 2)
    assert square[1, 1] == "sq:250:0:0"
    assert assign(home.lon, home.lat, cells).item() == "sq:250:0:0"


def test_columns_of_different_length_are_refused(area, home):
    with pytest.raises(PointError, match="same shape"):
        assign([1.0, 2.0], [1.0], tessellate(area, SquareSpec(250, home)))


def test_many_points_are_placed_in_parts_as_if_at_once(area, home):
    cells = tessellate(area, SquareSpec(50, home))
    lon, lat = cloud(100_000)
    codes = assign_codes(lon, lat, cells)
    assert codes.dtype == np.int32
    again = np.concatenate(
        [assign_codes(lon[s : s + 999], lat[s : s + 999], cells) for s in range(0, 100_000, 999)]
    )
    assert (codes == again).all()
