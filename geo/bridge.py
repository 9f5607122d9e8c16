"""From the cells of one division to those of another: which share of each went where."""

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.assign import assign_codes
from geo.columns import two_columns
from geo.errors import PointError, StatsError, one_of
from geo.tessellate.cells import Cells
from geo.tessellate.grid import Floats, Ints, Shapes, pack, unpack
from geo.tessellate.overlay import common_m2, without

if TYPE_CHECKING:
    import pandas as pd

Count = int | float
_Rows = tuple[Ints, Floats]  # an old and a new position packed, and a share

_OUTSIDE = -1
_TRACE = 1e-9  # of a cell: what rounding leaves on the other side of a border
_SAME_M = 1e-6


class Share(StrEnum):
    """By what a cell is divided: the columns of a bridge."""

    AREA = "area_share"
    PEOPLE = "people_share"


def bridge(
    old: Cells, new: Cells, weights: tuple[ArrayLike, ArrayLike] | None = None
) -> "pd.DataFrame":
    """Return old_id, new_id, area_share and people_share: how much of the old cell is in the new.

    `weights` are longitudes and latitudes of people; without them people_share is NaN, and where
    an old cell has nobody it is the area_share. Both add up to 1 for every old cell; what is in no
    new cell has the new_id None. Where new cells lie over each other, the first one counts.
    """
    area_keys, area_shares = _by_area(old, new)
    people_keys, people_shares = _by_people(old, new, weights)
    keys = np.union1d(area_keys, people_keys)
    area, people = np.zeros(len(keys)), np.zeros(len(keys))
    area[np.searchsorted(keys, area_keys)] = area_shares
    people[np.searchsorted(keys, people_keys)] = people_shares
    cell = _cells_of(keys)[0]
    empty = ~np.isin(cell, _cells_of(people_keys)[0])
    people[empty] = area[empty] if weights is not None else np.nan
    return _frame(old, new, keys, {Share.AREA: area, Share.PEOPLE: people})


def carry(
    counts_by_old: Mapping[str, Count], frame: "pd.DataFrame", by: Share | None = None
) -> dict[str | None, Count]:
    """Return what counts of old cells are on the new ones, with the same sum; None is outside.

    Divides by people where the bridge has them, else by area. Whole numbers stay whole: what is
    left after rounding down goes to the cells with the largest remainders.
    """
    if by is None:
        by = Share.AREA if frame[Share.PEOPLE].isna().any() else Share.PEOPLE
    by = one_of(Share, by, StatsError)
    number = {cell_id: n for n, cell_id in enumerate(dict.fromkeys(frame["new_id"].tolist()))}
    target = np.array([number[cell_id] for cell_id in frame["new_id"]], dtype=np.int64)
    _refuse_unknown(counts_by_old, frame)
    share = frame[by].to_numpy() * [float(counts_by_old.get(i, 0)) for i in frame["old_id"]]
    moved = np.zeros(len(number))
    np.add.at(moved, target, share)
    if not all(isinstance(count, Integral) for count in counts_by_old.values()):
        return dict(zip(number, moved.tolist(), strict=True))
    whole = _whole(moved, int(sum(counts_by_old.values())))
    return dict(zip(number, whole.tolist(), strict=True))


def _by_area(old: Cells, new: Cells) -> _Rows:
    """Return the shares of ground; cells that are the same in both are not measured."""
    same_old, same_new = _unchanged(old, new)
    rest = np.setdiff1d(np.arange(len(old)), same_old)
    others = np.setdiff1d(np.arange(len(new)), same_new)
    shapes, ground = old.tiling.flat(rest), _on_plane_of(old, new, others)
    cell, other = shapely.STRtree(ground).query(shapes, predicate="intersects")
    order = np.lexsort((other, cell))
    cell, other = cell[order], other[order]
    share = common_m2(shapes[cell], ground[other])
    share /= shapely.area(shapes)[cell]
    total = np.bincount(cell, weights=share, minlength=len(rest))
    for twice in np.flatnonzero(total > 1 + _TRACE):
        mine = np.flatnonzero(cell == twice)
        share[mine] = _in_turn(shapes[twice], ground[other[mine]])
    return _filled(rest, cell, others[other], share, (same_old, same_new))


