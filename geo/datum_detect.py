"""Which datum points are in, judged by the places that are known around them.

A file without a datum, or with a wrong one, puts everybody 300 to 1,200 m away. Read in the right
datum, homes lie in buildings and communities or along streets; read in a wrong one, they lie
anywhere. Points of one neighbourhood err together, so a neighbourhood counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import GeometryCollection

from geo.columns import lon_lat
from geo.datum import Datum, convert
from geo.errors import AreaError, Reason
from geo.plane import Plane
from geo.points import MAX_LAT, MAX_LON, LonLat

Floats = NDArray[np.float64]
Places = Sequence[Any] | NDArray[np.object_]

NEAR_M = 25.0
DATUM_NAMES = {Datum.WGS84: "WGS 84", Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}

_NEIGHBOURHOOD_M = 300.0
_MOST_POINTS = 5000  # more make the answer later, not surer
_EVEN = 0.05
_DOUBT = 0.01
_LEAST_NEAR = 0.2
_CLEARLY_NEARER = 1.3  # homes keep off the streets: a small lead may be the wrong datum's
_CLEARLY_AHEAD = 3


@dataclass(frozen=True, slots=True)
class DatumEvidence:
    """How points lie when they are read in one datum, compared with its strongest rival."""

    datum: Datum
    near: int  # points within NEAR_M of a known place
    typical_m: float  # median distance from the nearest known place
    ahead: int  # neighbourhoods that lie closer to known places than with the rival
    behind: int  # neighbourhoods that lie farther away


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """The datum that points most likely are in, None where it can't be told, and why."""

    datum: Datum | None
    why: Reason
    points: int = 0  # how many were judged
    evidence: tuple[DatumEvidence, ...] = ()

    def warning(self, declared: Datum) -> Reason | None:
        """Return what to tell somebody who declared a datum, None where nothing speaks against."""
        if self.datum is None or self.datum == declared:
            return None
        said, found = self._of(declared), self._of(self.datum)
        return Reason(
            "The points are said to be in {declared}, but only {few} of {points} then lie within "
            "{metres} m of a known place; read as {found}, {near} do.",
            "Choose {found}, or compare a few addresses on the map first.",
            declared=DATUM_NAMES[said.datum],
            found=DATUM_NAMES[found.datum],
            few=said.near,
            near=found.near,
            points=self.points,
            metres=round(NEAR_M),
        )

    def _of(self, datum: Datum) -> DatumEvidence:
        return next(e for e in self.evidence if e.datum == datum)


def detect_datum(lon: ArrayLike, lat: ArrayLike, places: Places) -> DatumGuess:
    """Return the datum in which points lie at known places far better than in any other.

    `places` are shapes in WGS 84: buildings, communities, streets or points of interest. A datum
    is named only when it beats both others three to one over neighbourhoods, in a sign test surer
    than 99 percent, and puts a third more points at known places.
    """
    x, y = _usable(lon, lat)
    if not x.size:
        return DatumGuess(None, Reason("No point lies in China, where the datums differ."))
    shapes = _shapes(places)
    if not shapes.size:
        return DatumGuess(None, Reason("No places are known to compare with.", "Import some."))
    plane = Plane(LonLat(float(np.median(x)), float(np.median(y))))
    flat = plane.flatten_all(shapes)
    readings = {d: plane.forward(*convert(x, y, d, Datum.WGS84)) for d in Datum}
    return _judged({d: np.column_stack(xy) for d, xy in readings.items()}, flat)


