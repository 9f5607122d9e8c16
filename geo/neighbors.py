"""Which cells are next to each other, and along how long a border."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import refuse_impossible
from geo.barriers import kept_apart, spanned
from geo.errors import AreaError
from geo.tessellate.adjacency import adjacent
from geo.tessellate.cells import Cells
from geo.tessellate.cutting import as_array
from geo.tessellate.grid import Ints, Shapes, pack, unpack
from geo.tessellate.touching import Pairs

if TYPE_CHECKING:
    import pandas as pd


def neighbors(
    cells: Cells,
    barriers: Iterable[BaseGeometry] | None = None,
    bridges: Iterable[BaseGeometry] | None = None,
) -> "pd.DataFrame":
    """Return cell_id, neighbor_id and shared_m, the length of their border; sorted, both ways.

    Cells that meet in a corner are no neighbours. Barriers and bridges are shapes in EPSG:4326: a
    pair that barriers keep apart is left out unless a bridge leads over, and a bridge between two
    cells over ground that is in no cell makes them neighbours with a shared_m of 0.
    """
    obstacles, over = _checked(barriers), _checked(bridges)
    pairs = adjacent(cells)
    if obstacles.size:
        near = ~kept_apart(cells, pairs, obstacles, over)
        pairs = pairs[0][near], pairs[1][near], pairs[2][near]
    if over.size:
        pairs = _with_spans(pairs, *spanned(cells, over))
    return _frame(cells, pairs)


def _checked(shapes: object) -> Shapes:
    several = as_array(shapes) if isinstance(shapes, Iterable) else as_array([shapes])
    several = several[~shapely.is_missing(several)]
    if isinstance(shapes, BaseGeometry) or not shapely.is_geometry(several).all():
        raise AreaError(
            "Barriers and bridges are lists of shapes.", "Give lines or areas of shapely."
        )
    refuse_impossible(several)
    return several


def _with_spans(pairs: Pairs, first: Ints, second: Ints) -> Pairs:
    known = pack(pairs[1], pairs[0])
    new = np.setdiff1d(pack(second, first), known)
    second, first = unpack(new)
    return (
        np.append(pairs[0], first),
        np.append(pairs[1], second),
        np.append(pairs[2], np.zeros(len(new))),
    )


def _frame(cells: Cells, pairs: Pairs) -> "pd.DataFrame":
    import pandas as pd  # here, because it takes a while to load

    cell, neighbor = np.append(pairs[0], pairs[1]), np.append(pairs[1], pairs[0])
    rank = np.empty(len(cells), dtype=np.int64)
    rank[np.argsort(cells.ids)] = np.arange(len(cells))
    order = np.lexsort((rank[neighbor], rank[cell]))
    ids = pd.Series(cells.ids).array
    return pd.DataFrame(
        {
            "cell_id": ids.take(cell[order]),
            "neighbor_id": ids.take(neighbor[order]),
            "shared_m": np.append(pairs[2], pairs[2])[order],
        }
    )
