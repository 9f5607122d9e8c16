"""Divisions that follow points: where people are, or around chosen sites."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import numbers, two_columns
from geo.errors import SpecError
from geo.plane import Plane
from geo.points import LonLat, PointFault, check_points
from geo.tessellate.quadtree import Quadtree, grow, read
from geo.tessellate.spec_kind import MAX_SIDE_M, SpecKind, checked_origin, checked_side, pair_of
from geo.tessellate.square import SquareGrid

Floats = NDArray[np.float64]
Columns = tuple[ArrayLike, ArrayLike]

_USUAL_DEPTH, _MOST_DEPTH = 4, 12


@dataclass(frozen=True, eq=False)
class QuadSpec:
    """Squares divided into quarters where people are.

    A square is divided while the weight of the points in it (lon, lat) exceeds `max_points` and
    its side is above `min_side_m`. The squares to start with have `top_side_m`, which is
    `min_side_m` times 2, 4, 8 … (default: 16); square 0:0 lies around the origin. Points outside
    the area count too, so that squares stay when the area changes; one without a place (NaN)
    counts nowhere.

    Once an area is divided, `cells.spec` knows the `leaves` and no longer the points.
    """

    kind: ClassVar[SpecKind] = SpecKind.QUAD
    points: Columns | None = field(default=None, repr=False)
    max_points: float = 300
    min_side_m: float = 100
    origin: LonLat | None = None
    weights: ArrayLike | None = field(default=None, repr=False)
    top_side_m: float | None = None
    leaves: tuple[str, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        checked_origin(self.origin)
        side_m = checked_side(self.min_side_m)
        depth = _depth(side_m, self.top_side_m)
        points, weights, leaves = self.points, self.weights, self.leaves
        if (points is None) == (leaves is None):
            raise SpecError("Squares are divided where people are.", "Give the points.")
        if points is not None:
            points = _checked_points(*two_columns(points, SpecError))
            weights = None if weights is None else _checked_weights(weights, points[0].size)
        else:
            leaves = read(depth, leaves or ()).leaves()
        self._set(
            points=points,
            max_points=_checked_most(self.max_points),
            min_side_m=side_m,
            weights=weights,
            top_side_m=side_m * 2**depth,
            leaves=leaves,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuadSpec) and self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    @property
    def depth(self) -> int:
        """How often a square can be divided."""
        return _depth(self.min_side_m, self.top_side_m)

    @property
    def tree(self) -> Quadtree:
        """The squares that came of dividing."""
        return read(self.depth, self.leaves or ())

    def planted(self, origin: LonLat) -> "QuadSpec":
        """Return the spec with the squares that it leads to around an origin, without points."""
        if self.points is None:
            return replace(self, origin=origin)
        x, y = Plane(origin).forward(*self.points)
        known = np.isfinite(x) & np.isfinite(y)
        cols, rows = quad_grid(self.min_side_m, self.depth).locate(x[known], y[known])
        weights = np.ones(x.shape) if self.weights is None else np.asarray(self.weights)
        places = cols.astype(np.int64), rows.astype(np.int64)
        tree = grow(self.depth, *places, weights[known], self.max_points)
        return replace(self, points=None, weights=None, origin=origin, leaves=tree.leaves())

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values: the squares, never the points that led to them."""
        if self.leaves is None and self.origin is None:
            raise SpecError(
                "Without an origin it is the area that says where the squares lie.",
                "Divide an area, and store the spec of the cells.",
            )
        spec = self.planted(self.origin) if self.origin else self
        return {
            "kind": self.kind.value,
            "max_points": self.max_points,
            "min_side_m": self.min_side_m,
            "top_side_m": self.top_side_m,
            "origin": pair_of(self.origin),
            "leaves": list(spec.leaves or ()),
        }

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _value(self) -> tuple[object, ...]:
        columns = (*(self.points or ()), self.weights)
        held = tuple(None if part is None else np.asarray(part).tobytes() for part in columns)
        sides = self.min_side_m, self.top_side_m
        return self.max_points, *sides, self.origin, self.leaves, held


