"""Streets, water and names around the branch: how they look, and whose data they are."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from geo import Datum
from geo.points import LonLat
from geo.render.view import Level
from geo.render.view import Place as Name
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.maps.basemap import drawn_in

KINDS = {
    Level.GROUND: (
        PlaceKind.PARK,
        PlaceKind.WATER,
        PlaceKind.BUILDING,
        PlaceKind.ROAD,
        PlaceKind.MOTORWAY,
    ),
    Level.MARKS: (
        PlaceKind.COMMUNITY,
        PlaceKind.SCHOOL,
        PlaceKind.COMPETITOR,
        PlaceKind.MERCHANT,
        PlaceKind.OTHER,
    ),
}
_OSM = "© OpenStreetMap contributors"
NAMED = (
    PlaceKind.COMMUNITY,
    PlaceKind.SCHOOL,
    PlaceKind.COMPETITOR,
    PlaceKind.PARK,
    PlaceKind.WATER,
    PlaceKind.MERCHANT,
)
"""Whose names are written, in the order in which they win where two collide."""
_GROUND: dict[PlaceKind, dict[str, Any]] = {
    PlaceKind.WATER: {"stroke": False, "fillColor": "#bcd9ec", "fillOpacity": 1},
    PlaceKind.PARK: {"stroke": False, "fillColor": "#cfe3c8", "fillOpacity": 1},
    PlaceKind.BUILDING: {"stroke": False, "fillColor": "#dfe1e4", "fillOpacity": 1},
    PlaceKind.ROAD: {"color": "#a9b1ba", "weight": 1.25, "opacity": 1},
    PlaceKind.MOTORWAY: {"color": "#8b949e", "weight": 3, "opacity": 1},
}
_OUTLINE = {"color": "#4b5563", "weight": 1, "dashArray": "3 3", "fill": False}
_LINE = {PlaceKind.WATER: {"color": "#bcd9ec", "weight": 3, "opacity": 1}}
_DOT = {"color": "#4b5563", "weight": 1, "fillColor": "#ffffff"}
_POINT = {
    PlaceKind.COMMUNITY: _DOT,
    PlaceKind.SCHOOL: {"color": "#1b1f24", "weight": 1.5, "fillColor": "#ffffff"},
    PlaceKind.COMPETITOR: {"color": "#ffffff", "weight": 1.5, "fillColor": "#1b1f24"},
    PlaceKind.MERCHANT: _DOT,
    PlaceKind.OTHER: _DOT,
}
_DECIMALS = 6
_FINEST = 2e-5
"""Two metres: nobody sees less, and a street is half as long to send."""


class NamedPlace(NamedTuple):
    """A place as a name on the map."""

    name: str
    kind: PlaceKind
    lon: float
    lat: float


class Origin(NamedTuple):
    """Where places of a kind come from."""

    kind: PlaceKind
    source: str
    licence: str


def places_geojson(places: Sequence[Place], datum: Datum = Datum.WGS84) -> bytes:
    """Return places as features that carry their look; names are text, never HTML."""
    stored = np.asarray(shapely.from_wkb([place.wkb for place in places]), dtype=object)
    shapes = drawn_in(datum, stored)
    simple = shapely.simplify(shapes, _FINEST)
    rounded = shapely.transform(simple, lambda xy: np.round(xy, _DECIMALS))
    features = (
        f'{{"type":"Feature","id":{place.id},"properties":{_properties(place, kind)},'
        f'"geometry":{text}}}'
        for place, kind, text in zip(
            places, shapely.get_dimensions(shapes), shapely.to_geojson(rounded), strict=True
        )
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def names(branch: Branch, places: Iterable[NamedPlace]) -> tuple[Name, ...]:
    """Return the names to write: the branch first, then what people steer by."""
    named = sorted(places, key=lambda place: NAMED.index(place.kind))
    home = Name(branch.name, LonLat(branch.lon, branch.lat), "branch")
    return (home, *(Name(p.name, LonLat(p.lon, p.lat), p.kind.value) for p in named))


def attribution(origins: Iterable[Origin]) -> str:
    """Return whose data the map is made from, as their licences ask."""
    return " · ".join(sorted({_credit(origin) for origin in origins}))


def levels(origins: Iterable[Origin]) -> list[Level]:
    """Return the layers around the cells that have something to draw."""
    found = {origin.kind for origin in origins}
    return [level for level, kinds in KINDS.items() if found & set(kinds)]


def _credit(origin: Origin) -> str:
    words = f"{origin.source} {origin.licence}".casefold()
    if "openstreetmap" in words or "odbl" in words or "osm" in words.split():
        return _OSM
    return f"{origin.source} ({origin.licence})" if origin.licence else origin.source


def _properties(place: Place, dimension: int) -> str:
    by_shape = {0: _POINT, 1: _LINE}.get(int(dimension), {})
    style = by_shape.get(place.kind) or _GROUND.get(place.kind, _OUTLINE)
    shown = {"kind": place.kind.value, "name": place.name, "style": style}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
