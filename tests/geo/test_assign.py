import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import H3Spec, HexSpec, LonLat, SquareSpec, assign, assign_codes, circle, tessellate
from geo.errors import PointError
from geo.plane import Plane
from tests.geo.shapes import HOME, areas

SPECS = [SquareSpec(250, HOME), HexSpec(200, HOME), SquareSpec(90), HexSpec(1300), H3Spec(9)]


def cloud(n, reach_deg=0.03, seed=1):
    east, north = np.random.default_rng(seed).uniform(-reach_deg, reach_deg, (2, n))
    return HOME.lon + east, HOME.lat + north


@given(areas(), st.sampled_from(SPECS))
def test_the_cell_named_is_the_cell_that_covers_the_point(area, spec):
    cells = tessellate(area, spec)
    lon, lat = cloud(2000)
    codes = assign_codes(lon, lat, cells)
    plane = Plane(getattr(cells.spec, "origin", None) or LonLat(*area.centroid.coords[0]))
    x, y = plane.forward(lon, lat)
    shapes = plane.flatten_all(cells.frame.geometry.to_numpy())
    points = shapely.points(x, y)
    tree = shapely.STRtree(shapes)
    near = tree.query_nearest(shapely.points(x, y), all_matches=False)[1]
    clear = shapely.distance(shapely.boundary(shapes[near]), points) > 0.05
    point, cell = tree.query(points, predicate="within")
    expected = np.full(len(x), -1)
    expected[point] = cell
    assert (codes[clear] == expected[clear]).all()
    assert clear.sum() > 1500


@given(areas(), st.sampled_from(SPECS[:4]))
def test_every_point_inside_the_area_has_exactly_one_cell(area, spec):
    cells = tessellate(area, spec)
    plane = Plane(cells.spec.origin)
    lon, lat = cloud(2000)
    x, y = plane.forward(lon, lat)
    well_inside = shapely.contains_xy(plane.flatten(area).buffer(-1e-3), x, y)
    well_outside = ~shapely.contains_xy(plane.flatten(area).buffer(1e-3), x, y)
    codes = assign_codes(lon, lat, cells)
    assert (codes[well_inside] >= 0).all()
    assert (codes[well_outside] == -1).all()


def test_a_point_in_a_square_of_the_lattice_but_outside_the_area_has_no_cell(home):
    cells = tessellate(circle(home, 1000), SquareSpec(500, home))
    lon, lat = Plane(home).inverse(np.array([700.0, 740.0]), np.array([700.0, 740.0]))
    assert "sq:500:1:1" in set(cells.ids)
    assert assign(lon, lat, cells).tolist() == ["sq:500:1:1", None]


def test_a_point_in_a_hole_has_no_cell(home):
    ring = circle(home, 1000).difference(circle(home, 300))
    cells = tessellate(ring, SquareSpec(250, home))
    assert assign([home.lon], [home.lat], cells).tolist() == [None]


def test_points_without_a_place_have_no_cell(area, home):
    lon = [np.nan, np.inf, home.lon, 1e300, home.lat, home.lon]
    lat = [22.5, -np.inf, np.nan, 22.5, home.lon, home.lat]
    for spec in SPECS:
        assert assign(lon, lat, tessellate(area, spec)).tolist()[:5] == [None] * 5


def test_a_point_on_an_edge_belongs_to_the_cell_in_the_east_or_north(home):
    cells = tessellate(circle(home, 1000), SquareSpec(500, home))
    lon, lat = Plane(home).inverse(np.array([250.0 + 1e-5, 250 - 1e-5]), np.array([0.0, 0.0]))
    assert assign(lon, lat, cells).tolist() == ["sq:500:1:0", "sq:500:0:0"]


def test_points_on_all_edges_and_corners_are_counted_once(home):
    """The corners themselves, as stored in the frame, each lie in one cell at the most."""
    cells = tessellate(circle(home, 1000), HexSpec(150, home))
    corners = np.unique(shapely.get_coordinates(cells.frame.geometry.to_numpy()), axis=0)
    codes = assign_codes(*corners.T, cells)
    assert codes.shape == (len(corners),)
    touching = shapely.buffer(cells.frame.geometry.to_numpy()[codes], 1e-9)
    assert shapely.intersects_xy(touching, *corners.T)[codes >= 0].all()


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
