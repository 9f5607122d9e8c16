"""What reading a file gives: features in WGS 84, and all there is to say about them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.formats.kinds import Format
from geo.frame import CRS

if TYPE_CHECKING:
    import geopandas as gpd

Shapes = NDArray[np.object_]
_ID = "id"


class Fault(StrEnum):
    """Why a feature can't be used."""

    NOT_A_FEATURE = "not_a_feature"
    NO_GEOMETRY = "no_geometry"
    UNREADABLE = "unreadable"
    KIND = "kind"
    NOT_A_NUMBER = "not_a_number"
    SWAPPED = "swapped"
    OUT_OF_RANGE = "out_of_range"
    NO_GROUND = "no_ground"


class Refused(NamedTuple):
    """A feature that is left out: its number in the file, counted from one, its id and why."""

    number: int
    ref: str
    fault: Fault


class Remark(NamedTuple):
    """Something to know about a file that was read: a msgid and what belongs into it."""

    message: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        return self.message.format(**self.params)


@dataclass(frozen=True, eq=False)
class Reading:
    """The features of one layer of a file: points, lines and areas in EPSG:4326, all valid.

    `numbers` count the features of the layer from one, `refs` are their ids in the file ("" for
    none), `columns` their attributes: texts, numbers and truths, None where there is no value;
    dates are ISO texts, nested values JSON. `crs` is what the file was in.
    """

    format: Format
    layer: str
    layers: tuple[str, ...]
    crs: str
    numbers: NDArray[np.int64]
    refs: tuple[str, ...]
    columns: Mapping[str, Sequence[Any]]
    shapes: Shapes
    refused: tuple[Refused, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def counts(self) -> dict[str, int]:
        """How many features of each type there are, and how many were refused."""
        kinds = Counter(shape.geom_type for shape in self.shapes)
        return {**kinds, "refused": len(self.refused)}

    @cached_property
    def frame(self) -> "gpd.GeoDataFrame":
        """The features in EPSG:4326, one column for each attribute; made once, when asked for.

        Where no attribute is called `id`, the features' own ids stand in that column.
        """
        import geopandas as gpd  # here, because it takes a second to load
        import pandas as pd

        named = {_ID: [ref or None for ref in self.refs]} if any(self.refs) else {}
        columns = {
            name: pd.Series(list(values), dtype=_dtype(values))
            for name, values in (named | dict(self.columns)).items()
        }
        return gpd.GeoDataFrame(columns, geometry=self.shapes, crs=CRS)


def warn(message: str, **params: object) -> Remark:
    """Return a remark."""
    return Remark(message, {name: str(value) for name, value in params.items()})


def _dtype(values: Sequence[Any]) -> Any:
    """Return the type of a column: numbers where all are, else objects, so that None stays None."""
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return np.int64
    if kinds == {bool}:
        return np.bool_
    return np.float64 if kinds and kinds <= {int, float} else object
