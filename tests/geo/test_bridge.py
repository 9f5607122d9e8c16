"""From last year's cells to this year's, with every count kept."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import HexSpec, LonLat, PolygonSpec, SquareSpec, assign, circle, tessellate
from geo.bridge import Share, bridge, carry
from geo.errors import StatsError
from geo.plane import Plane
from geo.reshape import draw, merge, split
from tests.geo.edits import moved, moves
from tests.geo.properties.kinds import SPECS as SPECS_OF_ALL_KINDS
from tests.geo.shapes import HOME, areas, to_degrees

SPECS = [*SPECS_OF_ALL_KINDS.values(), SquareSpec(180, LonLat(113.95, 22.545))]


@pytest.fixture(scope="module")
def squares():
    """Squares of 250 m around the branch."""
    return tessellate(circle(HOME, 1000), SquareSpec(250, HOME))


def people(seed=3, n=2000, reach_m=1000):
    """Where people live, as longitudes and latitudes."""
    x, y = np.random.default_rng(seed).normal(0, reach_m / 2, (2, n))
    return Plane(HOME).inverse(x, y)


def rows(frame, cell_id):
    """Where an old cell went: area and people."""
    mine = frame[frame.old_id == cell_id].set_index("new_id")
    return {name: tuple(row) for name, row in zip(mine.index, mine.to_numpy()[:, 1:], strict=True)}


def line(*places):
    """A line of the plane in degrees."""
    return to_degrees(shapely.LineString(places))


def test_a_cell_that_did_not_change_goes_over_as_it_is(squares):
    frame = bridge(squares, squares, people())
    assert list(frame.columns) == ["old_id", "new_id", "area_share", "people_share"]
    assert frame.old_id.tolist() == frame.new_id.tolist() == squares.ids.tolist()
    assert (frame.area_share == 1).all()
    assert (frame.people_share == 1).all()


def test_a_merged_cell_gets_all_and_a_split_one_passes_on_by_ground_and_by_people(squares):
    new = merge(squares, ["sq:250:0:0", "sq:250:1:0"])
    new = split(new, "sq:250:0:1", line((-75, 0), (-75, 500)))
    lon, lat = Plane(HOME).inverse([-100.0, -100.0, -100.0, 0.0], [250.0, 251.0, 252.0, 253.0])
    frame = bridge(squares, new, (lon, lat))
    assert rows(frame, "sq:250:1:0") == {"sq:250:0:0": pytest.approx((1, 1))}
    assert rows(frame, "sq:250:0:1") == {
        "sq:250:0:1/1": pytest.approx((0.2, 0.75), rel=1e-5),
        "sq:250:0:1/2": pytest.approx((0.8, 0.25), rel=1e-5),
    }


def test_where_nobody_lives_people_are_taken_to_live_everywhere(squares):
    new = split(squares, "sq:250:0:1", line((-75, 0), (-75, 500)))
    frame = bridge(squares, new, Plane(HOME).inverse([0.0], [0.0]))
    assert rows(frame, "sq:250:0:1")["sq:250:0:1/1"] == pytest.approx((0.2, 0.2), rel=1e-5)


def test_without_people_there_is_no_share_of_people(squares):
    frame = bridge(squares, squares)
    assert frame.people_share.isna().all()
    assert carry({"sq:250:0:0": 7}, frame)["sq:250:0:0"] == 7


def test_what_falls_outside_is_kept_under_no_name(squares):
    smaller = tessellate(circle(HOME, 100), SquareSpec(250, HOME))
    frame = bridge(squares, smaller, people())
    shares = rows(frame, "sq:250:0:0")
    assert shares[None][0] == pytest.approx(1 - np.pi * 100**2 / 250**2, rel=1e-3)
    assert rows(frame, "sq:250:3:0") == {None: (1, 1)}
    counts = dict.fromkeys(squares.ids, 10)
    moved_ = carry(counts, frame, by=Share.AREA)
    assert moved_.keys() == {None, "sq:250:0:0"}
    assert moved_["sq:250:0:0"] == round(10 * np.pi * 100**2 / 250**2)
    assert sum(moved_.values()) == 10 * len(squares)


def test_people_outside_the_old_cells_are_not_counted(squares):
    smaller = tessellate(circle(HOME, 100), SquareSpec(250, HOME))
    frame = bridge(smaller, squares, people())
    assert frame.old_id.tolist() == ["sq:250:0:0"]
    assert frame.people_share.tolist() == [1]


def test_a_person_without_a_place_is_not_counted(squares):
    lon, lat = people()
    lon[:3] = np.nan
    assert bridge(squares, squares, (lon, lat)).equals(bridge(squares, squares, (lon[3:], lat[3:])))


def test_cells_on_different_planes_are_compared_on_that_of_the_old_ones():
    area = circle(HOME, 1000)
    old, new = tessellate(area, SquareSpec(250)), tessellate(area, SquareSpec(250, HOME))
    assert old.tiling.plane.origin != new.tiling.plane.origin
    frame = bridge(old, new)
    assert frame.groupby("old_id").area_share.sum().to_numpy() == pytest.approx(1)
    assert None not in set(frame.new_id)


def test_where_new_cells_lie_over_each_other_the_first_one_counts():
    old = tessellate(to_degrees(shapely.box(0, 0, 100, 100)), SquareSpec(500, HOME))
    boxes = [shapely.box(0, 0, 60, 100), shapely.box(40, 0, 90, 100)]
    frame = gpd.GeoDataFrame({"n": ["a", "b"]}, geometry=list(map(to_degrees, boxes)), crs=4326)
    new = tessellate(old.area, PolygonSpec(frame, "n"))
    shares = rows(bridge(old, new), "sq:500:0:0")
    assert {name: share[0] for name, share in shares.items()} == pytest.approx(
        {"poly:a": 0.6, "poly:b": 0.3, None: 0.1}, rel=1e-5
    )
    boxes[1] = shapely.box(40, 0, 100, 100)
    frame = frame.set_geometry(list(map(to_degrees, boxes)), crs=4326)
    shares = rows(bridge(old, tessellate(old.area, PolygonSpec(frame, "n"))), "sq:500:0:0")
    assert {name: share[0] for name, share in shares.items()} == pytest.approx(
        {"poly:a": 0.6, "poly:b": 0.4}, rel=1e-5
    )


@given(areas(), areas(), st.sampled_from(SPECS), st.sampled_from(SPECS), moves(4))
@settings(max_examples=30)
def test_shares_add_up_to_one_for_every_old_cell(area, other, spec, another, changes):
    old, _ = moved(tessellate(area, spec), changes)
    new, _ = moved(tessellate(other, another), changes[::-1])
    lon, lat = people()
    frame = bridge(old, new, (lon, lat))
    total = frame.groupby("old_id")[["area_share", "people_share"]].sum()
    assert set(total.index) == set(old.ids)
    assert total.to_numpy() == pytest.approx(1, abs=1e-9)
    assert (frame[["area_share", "people_share"]].to_numpy() >= 0).all()
    assert not frame.duplicated(["old_id", "new_id"]).any()
    lived = assign(lon, lat, old)
    counts = {cell_id: int((lived == cell_id).sum()) for cell_id in old.ids}
    there = assign(lon, lat, new)[lived != None]  # noqa: E711  elementwise
    for cell_id, count in carry(counts, frame).items():
        assert count == (there == cell_id).sum()


@given(
    st.lists(st.integers(0, 50), min_size=49, max_size=49),
    st.lists(st.floats(0, 1e6), min_size=49, max_size=49),
    areas(),
)
@settings(max_examples=25)
def test_counts_are_carried_over_with_their_sum(whole, broken, area):
    old = tessellate(to_degrees(shapely.box(-860, -860, 860, 860)), SquareSpec(250, HOME))
    frame = bridge(old, tessellate(area, HexSpec(150, HOME)))
    counts = dict(zip(old.ids, whole, strict=True))
    moved_ = carry(counts, frame)
    assert sum(moved_.values()) == sum(whole)
    assert all(isinstance(count, int) and count >= 0 for count in moved_.values())
    exact = carry({cell_id: float(count) for cell_id, count in counts.items()}, frame)
    assert all(abs(moved_[cell_id] - exact[cell_id]) < 1 for cell_id in exact)
    amounts = carry(dict(zip(old.ids, broken, strict=True)), frame)
    assert sum(amounts.values()) == pytest.approx(sum(broken))


def test_cells_without_a_count_pass_on_nothing(squares):
    new = draw(squares, "new", to_degrees(shapely.box(60, 60, 190, 190)))
    moved_ = carry({"sq:250:0:0": np.int64(10)}, bridge(squares, new))
    assert sum(moved_.values()) == 10
    assert moved_["sq:250:3:0"] == 0


def test_counts_of_other_cells_and_counts_that_are_no_numbers_are_refused(squares):
    frame = bridge(squares, squares)
    with pytest.raises(StatsError, match="count for sq:9:9:9"):
        carry({"sq:9:9:9": 1}, frame)
    with pytest.raises(StatsError, match="count of sq:250:0:0 is no number"):
        carry({"sq:250:0:0": float("nan")}, frame)
