"""Real places for the demo branch, from a folder of OpenStreetMap layers.

The folder holds `layers/*.geojson` as SOURCE.md there describes; nothing of it is in this
repository. The people placed in its buildings are invented.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from geo import LonLat
from gridcrm.branches.models import PlaceKind
from gridcrm.core.errors import InvalidInput
from gridcrm.web.demo.town import Feature

BRANCH_REF = "n4811562524"
SOURCE = "OpenStreetMap"
LICENCE = "© OpenStreetMap contributors, ODbL 1.0"
_LAYERS = {
    "communities": PlaceKind.COMMUNITY,
    "schools": PlaceKind.SCHOOL,
    "banks": PlaceKind.COMPETITOR,
    "green": PlaceKind.PARK,
    "water": PlaceKind.WATER,
    "roads": PlaceKind.ROAD,
    "buildings": PlaceKind.BUILDING,
    "pois": PlaceKind.OTHER,
}
_ROADS = {
    "trunk", "primary", "secondary", "tertiary", "residential", "unclassified",
    "trunk_link", "primary_link", "secondary_link", "pedestrian",
}  # fmt: skip
_SHOPS = {"shop", "amenity", "office"}


@dataclass(frozen=True)
class Surroundings:
    """Where the branch stands and what is around it."""

    name: str
    home: LonLat
    features: list[Feature]


def read(folder: Path) -> Surroundings:
    """Read the layers of a folder; the branch is the bank with the known number."""
    found = [feature for layer in _LAYERS for feature in _layer(folder, layer)]
    branch = next((f for f in found if f.ref == BRANCH_REF), None)
    if branch is None:
        raise InvalidInput({"--around": f"No bank {BRANCH_REF} in {folder}/layers/banks.geojson."})
    rest = [feature for feature in found if feature.ref != BRANCH_REF]
    return Surroundings(branch.name, LonLat(*branch.shape.coords[0]), rest)


def _layer(folder: Path, layer: str) -> Iterator[Feature]:
    path = folder / "layers" / f"{layer}.geojson"
    if not path.exists():
        return
    for item in json.loads(path.read_text(encoding="utf-8"))["features"]:
        properties: dict[str, Any] = item["properties"]
        if layer == "roads" and properties.get("highway") not in _ROADS:
            continue
        geometry = shapely.make_valid(shape(item["geometry"]))
        kind = _kind(layer, properties)
        yield Feature(str(item["id"]), kind, str(properties.get("name", "")), geometry)


def _kind(layer: str, properties: dict[str, Any]) -> PlaceKind:
    if layer == "pois" and _SHOPS & set(properties):
        return PlaceKind.MERCHANT
    return _LAYERS[layer]
