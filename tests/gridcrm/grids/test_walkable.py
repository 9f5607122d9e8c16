"""Rivers and motorways part cells and roads lead over them, when leads are proposed."""

import numpy as np
import shapely

from geo import Cells, LonLat, SquareSpec, tessellate
from geo.plane import Plane
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.grids.walkable import Walkable, walkable

HOME = LonLat(125.47, 43.78)
PLANE = Plane(HOME)


def on_earth(shape: shapely.Geometry) -> shapely.Geometry:
    found: shapely.Geometry = PLANE.unflatten_all(np.array([shape], dtype=object))[0]
    return found


CELLS = tessellate(on_earth(shapely.box(-1000, -500, 1000, 500)), SquareSpec(500, HOME))
RIVER = shapely.LineString([(250, -600), (250, 600)])
"""Along the border of two columns of cells."""


def place(kind: PlaceKind, shape: shapely.Geometry, name: str = "") -> Place:
    return Place(kind=kind, name=name, wkb=shapely.to_wkb(on_earth(shape)))


def asked(*places: Place, cells: Cells = CELLS) -> Walkable:
    middles = shapely.get_coordinates(shapely.centroid(cells.frame.geometry.to_numpy()))
    return walkable(cells, places, *PLANE.forward(*middles.T))


def test_without_water_all_neighbours_can_be_reached():
    found = asked(place(PlaceKind.ROAD, RIVER))
    assert (found.parted, found.parts, found.knows_barriers) == (0, 1, False)


def test_a_river_parts_the_banks_and_is_named():
    free = asked()
    found = asked(place(PlaceKind.WATER, RIVER, "南溪"), place(PlaceKind.WATER, RIVER.buffer(5)))

    assert found.parted == len(free.pairs) - len(found.pairs) > 0
    assert (found.parts, found.barriers, found.knows_barriers) == (2, ("南溪",), True)


def test_a_road_over_the_river_joins_the_cells_on_both_sides_and_one_along_it_does_not():
    river = place(PlaceKind.WATER, RIVER.buffer(20), "南溪")
    over = place(PlaceKind.ROAD, shapely.LineString([(100, 0), (400, 0)]))
    along = place(PlaceKind.ROAD, shapely.LineString([(271, -500), (271, 500)]))

    assert asked(river, over).parts == 1
    assert asked(river, over).parted == asked(river).parted - 1
    assert asked(river, along).parts == 2


def test_a_motorway_parts_like_a_river_and_an_underpass_joins():
    motorway = place(PlaceKind.MOTORWAY, RIVER, "长深高速")
    underpass = place(PlaceKind.ROAD, shapely.LineString([(100, 0), (400, 0)]))
    ramp = place(PlaceKind.ROAD, shapely.LineString([(100, 0), (250, 0)]))

    assert (asked(motorway).parts, asked(motorway).barriers) == (2, ("长深高速",))
    assert asked(motorway, underpass).parts == 1
    assert asked(motorway, ramp).parts == 2


def test_a_motorway_that_also_came_in_as_a_road_is_no_way_across_itself():
    motorway = place(PlaceKind.MOTORWAY, RIVER, "长深高速")
    before = place(PlaceKind.ROAD, RIVER, "长深高速")

    assert asked(motorway, before).parts == asked(motorway).parts == 2


def test_a_motorway_over_the_river_is_no_bridge_for_people_on_foot():
    river = place(PlaceKind.WATER, RIVER.buffer(20), "南溪")
    motorway = place(PlaceKind.MOTORWAY, shapely.LineString([(-900, 0), (900, 0)]), "长深高速")
    road = place(PlaceKind.ROAD, shapely.LineString([(-900, 0), (900, 0)]))

    assert asked(river, motorway).parts > 1
    assert asked(river, road).parts == 1


def test_a_pond_and_a_spring_part_nothing():
    pond = place(PlaceKind.WATER, shapely.Point(0, 0).buffer(30), "池")
    spring = place(PlaceKind.WATER, shapely.Point(250, 0), "泉")
    assert (asked(pond, spring).parted, asked(pond, spring).barriers) == (0, ())


def test_a_cell_under_water_goes_with_one_ashore_and_joins_no_banks():
    lake = place(PlaceKind.WATER, shapely.box(-270, -270, 270, 270), "湖")
    wide = place(PlaceKind.WATER, shapely.box(240, -700, 760, 700), "江")
    over = place(PlaceKind.ROAD, shapely.LineString([(100, 0), (900, 0)]))
    sea = place(PlaceKind.WATER, shapely.box(-2000, -2000, 2000, 2000), "海")

    assert (asked(lake).parts, asked(lake).barriers) == (1, ("湖",))
    assert asked(wide).parts == 2
    assert asked(wide, over).parts == 1
    assert asked(sea).parts == len(CELLS)


def test_parts_of_an_area_that_lie_apart_are_reached_after_all():
    area = shapely.union_all(
        [shapely.box(-1000, -500, -500, 500), shapely.box(500, -500, 1000, 500)]
    )
    apart = tessellate(on_earth(area), SquareSpec(500, HOME))
    assert asked(cells=apart).parts == 1
