"""Changes made to cells by hand: small values that can be stored, read back and replayed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString

from geo.area import Area, checked_area
from geo.errors import ReshapeError
from geo.points import MAX_LAT, MAX_LON

Line = LineString | MultiLineString

_LONGEST_KEY = 80


class EditKind(StrEnum):
    """The ways of changing cells by hand."""

    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"
    CARVE = "carve"


@dataclass(frozen=True)
class Merge:
    """Several cells become one, which keeps the id `into`: the lowest one unless said."""

    kind: ClassVar[EditKind] = EditKind.MERGE
    ids: tuple[str, ...]
    into: str = ""

    def __post_init__(self) -> None:
        ids = different(self.ids)
        if len(ids) < 2:  # noqa: PLR2004
            raise ReshapeError("One cell alone can't be merged.", "Choose two cells or more.")
        into = _text(self.into) or ids[0]
        if into not in ids:
            raise ReshapeError(
                "The merged cell can't be called {into}: that is none of the cells.",
                "Choose one of: {ids}.",
                into=into,
                ids=", ".join(ids[:5]),
            )
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "into", into)

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as JSON values."""
        return {"edit": self.kind.value, "ids": list(self.ids), "into": self.into}


@dataclass(frozen=True)
class Split:
    """One cell is cut along a line in EPSG:4326, which may reach beyond it."""

    kind: ClassVar[EditKind] = EditKind.SPLIT
    cell_id: str
    line: Line

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell_id", _text(self.cell_id))
        object.__setattr__(self, "line", _checked_line(self.line))

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as JSON values, the line as hexadecimal WKB."""
        return {"edit": self.kind.value, "cell_id": self.cell_id, "line": _hex(self.line)}


@dataclass(frozen=True)
class Transfer:
    """The border between two cells moves: what the source has within the shape goes over."""

    kind: ClassVar[EditKind] = EditKind.TRANSFER
    source: str
    target: str
    shape: Area

    def __post_init__(self) -> None:
        if _text(self.source) == _text(self.target):
            raise ReshapeError(
                "{cell} has no border with itself.", "Choose two cells.", cell=self.source
            )
        object.__setattr__(self, "shape", checked_area(self.shape))

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as JSON values, the shape as hexadecimal WKB."""
        ends = {"source": self.source, "target": self.target}
        return {"edit": self.kind.value} | ends | {"shape": _hex(self.shape)}


@dataclass(frozen=True)
class Carve:
    """A new cell draw:<key> takes the ground that its shape covers from all others."""

    kind: ClassVar[EditKind] = EditKind.CARVE
    key: str
    shape: Area

    def __post_init__(self) -> None:
        key = _text(self.key).strip()
        if not 0 < len(key) <= _LONGEST_KEY:
            raise ReshapeError(
                "A drawn cell can't have the key {key!r}.",
                "Give 1 to {limit} characters.",
                key=key[:_LONGEST_KEY],
                limit=_LONGEST_KEY,
            )
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "shape", checked_area(self.shape))

    @property
    def cell_id(self) -> str:
        """The id of the new cell."""
        return f"draw:{self.key}"

    def to_dict(self) -> dict[str, Any]:
        """Return the edit as JSON values, the shape as hexadecimal WKB."""
        return {"edit": self.kind.value, "key": self.key, "shape": _hex(self.shape)}


Edit = Merge | Split | Transfer | Carve


def different(ids: object) -> tuple[str, ...]:
    """Return different ids, sorted; one text is not taken for its letters."""
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise ReshapeError("These are no ids of cells: {ids!r}.", "Give a list of them.", ids=ids)
    return tuple(sorted({_text(one) for one in ids}))


def edit_from_dict(values: Mapping[str, Any]) -> Edit:
    """Return the edit that `to_dict` wrote."""
    return _READERS[EditKind(values["edit"])](values)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ReshapeError("{value!r} is no text.", "Cells are named by texts.", value=value)
    return str(value)


def _hex(shape: Area | Line) -> str:
    return shapely.to_wkb(shape, hex=True)


def _checked_line(line: object) -> Line:
    if not isinstance(line, LineString | MultiLineString):
        kind = type(line).__name__
        raise ReshapeError("A cell is cut along a line, not along a {kind}.", kind=kind)
    flat = shapely.force_2d(line)
    xy = shapely.get_coordinates(flat)
    if not (len(xy) and np.isfinite(xy).all() and (np.abs(xy) <= (MAX_LON, MAX_LAT)).all()):
        raise ReshapeError(
            "The line has no place on the map.", "Give degrees of WGS 84, longitude first."
        )
    return flat


_READERS: dict[EditKind, Callable[[Mapping[str, Any]], Edit]] = {
    EditKind.MERGE: lambda values: Merge(tuple(values["ids"]), values["into"]),
    EditKind.SPLIT: lambda values: Split(values["cell_id"], shapely.from_wkb(values["line"])),
    EditKind.TRANSFER: lambda values: Transfer(
        values["source"], values["target"], shapely.from_wkb(values["shape"])
    ),
    EditKind.CARVE: lambda values: Carve(values["key"], shapely.from_wkb(values["shape"])),
}
