"""From features as they were found to valid points, lines and areas in WGS 84."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely import GeometryType

from geo.area import checked_area
from geo.datum import Datum, convert
from geo.errors import FormatError, GeoError
from geo.formats.raw import Raw
from geo.formats.reading import Fault, Remark, Shapes, warn
from geo.points import MAX_LAT, MAX_LON

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_WGS84 = "EPSG:4326"
_LIKE_WGS84 = (_WGS84, "OGC:CRS84", "EPSG:4490")
_AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_KINDS = (
    GeometryType.POINT,
    GeometryType.MULTIPOINT,
    GeometryType.LINESTRING,
    GeometryType.MULTILINESTRING,
    *_AREAS,
)


class Tidy(NamedTuple):
    """Shapes in WGS 84, None for those with a fault; and what the file's coordinates were."""

    shapes: Shapes
    faults: dict[int, Fault]
    crs: str
    remarks: tuple[Remark, ...]


def tidied(raw: Raw, datum: Datum, crs: str = "") -> Tidy:
    """Return the shapes of a layer; `crs` is taken where the file does not name its own."""
    name, system = _system(raw.crs or crs)
    shapes, faults = shapely.force_2d(raw.shapes), dict(raw.faults)
    _blame(shapes, faults, Fault.NO_GEOMETRY, ~_there(shapes))
    _blame(shapes, faults, Fault.KIND, ~np.isin(shapely.get_type_id(shapes), _KINDS))
    _blame(shapes, faults, Fault.NOT_A_NUMBER, _any(shapes, lambda x, y: ~np.isfinite(x + y)))
    shapes, remarks = _unprojected(shapes, name, system)
    impossible = _any(shapes, _impossible)
    exchanged = impossible & ~_any(shapes, lambda x, y: _impossible(y, x))
    _blame(shapes, faults, Fault.SWAPPED, exchanged)
    _blame(shapes, faults, Fault.OUT_OF_RANGE, impossible)
    if datum is not Datum.WGS84:
        shapes = _moved(shapes, lambda x, y: convert(x, y, datum, Datum.WGS84))
    mended, hopeless = _mended(shapes)
    _blame(shapes, faults, Fault.NO_GROUND, hopeless)
    if mended:
        remarks = (
            *remarks,
            warn("Areas that were not drawn properly and got mended: {n}.", n=mended),
        )
    return Tidy(shapes, faults, name, remarks)


def _system(text: str) -> tuple[str, CRS]:
    if not text:
        raise FormatError(
            "The file does not say in which coordinates it is.",
            "Add its .prj file, or save it again as EPSG:4326.",
        )
    try:
        system = CRS.from_user_input(text)
    except ProjError as error:
        raise _unusable(text) from error
    authority = system.to_authority()
    return ":".join(authority) if authority else system.name, system


def _unusable(crs: str) -> FormatError:
    return FormatError(
        "The coordinates of the file are in {crs}, from which no way leads to WGS 84.",
        "Save it again as EPSG:4326.",
        crs=crs[:80],
    )


def _blame(shapes: Shapes, faults: dict[int, Fault], fault: Fault, guilty: Truths) -> None:
    """Note the fault of every guilty shape that has none yet, and take the shape away."""
    for at in np.flatnonzero(guilty).tolist():
        faults.setdefault(at, fault)
    shapes[guilty] = None


def _there(shapes: Shapes) -> Truths:
    return np.asarray(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))


def _any(shapes: Shapes, test: Callable[[Floats, Floats], Truths]) -> Truths:
    """Return which shapes have a corner that the test says yes to."""
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[test(*corners.T)]] = True
    return found


def _impossible(lon: Floats, lat: Floats) -> Truths:
    return ~((np.abs(lon) <= MAX_LON) & (np.abs(lat) <= MAX_LAT))


def _moved(shapes: Shapes, how: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Shapes:
    moved: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(how(xy[:, 0], xy[:, 1])))
    return moved


def _unprojected(shapes: Shapes, name: str, system: CRS) -> tuple[Shapes, tuple[Remark, ...]]:
    if any(system.equals(CRS(known), ignore_axis_order=True) for known in _LIKE_WGS84):
        return shapes, ()
    try:
        there = Transformer.from_crs(system, _WGS84, always_xy=True)
        shapes = _moved(shapes, there.transform)
    except ProjError as error:
        raise _unusable(name) from error
    if "allpark" not in there.description:
        return shapes, ()
    rough = warn(
        "There is only a rough way from {crs}: places may be off by some hundred metres.", crs=name
    )
    return shapes, (rough,)


def _mended(shapes: Shapes) -> tuple[int, Truths]:
    """Mend invalid areas in place; return how many, and which ones cover no ground at all."""
    areas = np.isin(shapely.get_type_id(shapes), _AREAS)
    doubtful = areas & ~(shapely.is_valid(shapes) & (shapely.area(shapes) > 0))
    hopeless = np.zeros(len(shapes), dtype=bool)
    for at in np.flatnonzero(doubtful).tolist():
        try:
            shapes[at] = checked_area(shapes[at])
        except GeoError:
            hopeless[at] = True
    return int(doubtful.sum() - hopeless.sum()), hopeless