@dataclass(frozen=True, eq=False)
class VoronoiSpec:
    """Ground divided among sites: every place belongs to the nearest one, on the plane.

    `keys` name the sites, `points` are their (lon, lat). Where two are equally near, to within a
    micrometre, the lowest key has the place. Sites outside the area take part.
    """

    kind: ClassVar[SpecKind] = SpecKind.VORONOI
    keys: Sequence[str] = field(repr=False)
    points: Columns = field(repr=False)
    origin: LonLat | None = None

    def __post_init__(self) -> None:
        checked_origin(self.origin)
        keys = _names(self.keys)
        lon, lat = _checked_sites(keys, *two_columns(self.points, SpecError))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        object.__setattr__(self, "keys", tuple(keys[at] for at in order))
        object.__setattr__(self, "points", (_frozen(lon[order]), _frozen(lat[order])))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VoronoiSpec) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.keys, self.origin))

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as JSON values."""
        lon, lat = (np.asarray(part).tolist() for part in self.points)
        sites = {"keys": list(self.keys), "lon": lon, "lat": lat}
        return {"kind": self.kind.value, **sites, "origin": pair_of(self.origin)}


def quad_grid(min_side_m: float, depth: int, level: int | None = None) -> SquareGrid:
    """Return the squares of a level (default: the last); all levels share their lines.

    Square 0:0 of level 0 lies around the origin; its south-west corner is that of 0:0 everywhere.
    """
    level = depth if level is None else level
    return SquareGrid(min_side_m * 2 ** (depth - level), 0.5 - 2.0 ** (level - 1))


def _depth(side_m: float, top_side_m: float | None) -> int:
    if top_side_m is None:
        return min(_USUAL_DEPTH, int(math.log2(MAX_SIDE_M / side_m)))
    known = isinstance(top_side_m, Real) and 0 < top_side_m <= MAX_SIDE_M
    depth = round(math.log2(top_side_m / side_m)) if known else -1
    if not (0 <= depth <= _MOST_DEPTH and math.isclose(side_m * 2**depth, top_side_m)):
        raise SpecError(
            "Halving {top_side_m} m again and again never gives {side_m:g} m.",
            "Give {side_m:g} m times 2, 4, 8 … up to {limit:g} m for the largest squares.",
            top_side_m=top_side_m,
            side_m=side_m,
            limit=min(MAX_SIDE_M, side_m * 2**_MOST_DEPTH),
        )
    return depth


def _checked_most(max_points: Any) -> float:
    number = float(max_points) if isinstance(max_points, Real) else 0.0
    if not number > 0:
        raise SpecError(
            "A square can't hold at most {max_points!r}.",
            "Give a number above 0.",
            max_points=max_points,
        )
    return number


def _checked_points(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    report = check_points(lon, lat)
    for row, fault in zip(report.indices.tolist(), report.faults, strict=True):
        if fault not in {PointFault.MISSING, PointFault.ZERO}:
            raise SpecError(
                "Point {row} has no place on the map: {fault}.",
                "Look at the points with check_points first.",
                row=row + 1,
                fault=fault.value,
            )
    return _frozen(_column(lon)), _frozen(_column(lat))


def _checked_weights(weights: ArrayLike, count: int) -> Floats:
    out = _column(weights)
    if out.size != count or not (np.isfinite(out).all() and (out >= 0).all()):
        raise SpecError(
            "Weights are one number for each point, not below 0.",
            "Give {count} of them, or none at all.",
            count=count,
        )
    return _frozen(out)


def _names(keys: object) -> list[str]:
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise SpecError("Sites need a list of names.", "Give every site one.")
    names = [str(key).strip() for key in keys]
    _refuse_keys(names)
    return names


def _refuse_keys(keys: list[str]) -> None:
    twice = sorted(key for key, times in Counter(keys).items() if times > 1)
    if not keys or "" in keys or twice:
        raise SpecError(
            "Sites need names, each its own: {keys}.",
            "Give every site one.",
            keys=", ".join(twice[:5]) or "…",
        )


def _checked_sites(keys: list[str], lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    report = check_points(lon, lat)
    if _column(lon).size != len(keys):
        raise SpecError(
            "There are {keys} names but {places} places.",
            "Give a place for every name.",
            keys=len(keys),
            places=_column(lon).size,
        )
    for at, fault in zip(report.indices.tolist(), report.faults, strict=True):
        if fault is not PointFault.ZERO:
            raise SpecError(
                "The site {key} has no place on the map: {fault}.",
                "Give longitude and latitude in degrees of WGS 84.",
                key=keys[at],
                fault=fault.value,
            )
    return _column(lon), _column(lat)


def _column(values: ArrayLike) -> Floats:
    return numbers(values, SpecError).ravel().copy()


def _frozen(column: Floats) -> Floats:
    column.flags.writeable = False
    return column
