import numpy as np
import pytest
import shapely

from geo import LonLat, SquareSpec, circle, tessellate
from geo.plane import Plane
from gridcrm.grids.naming import LONGEST, Compass, Landmark, Namer, numbered

HOME = LonLat(125.47, 43.78)
COMPASS = Compass(here="here", east="E{n}", west="W{n}", north="N{n}", south="S{n}")


def at(*metres: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of points so many metres east and north of the branch."""
    return Plane(HOME).inverse(*np.array(metres, dtype=float).T)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon(np.column_stack(at(*corners)))


def names(*metres: tuple[float, float], marks: tuple[Landmark, ...] = ()) -> list[str]:
    return Namer(HOME, 200, marks, COMPASS).names(*at(*metres))


def test_a_cell_is_called_after_the_community_around_its_middle():
    garden = Landmark("春城花园", box(300, 300, 900, 900))

    assert names((600, 600), marks=(garden,)) == ["春城花园"]


def test_a_community_nearby_names_the_cell_and_one_farther_off_does_not():
    garden = Landmark("春城花园", box(0, 0, 100, 100))

    assert names((190, 50), (210, 50), marks=(garden,)) == ["春城花园", "E1"]


def test_a_community_known_as_a_point_names_its_cell():
    point = Landmark("大冲", shapely.Point(*(v[0] for v in at((400, 0)))))

    assert names((410, 20), marks=(point,)) == ["大冲"]


def test_cells_of_one_community_are_numbered_from_the_north_west():
    garden = Landmark("春城花园", box(0, 0, 900, 900))

    found = names((200, 200), (600, 600), (200, 600), marks=(garden,))

    assert found == ["春城花园 3", "春城花园 2", "春城花园"]


def test_the_cell_of_the_community_itself_keeps_the_plain_name_not_the_sliver_north_of_it():
    garden = Landmark("春城花园", shapely.Point(*(v[0] for v in at((0, 0)))))

    assert names((0, 90), (0, 10), marks=(garden,)) == ["春城花园 2", "春城花园"]


@pytest.mark.parametrize(
    ("metres", "name"),
    [
        ((0, 0), "here"),
        ((99, -99), "here"),
        ((101, 0), "E1"),
        ((-400, 600), "W2 N3"),
        ((0, -220), "S1"),
    ],
)
def test_a_cell_without_a_community_says_where_it_lies(metres: tuple[float, float], name: str):
    assert names(metres) == [name]


def test_squares_are_called_by_their_column_and_row():
    cells = tessellate(circle(HOME, 800), SquareSpec(200, HOME))
    inside = shapely.get_coordinates(shapely.point_on_surface(cells.frame.geometry.to_numpy()))

    found = Namer(HOME, 200, (), COMPASS).names(*inside.T)

    by_key = dict(zip(cells.ids, found, strict=True))
    assert by_key["sq:200:0:0"] == "here"
    assert by_key["sq:200:-2:3"] == "W2 N3"
    assert len(set(found)) == len(cells)


def test_a_number_that_a_community_has_in_its_name_is_not_given_again():
    assert numbered(["万科", "万科", "万科 2"], range(3)) == ["万科", "万科 3", "万科 2"]


def test_numbered_names_fit_into_the_column():
    found = numbered(["长" * 90] * 12, range(12))

    assert len(set(found)) == 12
    assert max(map(len, found)) <= LONGEST
