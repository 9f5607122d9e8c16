"""Reading GeoJSON (RFC 7946, and the older form that names its coordinates), without GDAL."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.errors import FormatError
from geo.formats.limits import Limits
from geo.formats.raw import Raw, columns_of
from geo.formats.reading import Fault

_WGS84 = "OGC:CRS84"
_FAULTS = (
    ShapelyError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)


def read_geojson(content: bytes, limits: Limits) -> Raw:
    """Return the features of a GeoJSON document; a single geometry is a feature too."""
    document = _document(content)
    features = _features(document)
    limits.check_features(len(features))
    shapes = np.empty(len(features), dtype=object)
    faults: dict[int, Fault] = {}
    for at, feature in enumerate(features):
        found = _shape(feature)
        if isinstance(found, Fault):
            faults[at] = found
        else:
            shapes[at] = found
    limits.check_vertices(int(shapely.get_num_coordinates(shapes).sum()))
    columns, remarks = columns_of([_properties(feature) for feature in features], limits)
    refs = [_ref(feature) for feature in features]
    return Raw(shapes, columns, refs, _crs(document), faults=faults, remarks=remarks)


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(
            "The text is not GeoJSON: {error}.",
            "It may have been cut off on its way. Save it again.",
            error=error,
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise FormatError(
            "The text is JSON but not GeoJSON.", "Save it as a GeoJSON feature collection."
        )
    return document


def _features(document: Mapping[str, Any]) -> list[Any]:
    whole = document["type"] == "FeatureCollection"
    features = document.get("features") if whole else [document]
    if not isinstance(features, list):
        raise FormatError(
            "The collection has no list of features.", "Save it as a GeoJSON feature collection."
        )
    return features


def _shape(feature: Any) -> BaseGeometry | Fault:
    if not isinstance(feature, dict):
        return Fault.NOT_A_FEATURE
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    if not isinstance(geometry, dict):
        return Fault.NO_GEOMETRY
    if "coordinates" not in geometry:
        return Fault.KIND if "geometries" in geometry else Fault.NO_GEOMETRY
    if not geometry["coordinates"]:
        return Fault.NO_GEOMETRY
    try:
        with np.errstate(invalid="ignore"):  # a missing number is refused by our own check
            return shape(geometry)
    except _FAULTS:
        return Fault.UNREADABLE


def _properties(feature: Any) -> Mapping[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _ref(feature: Any) -> str:
    found = feature.get("id") if isinstance(feature, dict) else None
    return str(found) if isinstance(found, str | int | float) else ""


def _crs(document: Mapping[str, Any]) -> str:
    """Return the coordinates that an older document names, WGS 84 where it names none."""
    crs = document.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    return str(name) if name else _WGS84
