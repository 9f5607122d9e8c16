"""How an area is to be divided: small values that can be stored and read back without loss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError

from geo.errors import GeoError, SpecError
from geo.frame import CRS, read_polygons
from geo.points import LonLat
from geo.tessellate.edits import Edit, edit_from_dict
from geo.tessellate.spec_kind import SpecKind, checked_origin, checked_side, lonlat_of, pair_of
from geo.tessellate.spec_points import QuadSpec, VoronoiSpec

if TYPE_CHECKING:
    import geopandas as gpd

_MAX_RESOLUTION = 15


@dataclass(frozen=True, slots=True)
class SquareSpec:
    """Squares of one size; the origin is the centre of square 0:0 (default: the area's centroid)."""

    kind: ClassVar[SpecKind] = SpecKind.SQUARE
    side_m: float
    origin: LonLat | None = None

    def __post_init__(self) -> None:
        checked_origin(self.origin)
        object.__setattr__(self, "side_m", checked_side(self.side_m))

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values."""
        return {"kind": self.kind.value, "side_m": self.side_m, "origin": pair_of(self.origin)}


@dataclass(frozen=True, slots=True)
class HexSpec:
    """Hexagons with a corner to the north; `side_m` is the length of an edge."""

    kind: ClassVar[SpecKind] = SpecKind.HEX
    side_m: float
    origin: LonLat | None = None

    def __post_init__(self) -> None:
        checked_origin(self.origin)
        object.__setattr__(self, "side_m", checked_side(self.side_m))

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values."""
        return {"kind": self.kind.value, "side_m": self.side_m, "origin": pair_of(self.origin)}


@dataclass(frozen=True, slots=True)
class H3Spec:
    """The hexagons of H3, the same for everybody on earth and not of equal area."""

    kind: ClassVar[SpecKind] = SpecKind.H3
    resolution: int

    def __post_init__(self) -> None:
        if isinstance(self.resolution, bool) or self.resolution not in range(_MAX_RESOLUTION + 1):
            raise SpecError(
                "H3 has no resolution {resolution}.",
                "Choose a whole number from 0 to {limit}; 9 is about a street block.",
                resolution=self.resolution,
                limit=_MAX_RESOLUTION,
            )
        object.__setattr__(self, "resolution", int(self.resolution))

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values."""
        return {"kind": self.kind.value, "resolution": self.resolution}


@dataclass(frozen=True, eq=False)
class PolygonSpec:
    """Imported polygons, one cell for each; `key` names the column that tells them apart."""

    kind: ClassVar[SpecKind] = SpecKind.POLYGON
    frame: "gpd.GeoDataFrame" = field(repr=False)
    key: str
    keys: tuple[str, ...] = field(init=False, repr=False)
    shapes: NDArray[np.object_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys, shapes = read_polygons(self.frame, self.key)
        shapes.flags.writeable = False
        object.__setattr__(self, "keys", keys)
        object.__setattr__(self, "shapes", shapes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PolygonSpec) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.key, self.keys))

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values, every polygon as hexadecimal WKB."""
        wkb = shapely.to_wkb(self.shapes, hex=True).tolist()
        return {"kind": self.kind.value, "key": self.key, "keys": list(self.keys), "wkb": wkb}


BaseSpec = SquareSpec | HexSpec | H3Spec | QuadSpec | VoronoiSpec | PolygonSpec


@dataclass(frozen=True)
class EditedSpec:
    """A division that was changed by hand: the edits are replayed on the base, in their order."""

    kind: ClassVar[SpecKind] = SpecKind.EDITED
    base: BaseSpec
    edits: tuple[Edit, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return base and edits as JSON values."""
        edits = [edit.to_dict() for edit in self.edits]
        return {"kind": self.kind.value, "base": self.base.to_dict(), "edits": edits}


Spec = BaseSpec | EditedSpec


def spec_from_dict(values: Mapping[str, Any]) -> Spec:
    """Return the spec that `to_dict` wrote."""
    try:
        kind = SpecKind(values["kind"])
        return _READERS[kind](values)
    except GeoError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise SpecError(
            "The stored spec can't be read: {error!r}.",
            "Give the values that to_dict wrote.",
            error=error,
        ) from error


def _read_square(values: Mapping[str, Any]) -> Spec:
    return SquareSpec(values["side_m"], lonlat_of(values["origin"]))


def _read_hex(values: Mapping[str, Any]) -> Spec:
    return HexSpec(values["side_m"], lonlat_of(values["origin"]))


def _read_h3(values: Mapping[str, Any]) -> Spec:
    return H3Spec(values["resolution"])


def _read_quads(values: Mapping[str, Any]) -> Spec:
    return QuadSpec(
        max_points=values["max_points"],
        min_side_m=values["min_side_m"],
        origin=lonlat_of(values["origin"]),
        top_side_m=values["top_side_m"],
        leaves=tuple(values["leaves"]),
    )


def _read_sites(values: Mapping[str, Any]) -> Spec:
    places = values["lon"], values["lat"]
    return VoronoiSpec(values["keys"], places, lonlat_of(values["origin"]))


def _read_polygons(values: Mapping[str, Any]) -> Spec:
    shapes = shapely.from_wkb(values["wkb"])
    columns = {values["key"]: values["keys"], "geometry": shapes}
    import geopandas as gpd  # here, because it takes a second to load

    return PolygonSpec(gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS), values["key"])


def _read_edited(values: Mapping[str, Any]) -> Spec:
    base = spec_from_dict(values["base"])
    edits = tuple(edit_from_dict(edit) for edit in values["edits"])
    if isinstance(base, EditedSpec):
        return EditedSpec(base.base, base.edits + edits)
    return EditedSpec(base, edits)


_READERS = {
    SpecKind.SQUARE: _read_square,
    SpecKind.HEX: _read_hex,
    SpecKind.H3: _read_h3,
    SpecKind.QUAD: _read_quads,
    SpecKind.VORONOI: _read_sites,
    SpecKind.POLYGON: _read_polygons,
    SpecKind.EDITED: _read_edited,
}
