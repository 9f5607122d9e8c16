"""Rivers, railways and motorways that keep neighbouring cells apart, and the bridges over them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tessellate.adjacency import meeting
from geo.tessellate.cells import Cells
from geo.tessellate.grid import Ints, Shapes, pack, unpack
from geo.tessellate.touching import POINT_M, Pairs, grouped

Mask = NDArray[np.bool_]

_HALF_M = 2.0  # what a barrier, and a bridge, takes to each side of its line
_MAIN = 0.25  # of a cell's ground: a part that large is no mere corner of it


@dataclass(frozen=True, eq=False)
class _Parts:
    """The parts into which barriers cut cells, whose they are, and which are main parts."""

    shapes: Shapes
    owner: Ints
    main: Mask


def kept_apart(cells: Cells, pairs: Pairs, barriers: Shapes, bridges: Shapes) -> Mask:
    """Say for each pair of neighbours whether barriers keep them apart.

    Barriers cut cells into parts, unless a bridge joins them. Two cells are kept apart when nobody
    can walk, within the two, from a main part of the one over their border to a main part of the
    other. Main are parts with a quarter of the cell's ground or more, and the largest one.
    """
    first, second, _ = pairs
    plane, shapes = cells.tiling.plane, cells.tiling.flat(np.arange(len(cells)))
    at, ground = _open_ground(shapes, plane.flatten_all(barriers), plane.flatten_all(bridges))
    out = np.isin(first, at) | np.isin(second, at)
    asked = np.flatnonzero(out)
    if asked.size:
        among = np.unique(np.append(first[asked], second[asked]))
        open_ = shapes.copy()
        open_[at] = ground
        parts = _parts(shapes, open_, among)
        linked = _linked(cells, parts, pack(second[asked], first[asked]))
        out[asked] = ~linked
    return out


def spanned(cells: Cells, bridges: Shapes) -> tuple[Ints, Ints]:
    """Return the pairs of cells between which a bridge leads over ground that is in no cell."""
    shapes = cells.tiling.flat(np.arange(len(cells)))
    lines = shapely.get_parts(cells.tiling.plane.flatten_all(bridges))
    bridge, cell = shapely.STRtree(shapes).query(lines, predicate="intersects")
    pieces, of = shapely.get_parts(
        shapely.intersection(lines[bridge], shapes[cell]), return_index=True
    )
    ends = [shapely.get_point(pieces, n) for n in (0, -1)]
    ways = [shapely.line_locate_point(lines[bridge[of]], end) for end in ends]
    start, stop = np.minimum(*ways), np.maximum(*ways)
    order = np.lexsort((start, bridge[of]))
    one, other = order[:-1], order[1:]
    over = (bridge[of][one] == bridge[of][other]) & (start[other] - stop[one] > POINT_M)
    first, second = cell[of][one[over]], cell[of][other[over]]
    return np.minimum(first, second), np.maximum(first, second)


def _open_ground(shapes: Shapes, barriers: Shapes, bridges: Shapes) -> tuple[Ints, Shapes]:
    """Return the positions of the shapes that barriers reach, and what is left of them."""
    obstacles = _short(barriers)
    which, cell = shapely.STRtree(shapes).query(obstacles, predicate="dwithin", distance=_HALF_M)
    order = np.argsort(cell, kind="stable")
    at, number = np.unique(cell[order], return_inverse=True)
    blocked = shapely.buffer(
        shapely.geometrycollections(obstacles[which[order]], indices=number), _HALF_M, quad_segs=2
    )
    passage = shapely.buffer(shapely.union_all(bridges), _HALF_M)
    return at, shapely.difference(shapes[at], shapely.difference(blocked, passage))


def _short(barriers: Shapes) -> Shapes:
    """Return each stretch of the lines on its own, and barriers with a ground, such as lakes."""
    parts = shapely.get_parts(barriers)
    broad = shapely.get_dimensions(parts) > 1
    xy, line = shapely.get_coordinates(parts[~broad], return_index=True)
    on = line[1:] == line[:-1]
    stretches = np.asarray(shapely.linestrings(np.stack([xy[:-1][on], xy[1:][on]], axis=1)))
    return np.append(stretches, parts[broad])


def _parts(shapes: Shapes, ground: Shapes, among: Ints) -> _Parts:
    parts, of = shapely.get_parts(ground[among], return_index=True)
    owner, area = among[of], shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    main = (area >= _MAIN * shapely.area(shapes[owner])) | (area == largest[owner])
    return _Parts(parts, owner, main)


def _linked(cells: Cells, parts: _Parts, keys: Ints) -> Mask:
    """Say which pairs, packed, can be walked from a main part to a main part."""
    one, other, _ = meeting(cells, parts.shapes)
    ends = parts.owner[one], parts.owner[other]
    link = pack(np.maximum(*ends), np.minimum(*ends))
    order = np.argsort(keys)
    pair = order[np.minimum(np.searchsorted(keys, link, sorter=order), len(keys) - 1)]
    asked = keys[pair] == link
    pair, one, other = pair[asked], one[asked], other[asked]
    # a part takes part in several pairs, in each of them on its own
    nodes, at = np.unique(np.append(pack(pair, one), pack(pair, other)), return_inverse=True)
    label = grouped(len(nodes), at[: len(pair)], at[len(pair) :])
    of, part = unpack(nodes)
    lower = parts.owner[part] == unpack(keys[of])[1]
    main = parts.main[part]
    both = np.intersect1d(label[main & lower], label[main & ~lower])
    out = np.zeros(len(keys), dtype=bool)
    out[of[both]] = True
    return out
