"""Between which cells of a plan one can walk: water and motorways part them, roads lead over. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import Cells, neighbors
from geo.territories import bridged
from geo.territory.graph import graph_of
from gridcrm.branches.models import Place, PlaceKind

_BARRIERS = (PlaceKind.WATER, PlaceKind.MOTORWAY)
HEEDED = (*_BARRIERS, PlaceKind.ROAD)
"""The places that say where one can walk."""
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Pairs = set[tuple[int, int]]
_LINE = 1
_LANE_DEG = 1e-5
"""A metre."""
_DRY = 0.05
"""A cell with less of its ground outside the water is under water: nobody has to walk there."""


@dataclass(frozen=True, eq=False)
class Walkable:
    """Pairs of positions of cells, how many neighbours are parted, by what, and in how many parts."""

    pairs: NDArray[np.int64]
    parted: int
    barriers: tuple[str, ...]
    parts: int
    knows_barriers: bool


def walkable(cells: Cells, places: Sequence[Place], x_m: Floats, y_m: Floats) -> Walkable:
    """Return who can be reached from whom; x and y are the middles of the cells on a plane.

    Parts of the area that lie apart are reached after all, banks without a bridge are not. Cells
    under water go with the nearest one ashore.
    """
    water, motorways = (_shapes(places, kind) for kind in _BARRIERS)
    barriers = np.concatenate([water, motorways])
    bordering = _pairs(cells, neighbors(cells))
    near = bordering
    if len(barriers):
        roads = _across(_shapes(places, PlaceKind.ROAD), barriers, motorways)
        near = _pairs(cells, neighbors(cells, barriers, roads))
    linked = _as_pairs(bridged(_as_array(bordering), x_m, y_m))
    parted = bordering - near
    pairs = _ashore(_as_array((linked | near) - parted), _under(cells, water), x_m, y_m)
    return Walkable(
        pairs,
        len(parted),
        _names(places, cells, parted),
        int(graph_of(len(cells), pairs, None).part.max(initial=0)) + 1,
        bool(len(barriers)),
    )


def _shapes(places: Sequence[Place], kind: PlaceKind) -> Shapes:
    found = shapely.from_wkb([place.wkb for place in places if place.kind is kind])
    shapes = np.array(found, dtype=object)
    return np.extract(shapely.get_dimensions(shapes) >= _LINE, shapes)


def _under(cells: Cells, water: Shapes) -> NDArray[np.bool_]:
    """Say which cells are under water."""
    areas = np.extract(shapely.get_dimensions(water) > _LINE, water)
    shapes = cells.frame.geometry.to_numpy()
    cell, area = shapely.STRtree(areas).query(shapes, predicate="intersects")
    wet = shapely.area(shapely.intersection(shapes[cell], areas[area]))
    return np.bincount(cell, wet, len(cells)) > (1 - _DRY) * shapely.area(shapes)


def _ashore(
    pairs: NDArray[np.int64], under: NDArray[np.bool_], x_m: Floats, y_m: Floats
) -> NDArray[np.int64]:
    """Return the pairs with one more for each cell under water that no cell ashore reaches."""
    part, land = graph_of(len(under), pairs, None).part, np.flatnonzero(~under)
    lost = np.flatnonzero(~np.isin(part, part[land]))
    if not (land.size and lost.size):
        return pairs
    middles = np.asarray(shapely.points(x_m, y_m))
    nearest = land[shapely.STRtree(middles[land]).nearest(middles[lost])]
    return np.concatenate([pairs, np.column_stack([nearest, lost])])


def _across(roads: Shapes, barriers: Shapes, motorways: Shapes) -> Shapes:
    """Return the roads that lead over or under a barrier.

    A motorway that once came in as a road lies along itself, and leads nowhere.
    """
    lines = np.extract(shapely.get_dimensions(roads) == _LINE, roads)
    over, _ = shapely.STRtree(barriers).query(lines, predicate="intersects")
    along, _ = shapely.STRtree(shapely.buffer(motorways, _LANE_DEG)).query(
        lines, predicate="covered_by"
    )
    return np.take(lines, np.setdiff1d(over, along))


def _names(places: Sequence[Place], cells: Cells, parted: Pairs) -> tuple[str, ...]:
    """Return the names of what lies between the middles of cells that are parted."""
    named = [place for place in places if place.kind in _BARRIERS and place.name]
    if not (named and parted):
        return ()
    middles = shapely.get_coordinates(shapely.point_on_surface(cells.frame.geometry.to_numpy()))
    ways = shapely.linestrings(middles[_as_array(parted)])
    tree = shapely.STRtree(shapely.from_wkb([place.wkb for place in named]))
    found = tree.query(ways, predicate="intersects")[1]
    return tuple(sorted({named[at].name for at in found.tolist()}))


def _pairs(cells: Cells, frame: Any) -> Pairs:
    """Return neighbours as positions, each pair once, the lower one first."""
    position = {key: n for n, key in enumerate(cells.ids.tolist())}
    both = zip(frame["cell_id"], frame["neighbor_id"], strict=True)
    found = ((position[one], position[other]) for one, other in both)
    return {pair for pair in found if pair[0] < pair[1]}


def _as_array(pairs: Pairs) -> NDArray[np.int64]:
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _as_pairs(pairs: NDArray[np.int64]) -> Pairs:
    return {(min(pair), max(pair)) for pair in pairs.tolist()}
