"""Changing cells by hand, one change at a time."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import H3Spec, PolygonSpec, SquareSpec, assign, assign_codes, circle, tessellate
from geo.errors import ReshapeError
from geo.reshape import draw, merge, move_border, split, undo
from geo.tessellate.dealt import Dealt
from geo.tessellate.spec import EditedSpec
from tests.geo.edits import degrees, shapes_of
from tests.geo.shapes import HOME, to_degrees


@pytest.fixture(scope="module")
def squares():
    """Seven by seven squares around the branch, the outer ones cut."""
    return tessellate(to_degrees(shapely.box(-860, -860, 860, 860)), SquareSpec(250, HOME))


def communities(*boxes, area=None):
    """Imported cells a, b, c … on the plane around the branch."""
    shapes = [to_degrees(shape) for shape in boxes]
    names = [chr(ord("a") + n) for n in range(len(shapes))]
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326")
    return tessellate(circle(HOME, 3000) if area is None else area, PolygonSpec(frame, "name"))


def shape(cells, cell_id):
    """One cell on the plane."""
    return shapes_of(cells)[cells.ids.tolist().index(cell_id)]


def line(*places):
    """A line of the plane in degrees."""
    return to_degrees(shapely.LineString(places))


def cell_at(cells, x, y):
    """The id of the cell at a place of the plane."""
    lon, lat = cells.tiling.plane.inverse([x], [y])
    return assign(lon, lat, cells)[0]


def is_clean(cells, before):
    """No ground is lost or doubled, no id either, and all is stored."""
    flat = shapes_of(cells)
    assert cells.area_m2.sum() == pytest.approx(before.area_m2.sum(), rel=1e-9)
    assert shapely.area(flat).sum() == pytest.approx(before.area_m2.sum(), rel=1e-9)
    assert shapely.coverage_is_valid(flat, gap_width=1e-6)
    assert shapely.is_valid(flat).all()
    assert len(set(cells.ids)) == len(cells)
    return True


# merge


def test_merged_cells_are_one_under_the_lowest_id(squares):
    cells = merge(squares, ["sq:250:1:0", "sq:250:0:0"])
    assert len(cells) == len(squares) - 1
    assert "sq:250:1:0" not in set(cells.ids)
    assert shape(cells, "sq:250:0:0").area == pytest.approx(125_000)
    assert cell_at(cells, 250, 0) == cell_at(cells, 0, 0) == "sq:250:0:0"
    assert is_clean(cells, squares)


def test_the_manager_chooses_which_id_is_kept(squares):
    cells = merge(squares, ["sq:250:1:0", "sq:250:0:0"], into="sq:250:1:0")
    assert cell_at(cells, 0, 0) == "sq:250:1:0"


def test_cells_that_meet_in_a_corner_are_not_merged(squares):
    with pytest.raises(ReshapeError, match="sq:250:1:1 does not touch sq:250:0:0"):
        merge(squares, ["sq:250:0:0", "sq:250:1:1"])
    assert len(merge(squares, ["sq:250:0:0", "sq:250:1:1", "sq:250:0:1"])) == len(squares) - 2


def test_an_island_is_not_merged(squares):
    with pytest.raises(ReshapeError, match="sq:250:3:3 does not touch"):
        merge(squares, ["sq:250:0:0", "sq:250:1:0", "sq:250:3:3"])


def test_a_ring_of_cells_may_be_merged_around_another(squares):
    around = [f"sq:250:{c}:{r}" for c in (-1, 0, 1) for r in (-1, 0, 1) if c or r]
    cells = merge(squares, around)
    ring = shape(cells, "sq:250:-1:-1")
    assert len(ring.interiors) == 1
    assert cell_at(cells, 0, 0) == "sq:250:0:0"
    assert is_clean(cells, squares)


def test_a_cell_that_is_not_there_is_named(squares):
    with pytest.raises(ReshapeError, match="no cell sq:250:9:9"):
        merge(squares, ["sq:250:0:0", "sq:250:9:9"])
    cells = merge(squares, ["sq:250:0:0", "sq:250:1:0"])
    with pytest.raises(ReshapeError, match="no cell sq:250:1:0"):
        split(cells, "sq:250:1:0", line((250, -500), (250, 500)))


def test_communities_that_overlap_or_nearly_touch_are_merged():
    cells = communities(
        shapely.box(0, 0, 100, 100), shapely.box(90, 0, 200, 100), shapely.box(200.0005, 0, 300, 90)
    )
    whole = merge(cells, cells.ids)
    assert whole.ids.tolist() == ["poly:a"]
    assert whole.area_m2[0] == pytest.approx(20_000 + 90 * 99.9995)
    assert cell_at(whole, 95, 50) == cell_at(whole, 250, 50) == "poly:a"


# split


def test_a_split_cell_is_numbered_from_west_to_east(squares):
    cells = split(squares, "sq:250:0:0", line((50, 300), (50, -300)))
    assert cells.ids.tolist()[-2:] == ["sq:250:0:0/1", "sq:250:0:0/2"]
    assert cells.area_m2[-2:] == pytest.approx([175 * 250, 75 * 250], rel=1e-6)
    assert (cell_at(cells, 40, 0), cell_at(cells, 60, 0)) == ("sq:250:0:0/1", "sq:250:0:0/2")
    assert is_clean(cells, squares)


def test_a_split_cell_is_numbered_from_south_to_north_where_west_is_the_same(squares):
    cells = split(squares, "sq:250:0:0", line((-300, 50), (300, 50)))
    assert (cell_at(cells, 0, 0), cell_at(cells, 0, 60)) == ("sq:250:0:0/1", "sq:250:0:0/2")


def test_a_line_may_cut_a_cell_into_more_than_two(squares):
    cells = split(squares, "sq:250:0:0", line((-200, -50), (200, -50), (200, 50), (-200, 50)))
    assert len(cells) == len(squares) + 2
    assert is_clean(cells, squares)


@pytest.mark.parametrize(
    "places",
    [
        [(-100, 0), (100, 0)],  # ends within
        [(300, -300), (300, 300)],  # passes by
        [(125, -300), (125, 300)],  # along its border
        [(-300, 124.9), (300, 124.9)],  # nearly along its border
    ],
)
def test_a_line_that_does_not_cut_the_cell_is_refused(squares, places):
    with pytest.raises(ReshapeError, match="does not cut sq:250:0:0 in two"):
        split(squares, "sq:250:0:0", line(*places))


def test_a_line_that_ends_just_before_the_border_cuts(squares):
    cells = split(squares, "sq:250:0:0", line((-124.9, -50), (124.95, 60)))
    assert is_clean(cells, squares)
    assert len(cells) == len(squares) + 1


def test_a_line_from_corner_to_corner_meets_the_corners(squares):
    cells = split(squares, "sq:250:0:0", line((-125.08, -124.95), (125.03, 124.93)))
    corners = shapely.get_coordinates(shapes_of(cells))
    assert len(np.unique(corners, axis=0)) == len(
        np.unique(shapely.get_coordinates(shapes_of(squares)), axis=0)
    )
    assert cells.area_m2[-2:] == pytest.approx([31_250, 31_250])


def test_a_line_that_meets_a_border_twice_at_one_place_leaves_no_sliver(squares):
    cells = split(squares, "sq:250:0:0", line((0, -300), (0, 124.9), (0.25, 125.1), (0.3, 300)))
    assert len(cells) == len(squares) + 1
    assert is_clean(cells, squares)


def test_neighbours_get_the_corners_of_a_cut_and_keep_their_ground(squares):
    cells = split(squares, "sq:250:0:0", line((50, 300), (50, -300)))
    beside = shape(cells, "sq:250:0:1")
    assert len(beside.exterior.coords) == 6
    assert cells.area_m2[cells.ids.tolist().index("sq:250:0:1")] == 62_500
    assert shapely.coverage_is_valid(cells.frame.geometry.to_numpy(), gap_width=1e-11)


def test_no_id_is_given_twice_after_split_merge_and_split(squares):
    cells = split(squares, "sq:250:0:0", line((0, 300), (0, -300)))
    cells = merge(cells, ["sq:250:0:0/1", "sq:250:0:0/2"])
    assert cell_at(cells, 10, 0) == "sq:250:0:0/1"
    assert cells.area_m2[-1] == 62_500
    cells = split(cells, "sq:250:0:0/1", line((-300, 0), (300, 0)))
    assert cells.ids.tolist()[-2:] == ["sq:250:0:0/1/1", "sq:250:0:0/1/2"]
    cells = merge(cells, ["sq:250:0:1", "sq:250:0:0/1/2"], into="sq:250:0:0/1/2")
    assert is_clean(cells, squares)


def test_a_number_that_another_cell_has_or_had_is_passed_over():
    """An imported cell may be called a/1."""
    shapes = {"a": (0, 100), "a/1": (100, 200), "a/3": (200, 300)}
    frame = gpd.GeoDataFrame(
        {"name": list(shapes)},
        geometry=[to_degrees(shapely.box(w, 0, e, 100)) for w, e in shapes.values()],
        crs="EPSG:4326",
    )
    cells = tessellate(circle(HOME, 2000), PolygonSpec(frame, "name"))
    cells = merge(cells, ["poly:a/1", "poly:a/3"])
    cells = split(cells, "poly:a", line((50, -10), (50, 110)))
    assert cells.ids.tolist() == ["poly:a/1", "poly:a/2", "poly:a/4"]


def island_and_shore():
    """One square of the grid whose ground is in three parts."""
    ground = [
        shapely.box(-100, -100, -40, 100),
        shapely.box(0, -100, 100, 20),
        shapely.box(0, 50, 100, 100),
    ]
    return tessellate(to_degrees(shapely.union_all(ground)), SquareSpec(250, HOME))


def test_a_line_between_the_parts_of_a_cell_tells_them_apart():
    cells = split(island_and_shore(), "sq:250:0:0", line((-20, -200), (-20, 200)))
    assert cells.ids.tolist() == ["sq:250:0:0/1", "sq:250:0:0/2"]
    assert cells.area_m2 == pytest.approx([12_000, 17_000])


def test_parts_that_a_line_does_not_cut_go_with_the_nearest_on_their_side():
    cells = split(island_and_shore(), "sq:250:0:0", line((50, -200), (50, 40), (-200, 40)))
    assert cells.ids.tolist() == ["sq:250:0:0/1", "sq:250:0:0/2", "sq:250:0:0/3", "sq:250:0:0/4"]
    assert cell_at(cells, 50, 80) == cell_at(cells, 60, 0)


def test_a_line_beside_all_parts_of_a_cell_is_refused():
    with pytest.raises(ReshapeError, match="does not cut"):
        split(island_and_shore(), "sq:250:0:0", line((-120, -200), (-120, 200)))


# move a border


def test_a_border_moves_into_the_neighbour(squares):
    cells = move_border(
        squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.box(75, -500, 400, 500))
    )
    assert cells.ids.tolist() == squares.ids.tolist()
    assert shape(cells, "sq:250:0:0").area == pytest.approx(200 * 250, rel=1e-6)
    assert shape(cells, "sq:250:1:0").area == pytest.approx(300 * 250, rel=1e-6)
    assert (cell_at(cells, 70, 0), cell_at(cells, 80, 0)) == ("sq:250:0:0", "sq:250:1:0")
    assert cell_at(cells, 80, 200) == "sq:250:0:1"
    assert is_clean(cells, squares)


def test_a_border_does_not_move_where_the_source_has_no_ground(squares):
    with pytest.raises(ReshapeError, match="sq:250:0:0 has no ground within the shape"):
        move_border(
            squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.box(124.95, -50, 300, 50))
        )


def test_a_cell_is_not_moved_as_a_whole(squares):
    with pytest.raises(ReshapeError, match="lies within the shape as a whole"):
        move_border(
            squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.box(-124.9, -200, 200, 200))
        )


def test_a_border_that_would_tear_the_source_apart_is_refused(squares):
    with pytest.raises(ReshapeError, match="sq:250:0:0 would be torn apart"):
        move_border(
            squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.box(-200, -20, 200, 20))
        )


def test_ground_that_does_not_touch_the_target_is_not_given(squares):
    with pytest.raises(ReshapeError, match="from sq:250:0:0 does not touch sq:250:1:0"):
        move_border(
            squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.box(-200, -200, -50, 200))
        )
    two = [shapely.box(100, -200, 200, 200), shapely.box(-200, -200, -50, 200)]
    with pytest.raises(ReshapeError, match="does not touch"):
        move_border(squares, "sq:250:0:0", "sq:250:1:0", to_degrees(shapely.union_all(two)))


# draw


def test_a_drawn_cell_takes_the_ground_it_covers(squares):
    shape_ = to_degrees(shapely.box(60, 60, 190, 190))
    cells = draw(squares, "科苑", shape_)
    assert cells.ids.tolist()[-1] == "draw:科苑"
    assert cells.area_m2[-1] == pytest.approx(130 * 130, rel=1e-6)
    assert cell_at(cells, 100, 100) == cell_at(cells, 150, 150) == "draw:科苑"
    assert cell_at(cells, 50, 50) == "sq:250:0:0"
    assert is_clean(cells, squares)


def test_a_cell_that_is_covered_as_a_whole_is_gone(squares):
    cells = draw(squares, "middle", to_degrees(shapely.box(-150, -150, 150, 150)))
    assert "sq:250:0:0" not in set(cells.ids)
    assert len(cells) == len(squares)
    assert is_clean(cells, squares)


def test_a_drawn_cell_ends_where_the_area_ends(squares):
    cells = draw(squares, "edge", to_degrees(shapely.box(800, -50, 2000, 50)))
    assert cells.area_m2[-1] == pytest.approx(60 * 100, rel=1e-5)
    assert is_clean(cells, squares)


def test_a_cell_is_not_drawn_outside_the_area(squares):
    with pytest.raises(ReshapeError, match="covers no ground of the area"):
        draw(squares, "far", to_degrees(shapely.box(2000, 0, 2100, 100)))


def test_a_drawn_cell_is_of_one_piece(squares):
    two = shapely.MultiPolygon([shapely.box(0, 0, 50, 50), shapely.box(300, 0, 350, 50)])
    with pytest.raises(ReshapeError, match="far would fall into 2 parts"):
        draw(squares, "far", to_degrees(two))


def test_a_drawn_cell_that_tears_another_apart_says_which(squares):
    with pytest.raises(ReshapeError, match="sq:250:0:0 would be torn apart"):
        draw(squares, "street", to_degrees(shapely.box(-130, -20, 130, 20)))


def test_a_key_is_used_once_even_after_the_cell_is_gone(squares):
    here = to_degrees(shapely.box(60, 60, 190, 190))
    cells = draw(squares, "k", here)
    with pytest.raises(ReshapeError, match="drawn as k before"):
        draw(cells, "k", here)
    cells = merge(cells, ["draw:k", "sq:250:0:0"], into="sq:250:0:0")
    with pytest.raises(ReshapeError, match="drawn as k before"):
        draw(cells, "k", here)
    assert is_clean(draw(undo(undo(cells)), "k", here), squares)


def test_a_new_compound_is_drawn_where_no_community_was():
    cells = communities(shapely.box(0, 0, 100, 100), shapely.box(140, 0, 240, 100))
    cells = draw(cells, "new", to_degrees(shapely.box(80, 10, 160, 60)))
    assert dict(zip(cells.ids, cells.area_m2, strict=True)) == pytest.approx(
        {"poly:a": 10_000 - 1000, "poly:b": 10_000 - 1000, "draw:new": 80 * 50}, rel=1e-6
    )
    assert [cell_at(cells, x, 30) for x in (70, 90, 120, 150, 170)] == [
        "poly:a",
        "draw:new",
        "draw:new",
        "draw:new",
        "poly:b",
    ]
    assert cell_at(cells, 120, 80) is None
    halves = split(cells, "draw:new", line((120, 0), (120, 100)))
    assert [cell_at(halves, x, 30) for x in (110, 130)] == ["draw:new/1", "draw:new/2"]
    assert shapely.coverage_is_valid(shapes_of(halves), gap_width=1e-6)


def test_a_first_cell_is_drawn_on_free_ground():
    cells = communities(shapely.box(0, 0, 100, 100))
    cells = draw(cells, "alone", to_degrees(shapely.box(500, 500, 600, 600)))
    assert cells.ids.tolist() == ["poly:a", "draw:alone"]
    assert cell_at(cells, 550, 550) == "draw:alone"


# history


def test_undo_takes_back_one_change_after_the_other(squares):
    once = merge(squares, ["sq:250:0:0", "sq:250:0:1"])
    twice = split(once, "sq:250:1:1", line((250, 0), (250, 500)))
    assert isinstance(twice.spec, EditedSpec)
    assert undo(twice) == once
    assert undo(twice).ids.tolist() == once.ids.tolist()
    assert undo(once) == squares
    with pytest.raises(ReshapeError, match="nothing to undo"):
        undo(squares)


def test_cells_that_were_changed_stay_as_they_were(squares):
    """A change gives new cells; one that is refused changes nothing either."""
    once = merge(squares, ["sq:250:0:0", "sq:250:0:1"])
    ids, areas = once.ids.tolist(), once.area_m2.tolist()
    split(once, "sq:250:0:0", line((0, -500), (0, 500)))
    with pytest.raises(ReshapeError):
        draw(once, "street", to_degrees(shapely.box(-130, -20, 130, 20)))
    assert (once.ids.tolist(), once.area_m2.tolist()) == (ids, areas)


def test_a_history_that_does_not_fit_another_area_says_which_change(squares):
    cells = merge(squares, ["sq:250:0:0", "sq:250:0:1"])
    cells = merge(cells, ["sq:250:3:3", "sq:250:3:2"])
    with pytest.raises(ReshapeError, match=r"Change 2 can't be made again: There is no cell"):
        tessellate(circle(HOME, 600), cells.spec)
    assert len(tessellate(circle(HOME, 1500), cells.spec)) > 0


def test_points_far_from_a_change_are_found_by_the_rule_of_the_base(squares, monkeypatch):
    cells = split(squares, "sq:250:0:0", line((0, -500), (0, 500)))
    random = np.random.default_rng(4).uniform(-1000, 1000, (2, 5000))
    lon, lat = cells.tiling.plane.inverse(*random)
    outside = (np.abs(random) > 125).any(axis=0)
    before = assign(lon[outside], lat[outside], squares)
    monkeypatch.setattr(Dealt, "locate", None)  # no polygon is asked
    assert (assign(lon[outside], lat[outside], cells) == before).all()


def test_a_point_on_a_cut_is_in_one_cell_and_so_is_one_that_rounding_loses():
    """H3 knows its cells by its own rule, which is not quite that of their polygons."""
    base = tessellate(circle(HOME, 4000), H3Spec(7))
    cells = base
    for cell_id, flat in zip(base.ids, shapes_of(base), strict=True):
        middle = flat.centroid
        way = [(middle.x - 9000, middle.y), (middle.x + 9000, middle.y)]
        cells = split(cells, cell_id, degrees(cells, shapely.LineString(way)))
    edges = shapely.get_coordinates(shapely.segmentize(shapes_of(base), 20))
    lon, lat = cells.tiling.plane.inverse(*edges.T)
    codes, before = assign_codes(lon, lat, cells), assign_codes(lon, lat, base)
    assert ((codes < 0) == (before < 0)).all()
    parts, whole = cells.ids[codes[codes >= 0]], base.ids[before[codes >= 0]]
    assert all(part.startswith(f"{cell}/") for part, cell in zip(parts, whole, strict=True))
