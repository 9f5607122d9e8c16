"""Which shapes of the plane share a border, and for how long."""

import numpy as np
import shapely

from geo.tessellate.grid import Floats, Ints, Shapes, pack, unpack
from geo.tessellate.overlay import common

Pairs = tuple[Ints, Ints, Floats]

NEAR_M = 1e-3  # borders up to a millimetre apart are one
POINT_M = 0.01  # what shares less than this touches in a point


def touching(shapes: Shapes) -> Pairs:
    """Return the pairs of shapes that share a border, first < second, and its length in metres.

    Corners need not match: borders that run along each other, up to a millimetre apart, count.
    The two shapes lie on the two sides of what they share, unless they lie over each other.
    """
    start, end, owner = _segments(shapes)
    same = _same(start, end, owner)
    lone = np.ones(len(owner), dtype=bool)
    lone[np.concatenate(same[:2])] = False
    along = _along(start[lone], end[lone], owner[lone])
    first = np.concatenate([owner[same[0]], along[0]])
    second = np.concatenate([owner[same[1]], along[1]])
    return _summed(first, second, np.concatenate([same[2], along[2]]))


def contacts(shapes: Shapes) -> Pairs:
    """Return the pairs as `touching` does, and those that lie over each other.

    What two shapes both cover is taken as a border with a width: half its outline is added.
    """
    touch, over = touching(shapes), overlapping(shapes)
    wide = 2 * shapely.area(over[2]) > NEAR_M * shapely.length(over[2])
    outline = np.where(wide, shapely.length(over[2]), 0.0)
    first, second = np.append(touch[0], over[0]), np.append(touch[1], over[1])
    return _summed(first, second, np.append(touch[2], outline / 2))


def grouped(count: int, first: Ints, second: Ints) -> Ints:
    """Return for each of `count` things the least one that pairs lead to from it."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[first], label[second])
        after = label.copy()
        np.minimum.at(after, first, low)
        np.minimum.at(after, second, low)
        after = after[after]
        if (after == label).all():
            return label
        label = after


def overlapping(shapes: Shapes) -> tuple[Ints, Ints, Shapes]:
    """Return the pairs of shapes that may lie over each other, and what both cover."""
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    tree = shapely.STRtree(shapes)
    found = tree.query(shapes[suspects], predicate="intersects")
    one, other = suspects[found[0]], found[1]
    pairs = pack(np.maximum(one, other), np.minimum(one, other))
    keys = np.unique(pairs[one != other])
    second, first = unpack(keys)
    return first, second, common(shapes[first], shapes[second])


def _segments(shapes: Shapes) -> tuple[Floats, Floats, Ints]:
    """Return start and end of every segment of every border, ground on the left, and whose it is."""
    parts, of_shape = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    real = (ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    owner = of_shape[of_part[ring[:-1][real]]]
    return xy[:-1][real], xy[1:][real], owner.astype(np.int64)


def _same(start: Floats, end: Floats, owner: Ints) -> Pairs:
    """Return the pairs of segments between the same two corners, and their length."""
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low = np.where(turned[:, None], end, start)
    high = np.where(turned[:, None], start, end)
    keys = np.column_stack([owner, high, low])
    order = np.lexsort(keys.T)
    places = keys[order, 1:]
    number = np.cumsum(np.append(True, (places[1:] != places[:-1]).any(axis=1)))
    most = int(np.bincount(number).max())  # two, unless shapes lie over each other
    pairs = [(n, np.flatnonzero(number[n:] == number[:-n])) for n in range(1, most)]
    one = np.concatenate([order[:0], *(order[at] for _, at in pairs)])
    other = np.concatenate([order[:0], *(order[at + n] for n, at in pairs)])
    facing = turned[one] != turned[other]
    one, other = one[facing], other[facing]
    return one, other, np.hypot(*(end[one] - start[one]).T)


def _along(start: Floats, end: Floats, owner: Ints) -> Pairs:
    """Return the owners of the segments that run along each other, and for how long."""
    lines = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=NEAR_M)
    once = owner[one] < owner[other]
    one, other = one[once], other[once]
    shared = _common(start[one], end[one], start[other], end[other])
    return owner[one], owner[other], shared


def _common(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Return how much of the segment from a to b has the one from c to d beside it."""
    length = np.hypot(*(b - a).T)
    along = (b - a) / length[:, None]
    at_c, at_d = ((p - a)[:, 0] * along[:, 0] + (p - a)[:, 1] * along[:, 1] for p in (c, d))
    off_c, off_d = ((p - a)[:, 1] * along[:, 0] - (p - a)[:, 0] * along[:, 1] for p in (c, d))
    low = np.clip(np.minimum(at_c, at_d), 0, length)
    high = np.clip(np.maximum(at_c, at_d), 0, length)
    span = np.where(at_d == at_c, 1.0, at_d - at_c)
    off = [np.abs(off_c + (at - at_c) / span * (off_d - off_c)) for at in (low, high)]
    return np.where((np.maximum(*off) <= NEAR_M) & (at_d < at_c), high - low, 0.0)


def _summed(first: Ints, second: Ints, shared_m: Floats) -> Pairs:
    low, high = np.minimum(first, second), np.maximum(first, second)
    keys, which = np.unique(pack(high, low), return_inverse=True)
    total = np.zeros(len(keys))
    np.add.at(total, which, shared_m)
    second, first = unpack(keys[total > POINT_M])
    return first, second, total[total > POINT_M]
