import math

import pytest

from geo import LonLat, SquareSpec, circle, tessellate
from gridcrm.customers.placement import Gazetteer, Grid, Guess, Spot, cell_ids

HOME = LonLat(125.47, 43.78)
GARDEN = Spot("阳光花园", 125.471, 43.781)
GARDEN_EAST = Spot("阳光花园", 125.473, 43.781)
GARDEN_FAR = Spot("阳光花园", 125.50, 43.781)
NEW_TOWN = Spot("大冲新城花园", 125.475, 43.783)


@pytest.fixture(scope="module")
def grid() -> Grid:
    cells = tessellate(circle(HOME, 1000), SquareSpec(500, HOME))
    return Grid(cells, {key: 100 + n for n, key in enumerate(cells.ids)})


def test_a_point_gets_the_row_of_its_cell_and_one_outside_gets_none(grid: Grid):
    at_home, outside = cell_ids([HOME.lon, 126.0], [HOME.lat, 43.78], grid)
    assert at_home == grid.numbers["sq:500:0:0"]
    assert outside is None


def test_without_a_position_or_a_grid_there_is_no_cell(grid: Grid):
    assert cell_ids([math.nan], [math.nan], grid) == [None]
    assert cell_ids([HOME.lon], [HOME.lat], None) == [None]


def test_a_cell_that_was_left_out_of_the_plan_holds_nobody(grid: Grid):
    assert cell_ids([HOME.lon], [HOME.lat], Grid(grid.cells, {})) == [None]


def test_a_name_is_found_in_any_width_and_spacing():
    assert Gazetteer([GARDEN]).find(" 阳光 花园") == GARDEN


def test_parts_of_one_community_are_one_place():
    assert Gazetteer([GARDEN, GARDEN_EAST]).find("阳光花园") == GARDEN


def test_two_places_of_one_name_far_apart_are_left_to_a_person():
    both = Gazetteer([GARDEN, GARDEN_FAR])
    assert both.find("阳光花园") is None
    assert both.guesses("阳光花园") == [Guess(GARDEN, 100), Guess(GARDEN_FAR, 100)]


def test_a_similar_name_is_offered_but_not_taken():
    gazetteer = Gazetteer([GARDEN, NEW_TOWN])
    assert gazetteer.find("大冲新城") is None
    assert gazetteer.guesses("大冲新城") == [Guess(NEW_TOWN, 97)]


def test_an_unlike_name_and_an_empty_one_lead_nowhere():
    gazetteer = Gazetteer([GARDEN, NEW_TOWN])
    assert gazetteer.guesses("万科金域") == []
    assert gazetteer.find("") is None


def test_what_somebody_decided_wins_over_the_list_of_places():
    decided = Spot("阳光花园", 125.48, 43.79, remembered=True)
    assert Gazetteer([decided, GARDEN, GARDEN_FAR]).find("阳光 花园") == decided


def test_a_remembered_name_of_a_place_is_offered_under_the_name_of_the_place():
    written = Spot("大冲新成", NEW_TOWN.lon, NEW_TOWN.lat, remembered=True)
    pin = Spot("大冲西里", 125.4, 43.7, remembered=True)
    gazetteer = Gazetteer([written, pin, NEW_TOWN])
    assert [guess.spot.name for guess in gazetteer.guesses("大冲新城")] == ["大冲新城花园"]
    assert [guess.spot.name for guess in gazetteer.guesses("大冲西区里")] == ["大冲西里"]
    assert gazetteer.at(NEW_TOWN.lon, NEW_TOWN.lat) == "大冲新城花园"
    assert gazetteer.at(pin.lon, pin.lat) == ""
