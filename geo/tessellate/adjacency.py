"""Which cells share a border: by arithmetic in the middle of a regular grid, else by their shapes."""

from dataclasses import dataclass

import numpy as np

from geo.tessellate.cells import Cells, Tiling
from geo.tessellate.edited import EditedTiling
from geo.tessellate.grid import Grid, Ints, Shapes, pack
from geo.tessellate.regular import RegularTiling
from geo.tessellate.spec import EditedSpec, PolygonSpec
from geo.tessellate.touching import Pairs, contacts, touching

_STEPS = {4: ((1, 0), (0, 1)), 6: ((1, 0), (0, 1), (-1, 1))}  # to half of the cells around


@dataclass(frozen=True, eq=False)
class _Plain:
    """The whole cells of a regular grid: their positions, ascending, and where they are."""

    grid: Grid
    at: Ints
    cols: Ints
    rows: Ints


def adjacent(cells: Cells) -> Pairs:
    """Return the positions of the pairs of cells that share a border, and its length in metres."""
    plain = _plain(cells.tiling)
    if plain is None:
        return meeting(cells, cells.tiling.flat(np.arange(len(cells))))
    first, second, shared_m = _in_grid(plain)
    degree = np.bincount(np.append(first, second), minlength=len(cells))
    rest = np.flatnonzero(degree < plain.grid.corners)
    one, other, more_m = touching(cells.tiling.flat(rest))
    known = np.isin(rest, plain.at)
    new = ~(known[one] & known[other])
    return (
        np.append(first, rest[one[new]]),
        np.append(second, rest[other[new]]),
        np.append(shared_m, more_m[new]),
    )


def meeting(cells: Cells, shapes: Shapes) -> Pairs:
    """Return which of some shapes of cells, or of parts of them, share a border."""
    spec = cells.spec.base if isinstance(cells.spec, EditedSpec) else cells.spec
    return contacts(shapes) if isinstance(spec, PolygonSpec) else touching(shapes)


def _plain(tiling: Tiling) -> _Plain | None:
    """Return the whole cells of a regular grid, those that nobody has changed."""
    at, of_base = np.arange(len(tiling)), np.arange(len(tiling))
    if isinstance(tiling, EditedTiling):
        (at, of_base), tiling = tiling.untouched, tiling.sheet.base.tiling
    if not isinstance(tiling, RegularTiling):
        return None
    lattice = tiling.lattice
    whole = ~np.isin(of_base, lattice.cut)
    cols, rows = lattice.cols[of_base[whole]], lattice.rows[of_base[whole]]
    return _Plain(tiling.grid, at[whole], cols, rows)


def _in_grid(plain: _Plain) -> Pairs:
    if not len(plain.at):
        return plain.at, plain.at, np.empty(0)
    keys = pack(plain.cols, plain.rows)
    pairs = []
    for east, north in _STEPS[plain.grid.corners]:
        wanted = pack(plain.cols + east, plain.rows + north)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = keys[found] == wanted
        pairs.append((plain.at[there], plain.at[found[there]]))
    first, second = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return first, second, np.full(len(first), plain.grid.side_m)
