import numpy as np
import shapely

from geo import LonLat, SquareSpec, circle, tessellate
from geo.render.view import Place
from gridcrm.grids.models import GridCell
from gridcrm.grids.preview import picture, stats, steps
from gridcrm.grids.registry import PeopleCount, count_points

HOME = LonLat(125.47, 43.78)
SPOT = Place("经开支行", HOME)


def count(*per_cell: int, outside: int = 0, unknown: int = 0) -> PeopleCount:
    return PeopleCount(np.array(per_cell, dtype=np.int64), outside, unknown)


def test_the_numbers_of_a_plan_by_hand():
    found = stats(count(0, 0, 1, 4, 5, 40, outside=3, unknown=2))

    assert found is not None
    assert (found.people, found.least, found.median, found.most) == (50, 0, 2.5, 40)
    assert (found.empty, found.few, found.outside, found.unknown) == (2, 2, 3, 2)


def test_nobody_to_count_gives_no_numbers_and_somebody_outside_does():
    assert stats(count(0, 0)) is None
    assert stats(count()) is None
    assert stats(count(0, 0, outside=1)) is not None


def test_points_are_counted_in_one_cell_each_or_outside_or_as_unknown():
    cells = tessellate(circle(HOME, 500), SquareSpec(1000, HOME))
    lon = [HOME.lon, HOME.lon, 126.0, np.nan]
    lat = [HOME.lat, HOME.lat, 43.78, np.nan]

    found = count_points(lon, lat, cells)

    assert (found.per_cell.tolist(), found.outside, found.unknown) == ([2], 1, 1)


def cell(name: str, key: str = "k") -> GridCell:
    return GridCell(name=name, key=key, wkb=shapely.to_wkb(circle(HOME, 400)))


def test_a_drawing_says_the_people_where_they_may_be_shown_and_the_name_where_not():
    known = picture("plan", [cell("春城")], {"k": 12}, SPOT)
    hidden = picture("plan", [cell("春城")], None, SPOT)

    assert ">★ 12<" in known
    assert "People in each cell" in known
    assert "春城" not in known
    assert ">★ 春城<" in hidden
    assert "People" not in hidden


def test_the_branch_has_a_star_in_its_cell_and_a_dot_where_no_cell_holds_it():
    elsewhere = cell("春城")
    elsewhere.wkb = shapely.to_wkb(circle(LonLat(125.5, 43.78), 400))

    inside = picture("plan", [cell("春城"), elsewhere], {"k": 12}, SPOT)
    outside = picture("plan", [elsewhere], {"k": 12}, SPOT)

    assert inside.count("★") == 2
    assert "<circle" not in inside
    assert "★" not in outside
    assert "<circle" in outside


def test_a_name_can_not_break_out_of_the_drawing():
    drawing = picture("<b>", [cell("</svg>")], None, Place("<script>", HOME))

    assert "<script>" not in drawing
    assert drawing.count("</svg>") == 1
    assert "<title>&lt;b&gt;</title>" in drawing


def test_cells_of_some_hundred_people_each_get_different_colours():
    shades = steps([0, 3, *range(250, 350, 5)])

    assert len(shades.least) == 5
    assert len({shades.colour(n) for n in range(250, 350, 5)}) == 5
    assert len({shades.colour(0), shades.colour(3), shades.colour(250)}) == 3
    assert [item.label for item in shades.legend()][:2] == ["nobody", "1–4"]


def test_one_number_of_people_has_one_colour_and_nobody_none():
    assert len(steps([40, 40]).legend()) == 3
    assert steps([]).least == ()
    assert steps([]).colour(3) == steps([40]).colour(3)
