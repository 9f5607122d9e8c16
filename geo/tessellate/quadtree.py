"""Squares that are divided into quarters, and these again, where there is much to hold."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo.errors import SpecError
from geo.tessellate.grid import Floats, Ints, pack, unpack

_LEAF = re.compile(r"(-?\d{1,9}):(-?\d{1,9}):([0-3]+)")
_FARTHEST = 1 << 30  # squares: around the earth several times
_QUARTERS = np.arange(4)  # south-west, south-east, north-west, north-east


@dataclass(frozen=True, eq=False)
class Quadtree:
    """The squares that came of dividing: for each its level, and its column and row there.

    At level n a square's side is half as long as at level n - 1. Squares of level 0 that stayed
    whole are not listed. Sorted by the row and column of the whole square and then by the path.
    """

    level: Ints
    cols: Ints
    rows: Ints

    @property
    def tops(self) -> Ints:
        """The squares of level 0 that were divided, packed."""
        return np.unique(pack(self.cols >> self.level, self.rows >> self.level))

    def leaves(self) -> tuple[str, ...]:
        """Return every square as text: column and row of the whole one, quarters taken."""
        return names(self.level, self.cols, self.rows)


def grow(depth: int, cols: Ints, rows: Ints, weight: Floats, most: float) -> Quadtree:
    """Return the squares that hold at most so much, or are of the last level.

    Points are given by column and row at that level, `depth`.
    """
    (cols, rows), weight = _summed(pack(cols, rows), weight)
    open_, leaves = _heavy(cols >> depth, rows >> depth, weight, most), []
    for level in range(1, depth + 1):
        quarters = pack(*_quarters(open_))
        at = depth - level
        here = np.isin(pack(cols >> at, rows >> at), quarters)
        cols, rows, weight = cols[here], rows[here], weight[here]
        open_ = _heavy(cols >> at, rows >> at, weight, most if at else np.inf)
        leaves.append((level, quarters[~np.isin(quarters, open_)]))
    levels = [np.full(len(keys), level) for level, keys in leaves]
    keys = np.concatenate([open_[:0], *(keys for _, keys in leaves)])
    return _sorted(np.concatenate([open_[:0], *levels]), *unpack(keys))


def read(depth: int, leaves: Iterable[str]) -> Quadtree:
    """Return the tree of squares written as text, which must fill their whole squares exactly."""
    found = [_LEAF.fullmatch(leaf) for leaf in leaves]
    parts = [match.groups() for match in found if match]
    level = np.array([len(path) for *_, path in parts], dtype=np.int64)
    places = [_place(int(col), int(row), path) for col, row, path in parts]
    cols, rows = np.array(places, dtype=np.int64).reshape(-1, 2).T
    known = len(parts) == len(found) and (level <= depth).all()
    if not (known and (np.maximum(np.abs(cols), np.abs(rows)) < _FARTHEST).all()):
        raise _damaged()
    tree = _sorted(level, cols, rows)
    if not _fills(tree, depth):
        raise _damaged()
    return tree


def names(level: Ints, cols: Ints, rows: Ints) -> tuple[str, ...]:
    """Return squares as text: column and row of the whole square, and the quarters taken."""
    triples = zip(level.tolist(), cols.tolist(), rows.tolist(), strict=True)
    return tuple(f"{c >> n}:{r >> n}:{_path(n, c, r)}" for n, c, r in triples)


def morton(level: Ints, cols: Ints, rows: Ints) -> Ints:
    """Return the quarters taken as one number, two bits for each."""
    out = np.zeros(len(level), dtype=np.int64)
    for bit in range(int(level.max(initial=0))):
        quarter = (cols >> bit & 1) + 2 * (rows >> bit & 1)
        out += np.where(bit < level, quarter << 2 * bit, 0)
    return out


def in_order(level: Ints, cols: Ints, rows: Ints) -> Ints:
    """Return the order of squares by the whole one's row and column, then by the quarters taken."""
    rest = 2 * (int(level.max(initial=0)) - level)
    return np.lexsort((morton(level, cols, rows) << rest, cols >> level, rows >> level))


def _sorted(level: Ints, cols: Ints, rows: Ints) -> Quadtree:
    order = in_order(level, cols, rows)
    return Quadtree(level[order], cols[order], rows[order])


def _summed(keys: Ints, weight: Floats) -> tuple[tuple[Ints, Ints], Floats]:
    """Return the weight in each smallest square; a sum must not depend on the order of points."""
    if (weight != np.rint(weight)).any():
        order = np.argsort(weight, kind="stable")
        keys, weight = keys[order], weight[order]
    found, which = np.unique(keys, return_inverse=True)
    total: Floats = np.bincount(which, weights=weight).astype(np.float64)
    return unpack(found), total


def _heavy(cols: Ints, rows: Ints, weight: Floats, most: float) -> Ints:
    keys, which = np.unique(pack(cols, rows), return_inverse=True)
    return keys[np.bincount(which, weights=weight, minlength=len(keys)) > most]


def _quarters(keys: Ints) -> tuple[Ints, Ints]:
    cols, rows = (2 * part[:, None] for part in unpack(keys))
    return (cols + (_QUARTERS & 1)).ravel(), (rows + (_QUARTERS >> 1)).ravel()


def _fills(tree: Quadtree, depth: int) -> bool:
    """Say whether each square starts where the one before it ends, along all quarters' quarters."""
    size = 1 << 2 * (depth - tree.level)
    start = morton(tree.level, tree.cols, tree.rows) * size
    top = pack(tree.cols >> tree.level, tree.rows >> tree.level)
    new = np.append(True, top[1:] != top[:-1])[: len(top)]
    whole = np.roll(new, -1)  # the last of each
    before = np.where(new, 0, np.roll(start + size, 1))
    return bool((start == before).all() and (start + size)[whole].sum() == whole.sum() << 2 * depth)


def _path(level: int, col: int, row: int) -> str:
    bits = range(level - 1, -1, -1)
    return "".join(str((col >> bit & 1) + 2 * (row >> bit & 1)) for bit in bits)


def _place(col: int, row: int, path: str) -> tuple[int, int]:
    for quarter in map(int, path):
        col, row = 2 * col + (quarter & 1), 2 * row + (quarter >> 1)
    return col, row


def _damaged() -> SpecError:
    return SpecError(
        "The stored squares don't fill the ones that they are quarters of.",
        "Give the leaves that to_dict wrote.",
    )
