"""The small map of a cell and the letters on paper, without any page around them."""

import numpy as np
import pytest
import shapely

from gridcrm.branches.models import PlaceKind
from gridcrm.maps.paper import Paper, fitted, width, wrapped
from gridcrm.maps.vicinity import HEIGHT_MM, WIDTH_MM, Neighbour, Picture, Spot, Vicinity
from gridcrm.maps.vicinity_svg import svg

LON, LAT, SIDE = 125.47, 43.78, 0.004


def cell(number: int, east: int, name: str) -> Neighbour:
    west = LON + east * SIDE
    return Neighbour(
        number, name, shapely.to_wkb(shapely.box(west, LAT, west + SIDE, LAT + SIDE / 2))
    )


def spot(kind: PlaceKind, name: str, shape: object, *, is_home: bool = False) -> Spot:
    return Spot(kind, name, shapely.to_wkb(shape), is_home=is_home)


HOME = spot(PlaceKind.OTHER, "经开支行", shapely.Point(LON + 0.001, LAT + 0.0005), is_home=True)
CELLS = [cell(1, 0, "东片"), cell(2, 1, "<b>西片</b>"), cell(3, 90, "远片")]
STREET = spot(
    PlaceKind.ROAD,
    "人民大街",
    shapely.LineString([(LON - 0.02, LAT + 0.001), (LON + 0.024, LAT + 0.001)]),
)
PARK = spot(PlaceKind.PARK, "公园", shapely.Point(LON, LAT).buffer(0.001))
FAR = spot(PlaceKind.SCHOOL, "远方小学", shapely.Point(LON + 0.5, LAT))


def picture(*spots: Spot) -> Picture:
    return Vicinity(HOME, CELLS, spots).picture(1)


def test_nothing_is_drawn_beyond_the_edges_of_the_map():
    shown = picture(STREET, PARK, FAR)
    corners = np.vstack([path for drawn in shown.drawn for path in drawn.paths])
    circle = 1.0
    assert (corners >= -circle).all()
    assert (corners <= [WIDTH_MM + circle, HEIGHT_MM + circle]).all()


def test_the_map_names_the_branch_the_street_and_the_neighbour_but_nothing_far_away():
    names = {name.text for name in picture(STREET, FAR).names}
    assert names == {"经开支行", "人民大街", "<b>西片</b>"}


def test_of_two_names_on_one_spot_the_first_is_written():
    schools = [spot(PlaceKind.SCHOOL, name, shapely.Point(LON + 0.003, LAT)) for name in "甲乙"]
    names = [name.text for name in picture(*schools).names]
    assert "甲" in names
    assert "乙" not in names


def test_a_street_is_named_half_way_along():
    (street,) = [name for name in picture(STREET).names if name.text == "人民大街"]
    assert street.x == pytest.approx(WIDTH_MM / 2, abs=0.5)


def test_the_bar_is_as_long_as_it_says():
    bar = picture().bar
    cell_m = SIDE * 111_320 * np.cos(np.radians(LAT))
    outline = picture().drawn[-2].paths[0]
    assert bar.length / bar.metres == pytest.approx(np.ptp(outline[:, 0]) / cell_m, rel=0.01)


def test_what_somebody_wrote_is_text_in_the_drawing():
    drawing = svg(picture(STREET), 'a "title" <i>')
    assert "&lt;b&gt;西片&lt;/b&gt;" in drawing
    assert "<b>" not in drawing
    assert "<i>" not in drawing


def test_a_long_name_ends_in_an_ellipsis_within_its_room():
    said = fitted("滨河湾二期东区" * 9, 3.2, 40)
    assert said.endswith("…")
    assert width(said, 3.2) <= 40
    assert fitted("滨河湾", 3.2, 40) == "滨河湾"


def test_text_breaks_between_words_and_between_chinese_letters():
    assert wrapped("one two three", 3, width("one two ", 3), 9) == ["one two", "three"]
    assert wrapped("上门走访物业经理", 3, 12.1, 9) == ["上门走访", "物业经理"]


def test_more_lines_than_there_is_room_for_end_in_an_ellipsis():
    lines = wrapped("上门走访物业经理" * 5, 3, 12.1, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_letters_that_no_font_has_do_not_stop_the_page():
    paper = Paper("😀", "x")
    paper.text(10, 10, "😀\u0007é網", 3)
    assert paper.finish().startswith(b"%PDF-1.")
