"""The ground a branch looks after: a circle, or what somebody drew."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from geo.errors import AreaError
from geo.points import MAX_LAT, MAX_LON, LonLat

Area = Polygon | MultiPolygon

_ELLIPSOID = Geod(ellps="WGS84")
_MAX_RADIUS_M = 500_000
_RING_ERROR_M = 0.02
_UNREADABLE = (
    ShapelyError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
)
_CRS_LIKE_WGS84 = ("CRS84", "4326", "4490")


def circle(centre: LonLat, radius_m: float) -> Polygon:
    """Return the area within a distance along the ground, its ring at most 2 cm inside the arc."""
    if not 0 < radius_m <= _MAX_RADIUS_M:
        raise AreaError(
            "A circle of {radius_m} m is not an area a branch can look after.",
            "Give a radius above 0 and up to {limit} m.",
            radius_m=radius_m,
            limit=_MAX_RADIUS_M,
        )
    n = _ring_size(radius_m)
    bearing = np.arange(n) * (-360.0 / n)  # against the clock, as exteriors run
    start = np.full(n, centre.lon), np.full(n, centre.lat)
    lon, lat, _ = _ELLIPSOID.fwd(*start, bearing, np.full(n, float(radius_m)))
    if np.ptp(lon) > MAX_LON:
        raise AreaError(
            "The circle around {lon}, {lat} crosses the 180th meridian or a pole.",
            "Choose a centre or a radius away from it.",
            lon=centre.lon,
            lat=centre.lat,
        )
    return Polygon(np.column_stack([lon, lat]))


def area_from_geojson(value: str | bytes | Mapping[str, Any]) -> Area:
    """Return the ground covered by a GeoJSON geometry, feature or collection, made valid.

    Points and lines in a collection are passed over; a value that covers no ground is refused.
    """
    document = _document(value)
    _refuse_other_crs(document)
    shapes = [_shape(geometry) for geometry in _geometries(document)]
    for whole in shapes:
        refuse_impossible(whole)
    polygons = [part for whole in shapes for part in polygonal_parts(whole)]
    if not polygons:
        kinds = sorted({whole.geom_type for whole in shapes}) or ["nothing"]
        raise AreaError(
            "The GeoJSON holds no area, only: {kinds}.",
            "Draw a closed shape, or choose a file with polygons.",
            kinds=", ".join(kinds),
        )
    return checked_area(shapely.union_all(polygons))


def checked_area(area: BaseGeometry) -> Area:
    """Return the area itself when it is valid ground in degrees, mended when it can be."""
    _refuse_other(area)
    refuse_impossible(area)
    parts = polygonal_parts(area)
    if not parts:
        raise AreaError(
            "A shape of type {kind} covers no ground.",
            "Give a polygon or a multipolygon with an area above zero.",
            kind=area.geom_type,
        )
    flat = shapely.force_2d(area) if area.has_z else area
    if flat.is_valid and isinstance(flat, Polygon | MultiPolygon):
        return flat
    return area_of(polygonal_parts(shapely.union_all(parts)))


def polygonal_parts(shape: BaseGeometry) -> list[Polygon]:
    """Return the valid polygons a shape is made of, without lines, points and height."""
    valid = shapely.make_valid(shapely.force_2d(shape), method="structure", keep_collapsed=False)
    flat: list[BaseGeometry] = [valid]
    polygons: list[Polygon] = []
    while flat:
        part = flat.pop()
        if isinstance(part, Polygon):
            polygons += [part] if part.area > 0 else []
        else:
            flat.extend(reversed(getattr(part, "geoms", ())))
    return polygons


def area_of(parts: list[Polygon]) -> Area:
    """Return valid polygons that share no ground as one area, of no ground if there are none."""
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def refuse_impossible(shapes: BaseGeometry | NDArray[np.object_]) -> None:
    """Refuse shapes with a corner that has no place on earth."""
    lon, lat = shapely.get_coordinates(shapes).T
    if not lon.size:
        return
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise AreaError("The area has a corner without coordinates.", "Draw it again.")
    if (np.abs(lon) <= MAX_LON).all() and (np.abs(lat) <= MAX_LAT).all():
        return
    worst = int(np.argmax(np.maximum(np.abs(lon) - MAX_LON, np.abs(lat) - MAX_LAT)))
    exchanged = (np.abs(lon) <= MAX_LAT).all() and (np.abs(lat) <= MAX_LON).all()
    raise AreaError(
        "The corner {lon}, {lat} is out of range.",
        "Longitude and latitude look exchanged: write the longitude first."
        if exchanged
        else "Give degrees of WGS 84, longitude first.",
        lon=lon[worst],
        lat=lat[worst],
    )


def _refuse_other(area: object) -> None:
    if not isinstance(area, BaseGeometry):
        raise AreaError(
            "A {kind} is no area.",
            "Give a polygon of shapely; area_from_geojson makes one of GeoJSON.",
            kind=type(area).__name__,
        )


def _ring_size(radius_m: float) -> int:
    """Return how many corners keep the middle of an edge within the allowed error."""
    ratio = min(_RING_ERROR_M / radius_m, 0.5)
    return max(64, 4 * math.ceil(math.pi / math.acos(1 - ratio) / 4))


def _document(value: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise AreaError(
            "The text is not GeoJSON: {error}.",
            "Choose a file that ends in .geojson or .json.",
            error=error,
        ) from error
    if not isinstance(parsed, dict):
        raise AreaError(
            "GeoJSON is an object, not a {kind}.",
            "Give a geometry, a feature or a feature collection.",
            kind=type(parsed).__name__,
        )
    return parsed


def _refuse_other_crs(document: Mapping[str, Any]) -> None:
    crs = document.get("crs")
    told = crs.get("properties") if isinstance(crs, Mapping) else None
    name = str(told.get("name", "")) if isinstance(told, Mapping) else ""
    if name and not name.endswith(_CRS_LIKE_WGS84):
        raise AreaError(
            "The GeoJSON is in {name}, not in degrees of WGS 84.",
            "Export it again as EPSG:4326.",
            name=name,
        )


def _geometries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    whole = document.get("type") == "FeatureCollection"
    features: Any = (document.get("features") or []) if whole else [document]
    for feature in features if isinstance(features, list | tuple) else [features]:
        found = _object(feature)
        if found.get("type") != "Feature":
            yield found
        elif found.get("geometry"):
            yield _object(found["geometry"])


def _object(feature: object) -> Mapping[str, Any]:
    if not isinstance(feature, Mapping) or feature.get("type") == "FeatureCollection":
        raise AreaError(
            "A feature is an object, not a {kind}.",
            "Give a feature collection of features.",
            kind=feature.get("type") if isinstance(feature, Mapping) else type(feature).__name__,
        )
    return feature


def _shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    try:
        with np.errstate(invalid="ignore"):  # a missing number is refused by our own check
            return shape(dict(geometry))
    except _UNREADABLE as error:
        raise AreaError(
            "A geometry of type {kind} can't be read: {error}.",
            "Check that its coordinates are lists of [longitude, latitude].",
            kind=geometry.get("type"),
            error=error,
        ) from error