def _filled(rest: Ints, cell: Ints, other: Ints, share: Floats, same: tuple[Ints, Ints]) -> _Rows:
    """Return the rows with what is missing to 1: it is outside, unless rounding has taken it."""
    kept = share > _TRACE
    cell, other, share = cell[kept], other[kept], share[kept]
    total = np.zeros(len(rest))
    np.add.at(total, cell, share)
    outside = np.flatnonzero(total < 1 - _TRACE)
    full = np.ones(len(rest), dtype=bool)
    full[outside] = False
    share[full[cell]] /= total[cell[full[cell]]]
    keys = [_keys(rest[cell], other), _keys(rest[outside], np.full(len(outside), _OUTSIDE))]
    shares = np.append(share, np.append(1 - total[outside], np.ones(len(same[0]))))
    return np.concatenate([*keys, _keys(*same)]), shares


def _in_turn(shape: BaseGeometry, others: Shapes) -> Floats:
    """Return the share of a shape in each of others, the first one first."""
    out, left = np.zeros(len(others)), shape
    for n, other in enumerate(others):
        rest = without(left, other)
        out[n] = (left.area - rest.area) / shape.area
        left = rest
    return out


def _by_people(old: Cells, new: Cells, weights: tuple[ArrayLike, ArrayLike] | None) -> _Rows:
    if weights is None:
        return np.empty(0, dtype=np.int64), np.empty(0)
    people = two_columns(weights, PointError)
    before, after = (assign_codes(*people, cells).ravel() for cells in (old, new))
    inside = before >= 0
    pairs = _keys(before[inside].astype(np.int64), after[inside].astype(np.int64))
    keys, count = np.unique(pairs, return_counts=True)
    cell = _cells_of(keys)[0]
    return keys, count / np.bincount(cell, weights=count)[cell]


def _unchanged(old: Cells, new: Cells) -> tuple[Ints, Ints]:
    """Return the positions of the cells with the same id and the same corners."""
    _, before, after = np.intersect1d(old.ids, new.ids, assume_unique=True, return_indices=True)
    shapes = old.tiling.flat(before)
    same = shapely.equals_exact(shapes, _on_plane_of(old, new, after), tolerance=_SAME_M)
    return before[same], after[same]


def _on_plane_of(old: Cells, new: Cells, at: Ints) -> Shapes:
    if old.tiling.plane.origin == new.tiling.plane.origin:
        return new.tiling.flat(at)
    return old.tiling.plane.flatten_all(new.tiling.shapes()[at])


def _keys(cell: Ints, other: Ints) -> Ints:
    return pack(other, cell)


def _cells_of(keys: Ints) -> tuple[Ints, Ints]:
    other, cell = unpack(keys)
    return cell, other


def _frame(old: Cells, new: Cells, keys: Ints, shares: Mapping[Share, Floats]) -> "pd.DataFrame":
    import pandas as pd  # here, because it takes a while to load

    cell, other = _cells_of(keys)
    names = np.append(new.ids, np.array([None], dtype=object))
    ids = {"old_id": old.ids[cell], "new_id": pd.Series(names[other], dtype=object)}
    return pd.DataFrame(ids | {share.value: values for share, values in shares.items()})


def _refuse_unknown(counts: Mapping[str, Count], frame: "pd.DataFrame") -> None:
    unknown = sorted(counts.keys() - set(frame["old_id"]))
    if unknown:
        raise StatsError(
            "There is a count for {cell}, which the bridge does not start from.",
            "Count by the cells that the bridge was made from.",
            cell=unknown[0],
        )
    for cell_id, count in counts.items():
        if not _is_known(count):
            raise StatsError("The count of {cell} is no number.", cell=cell_id)


def _is_known(count: object) -> bool:
    return isinstance(count, Real) and isfinite(float(count))


def _whole(moved: Floats, total: int) -> NDArray[np.int64]:
    """Return whole numbers with the given sum, each less than 1 away."""
    low = np.floor(moved + _TRACE)
    out = low.astype(np.int64)
    missing = total - int(out.sum())
    out[np.argsort(low - moved, kind="stable")[:missing]] += 1
    return out