def _usable(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return the different places in China, evenly thinned when there are very many."""
    x, y = (part.ravel() for part in lon_lat(lon, lat))
    known = (np.abs(x) <= MAX_LON) & (np.abs(y) <= MAX_LAT)  # a missing one is neither
    pairs = np.unique(np.column_stack([x[known], y[known]]), axis=0)
    moved = convert(pairs[:, 0], pairs[:, 1], Datum.WGS84, Datum.GCJ02)[0] != pairs[:, 0]
    pairs = pairs[moved]
    some = np.linspace(0, len(pairs) - 1, min(len(pairs), _MOST_POINTS)).astype(int)
    return pairs[some, 0], pairs[some, 1]


def _shapes(places: Places) -> NDArray[np.object_]:
    shapes = np.asarray(places, dtype=object).ravel()
    if not (shapely.is_geometry(shapes) | shapely.is_missing(shapes)).all():
        raise AreaError("Known places are shapes.", "Give points, lines or areas of shapely.")
    return np.asarray(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])


def _judged(readings: dict[Datum, Floats], places: NDArray[np.object_]) -> DatumGuess:
    readings = _all_within(readings, places)
    points = len(readings[Datum.WGS84])
    if not points:
        return DatumGuess(
            None,
            Reason("No point lies where places are known.", "Import places around the points."),
        )
    tree = shapely.STRtree(places)
    away = {datum: _distances(tree, xy) for datum, xy in readings.items()}
    mean = _per_neighbourhood({d: np.exp(-m / NEAR_M) for d, m in away.items()}, readings)
    order = sorted(Datum, key=lambda d: -float(mean[d].mean()))
    evidence = {d: _evidence(d, order, away[d], mean) for d in Datum}
    datum = _winner(order, evidence, points)
    return DatumGuess(
        datum, _why(datum, order, evidence, points), points, tuple(evidence[d] for d in Datum)
    )


def _all_within(readings: dict[Datum, Floats], places: NDArray[np.object_]) -> dict[Datum, Floats]:
    """Keep points that lie among the places in every reading, or the edge would favour one."""
    ground = shapely.buffer(shapely.convex_hull(GeometryCollection(places.tolist())), NEAR_M)
    shapely.prepare(ground)
    inside = np.logical_and.reduce(
        [shapely.intersects_xy(ground, *xy.T) for xy in readings.values()]
    )
    return {datum: xy[inside] for datum, xy in readings.items()}


def _distances(tree: shapely.STRtree, xy: Floats) -> Floats:
    found = tree.query_nearest(shapely.points(xy), all_matches=False, return_distance=True)
    return np.asarray(found[1])


def _per_neighbourhood(
    closeness: dict[Datum, Floats], readings: dict[Datum, Floats]
) -> dict[Datum, Floats]:
    block = np.floor(readings[Datum.WGS84] / _NEIGHBOURHOOD_M)
    code = np.unique(block, axis=0, return_inverse=True)[1].ravel()
    size = np.bincount(code)
    return {datum: np.bincount(code, near) / size for datum, near in closeness.items()}


def _evidence(
    datum: Datum, order: list[Datum], away_m: Floats, mean: dict[Datum, Floats]
) -> DatumEvidence:
    rival = order[1] if datum == order[0] else order[0]
    gain = mean[datum] - mean[rival]
    return DatumEvidence(
        datum,
        near=int((away_m <= NEAR_M).sum()),
        typical_m=float(np.median(away_m)),
        ahead=int((gain > _EVEN).sum()),
        behind=int((gain < -_EVEN).sum()),
    )


def _winner(order: list[Datum], evidence: dict[Datum, DatumEvidence], points: int) -> Datum | None:
    best = evidence[order[0]]
    clear = all(_beaten(evidence[datum], best.near) for datum in order[1:])
    return best.datum if clear and best.near >= _LEAST_NEAR * points else None


def _beaten(other: DatumEvidence, best_near: int) -> bool:
    return (
        _chance(other.behind, other.ahead) < _DOUBT
        and other.behind >= _CLEARLY_AHEAD * other.ahead
        and best_near >= _CLEARLY_NEARER * other.near
    )


def _chance(wins: int, losses: int) -> float:
    """Return how often fair coins would fall so unevenly to either side (sign test)."""
    if wins <= losses:
        return 1.0
    n = wins + losses
    return min(1.0, float(2 * sum(comb(n, k) for k in range(wins, n + 1)) / 2**n))


def _why(
    datum: Datum | None, order: list[Datum], evidence: dict[Datum, DatumEvidence], points: int
) -> Reason:
    best, rival = evidence[order[0]], evidence[order[1]]
    numbers: dict[str, Any] = {
        "near": best.near,
        "points": points,
        "metres": round(NEAR_M),
        "best": DATUM_NAMES[best.datum],
        "other": rival.near,
        "rival": DATUM_NAMES[rival.datum],
    }
    if datum is not None:
        return Reason(
            "Read as {best}, {near} of {points} points lie within {metres} m of a known place; "
            "read as {rival}, {other}.",
            **numbers,
        )
    return Reason(
        "It can't be told: read as {best}, {near} of {points} points lie within {metres} m of a "
        "known place; read as {rival}, {other}.",
        "Ask whoever made the file, or compare a few addresses on the map.",
        **numbers,
    )
