"""Features as a reader finds them, before their places are looked at."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.formats.limits import Limits
from geo.formats.reading import Fault, Remark, Shapes, warn

_GEOMETRY = "geometry"
_LARGEST_INT = 2**63


@dataclass(frozen=True, eq=False)
class Raw:
    """One layer as it stands in the file; a shape is None where there is none or it has a fault.

    `crs` is what the file says, in any words that PROJ knows, "" where it says nothing.
    """

    shapes: Shapes
    columns: Mapping[str, Sequence[Any]]
    refs: Sequence[str]
    crs: str
    layer: str = ""
    layers: tuple[str, ...] = ()
    faults: Mapping[int, Fault] = field(default_factory=dict[int, Fault])
    remarks: tuple[Remark, ...] = ()


def plain(value: Any) -> Any:
    """Return a value as text, number, truth or None: dates in ISO, nested values as JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -_LARGEST_INT <= value < _LARGEST_INT else str(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def columns_of(
    rows: Sequence[Mapping[str, Any]], limits: Limits
) -> tuple[dict[str, list[Any]], tuple[Remark, ...]]:
    """Return rows with different keys as columns, the most frequent ones if there are too many."""
    times = Counter(name for row in rows for name in row)
    kept = {name for name, _ in times.most_common(limits.columns)}
    columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in times if name in kept}
    for at, row in enumerate(rows):
        for name in row.keys() & kept:
            columns[name][at] = plain(row[name])
    return renamed(columns), left_out(len(times), len(kept))


def left_out(found: int, kept: int) -> tuple[Remark, ...]:
    """Return what there is to say when not all columns are kept."""
    if found == kept:
        return ()
    return (warn("Of {found} columns the {kept} most frequent are kept.", found=found, kept=kept),)


def renamed(columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the columns, an attribute called geometry under a name that is free."""
    free = _GEOMETRY
    while free in columns:
        free += "_"
    return {free if name == _GEOMETRY else name: values for name, values in columns.items()}


def from_wkb(wkb: Iterable[bytes | None], limits: Limits) -> tuple[Shapes, dict[int, Fault]]:
    """Return shapes of well-known binary, and which of them can't be read or are not there."""
    given = np.array([*wkb, None], dtype=object)[:-1]
    with np.errstate(invalid="ignore"):  # a corner without a number is found later
        shapes: NDArray[Any] = shapely.from_wkb(given, on_invalid="ignore")
    limits.check_vertices(int(shapely.get_num_coordinates(shapes).sum()))
    missing = np.flatnonzero(shapely.is_missing(shapes)).tolist()
    faults = {at: Fault.NO_GEOMETRY if given[at] is None else Fault.UNREADABLE for at in missing}
    return shapes, faults
