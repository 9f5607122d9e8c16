"""GeoJSON that people bring: every feature is read, or refused with its reason."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo import Datum, GeoError, convert
from geo.area import checked_area
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_

MOST_FEATURES = 20_000
_LONGEST_REF = 64
_LARGEST_LON, _LARGEST_LAT = 180, 90
_LIKE_WGS84 = ("CRS84", "4326", "4490")
_FAULTS = (
    ShapelyError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
)
_COVERS_GROUND = {"Polygon", "MultiPolygon"}
_READABLE = {"Point", "MultiPoint", "LineString", "MultiLineString"} | _COVERS_GROUND


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature, its shape in WGS 84; `number` counts from one."""

    number: int
    ref: str
    properties: Mapping[str, Any]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Bad:
    """A feature that can't be used: which one, and why (a msgid and its values)."""

    number: int
    ref: str
    reason: str
    params: dict[str, Any] = field(default_factory=dict)


class _Refused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_features(content: bytes, datum: Datum) -> tuple[list[Feature], list[Bad]]:
    """Return the features of a file in WGS 84, and those that can't be read."""
    good: list[Feature] = []
    bad: list[Bad] = []
    for number, raw in enumerate(_raw_features(content), start=1):
        ref = _ref(raw)
        try:
            good.append(Feature(number, ref, _properties(raw), _shape(raw, datum)))
        except _Refused as refused:
            bad.append(Bad(number, ref, refused.reason))
    return good, bad


def text_of(feature: Feature, name: str) -> str:
    """Return a property as trimmed text, empty if it is not there."""
    value = feature.properties.get(name)
    return "" if value is None or isinstance(value, dict | list) else _printable(value)


def _raw_features(content: bytes) -> list[Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _not_geojson() from None
    if not isinstance(document, dict) or "type" not in document:
        raise _not_geojson()
    _refuse_other_crs(document)
    whole = document["type"] == "FeatureCollection"
    features = document.get("features") if whole else [document]
    if not isinstance(features, list) or not features:
        raise InvalidInput({"file": "There is no feature in this file."})
    if len(features) > MOST_FEATURES:
        raise InvalidInput({"file": "There are more than 20,000 features; divide the file."})
    return features


def _not_geojson() -> InvalidInput:
    return InvalidInput({"file": "This is not GeoJSON. Choose a file ending in .geojson or .json."})


def _refuse_other_crs(document: Mapping[str, Any]) -> None:
    crs = document.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = str(named.get("name", "")) if isinstance(named, dict) else ""
    if name and not name.endswith(_LIKE_WGS84):
        raise InvalidInput(
            {"file": "The coordinates are not degrees. Export the file again as EPSG:4326."}
        )


def _ref(raw: Any) -> str:
    if not isinstance(raw, dict):
        return ""
    inside = _properties(raw)
    found = next((v for v in (raw.get("id"), inside.get("@id"), inside.get("id")) if v), "")
    text = _printable(found)
    return text if len(text) <= _LONGEST_REF else _digest(text)


def _printable(value: object) -> str:
    """Return a value as text that every database takes and every page shows."""
    return "".join(mark for mark in str(value) if mark.isprintable()).strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LONGEST_REF]


def _properties(raw: Any) -> Mapping[str, Any]:
    found = raw.get("properties") if isinstance(raw, dict) else None
    return found if isinstance(found, dict) else {}


def _shape(raw: Any, datum: Datum) -> BaseGeometry:
    geometry = _geometry(raw)
    try:
        made = shapely.force_2d(shape(geometry))
    except _FAULTS:
        raise _Refused(N_("Its coordinates can't be read.")) from None
    _refuse_impossible(made)
    return _valid(_in_wgs84(made, datum))


def _geometry(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise _Refused(N_("This is not a feature."))
    geometry = raw.get("geometry") if raw.get("type") == "Feature" else raw
    if not isinstance(geometry, dict):
        raise _Refused(N_("It has no geometry."))
    if geometry.get("type") not in _READABLE:
        raise _Refused(N_("It is not a point, line or area."))
    if not geometry.get("coordinates"):
        raise _Refused(N_("It has no geometry."))
    return geometry


def _refuse_impossible(made: BaseGeometry) -> None:
    lon, lat = shapely.get_coordinates(made).T
    if not len(lon):
        raise _Refused(N_("It has no geometry."))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise _Refused(N_("A coordinate is not a number."))
    if _fit(lon, lat):
        return
    if _fit(lat, lon):
        raise _Refused(N_("Longitude and latitude look exchanged."))
    raise _Refused(N_("A coordinate is out of range."))


def _fit(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bool:
    return bool((np.abs(lon) <= _LARGEST_LON).all() and (np.abs(lat) <= _LARGEST_LAT).all())


def _in_wgs84(made: BaseGeometry, datum: Datum) -> BaseGeometry:
    if datum is Datum.WGS84:
        return made
    return shapely.transform(
        made, lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1], datum, Datum.WGS84))
    )


def _valid(made: BaseGeometry) -> BaseGeometry:
    if made.geom_type not in _COVERS_GROUND:
        return made
    try:
        return checked_area(made)
    except GeoError:
        raise _Refused(N_("The area covers no ground.")) from None
