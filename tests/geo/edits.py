"""Random changes of cells: chosen by number, so that they fit whatever cells there are."""

import numpy as np
import shapely
from hypothesis import strategies as st

from geo.errors import AreaError, ReshapeError
from geo.reshape import draw, merge, move_border, split
from geo.tessellate.adjacency import adjacent


def moves(most=7):
    """A few changes as tuples: what, which cell, which neighbour, and three numbers."""
    number = st.integers(0, 10_000)
    share = st.integers(-100, 100).map(lambda n: n / 100)
    return st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            number,
            number,
            share,
            share,
            st.integers(1, 20).map(lambda n: n / 20),
        ),
        min_size=1,
        max_size=most,
    )


def moved(cells, several):
    """Return the cells after the changes that are possible, and how many were."""
    done = 0
    for what, *numbers in several:
        try:
            cells = what(cells, *numbers)
            done += 1
        except (ReshapeError, AreaError):
            continue
    return cells, done


def shapes_of(cells):
    """The cells on their plane."""
    return cells.tiling.flat(np.arange(len(cells)))


def degrees(cells, flat):
    """A shape of the cells' plane in longitude and latitude."""
    plane = cells.tiling.plane
    return shapely.transform(flat, lambda xy: np.column_stack(plane.inverse(*xy.T)))


def as_on_a_screen(shape, number):
    """Every second shape with six decimals, as maps send them."""
    if number % 2 or not isinstance(shape, shapely.Polygon | shapely.LineString):
        return shape
    return shapely.transform(shape, lambda xy: xy.round(6))


def _merge(cells, which, other, *_):
    first, second, _ = adjacent(cells)
    if not len(first):
        raise ReshapeError("nothing touches")
    n = which % len(first)
    ids = {cells.ids[first[n]], cells.ids[second[n]]}
    more = np.flatnonzero(first == second[n])
    if more.size:
        ids.add(cells.ids[second[more[other % len(more)]]])
    return merge(cells, ids)


def _split(cells, which, bend, east, north, size):
    at = which % len(cells)
    shape = shapes_of(cells)[at]
    west, south, to_east, to_north = shape.bounds
    corners = shapely.get_coordinates(shape)
    middle = shapely.get_coordinates(shape.centroid)[0]
    reach = np.hypot(to_east - west, to_north - south)
    way = np.array([east, north + 0.001]) / np.hypot(east, north + 0.001)
    if bend % 3 == 0:  # along an axis, through a corner
        way, middle = np.array([1.0, 0.0]), corners[bend % 4]
    knee = middle + (bend % 2) * size * 60 * way[::-1]
    line = shapely.LineString([middle - reach * way, knee, middle + reach * way])
    if bend % 4 == 0:  # from a corner to another one, by the way of its middle
        line = shapely.LineString([corners[bend % len(corners)], middle, corners[which % 3]])
    return split(cells, cells.ids[at], as_on_a_screen(degrees(cells, line), bend))


def _move(cells, which, turn, east, north, size):
    first, second, _ = adjacent(cells)
    if not len(first):
        raise ReshapeError("nothing touches")
    n = which % len(first)
    shapes = shapes_of(cells)
    border = shapely.shortest_line(shapes[first[n]], shapes[second[n]])
    place = shapely.get_coordinates(border)[0] + np.array([east, north]) * 50
    shape = shapely.box(*(place - size * 150), *(place + size * 150 * (1 + turn % 2)))
    if turn % 4 == 0:  # exactly along the outline of the one, or of the other
        shape = shapely.intersection(shapes[second[n]], shape.buffer(30))
    pair = [cells.ids[first[n]], cells.ids[second[n]]]
    return move_border(
        cells, *pair[:: 1 if turn % 3 else -1], as_on_a_screen(degrees(cells, shape), turn)
    )


def _draw(cells, key, corners, east, north, size):
    place = shapely.Point(east * 900, north * 900)
    shape = place.buffer(size * 400, quad_segs=1 + corners % 4)
    if corners % 5 == 0:  # exactly the outline of a cell and something beside it
        shape = shapes_of(cells)[key % len(cells)].union(shape)
    if corners % 7 == 0:
        shape = shapely.intersection(shapely.union_all(shapes_of(cells)[key % 3 :: 3]), shape)
    return draw(cells, f"{key}", as_on_a_screen(degrees(cells, shape), corners))


MOVES = [_merge, _split, _move, _draw]
