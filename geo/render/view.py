"""What stands on a map, as plain values."""

from dataclasses import dataclass, field
from enum import StrEnum

from geo.points import LonLat


class Level(StrEnum):
    """Where a layer lies: the ground, what is asked about, or marks over both."""

    GROUND = "ground"
    CELLS = "cells"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class LegendItem:
    """One colour and what it stands for; hatched for no data."""

    label: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Legend:
    """A title, the colours and a closing remark."""

    title: str
    items: tuple[LegendItem, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A name to write on the map; where names collide, the earlier one stays."""

    name: str
    at: LonLat
    kind: str = ""


@dataclass(frozen=True, slots=True)
class UrlLayerSpec:
    """Features that the page fetches as GeoJSON from a path of its own server.

    Each feature's property `style` is a Leaflet path style (`hatch` for no data), `tip` a list of
    lines, each a text or a pair of name and value. `values` may give the properties apart from the
    shapes, as `recolour_json` writes them, so that the shapes can stay in the browser.
    """

    name: str
    url: str
    shown: bool = True
    clickable: bool = True
    fit: bool = True
    level: Level = Level.CELLS
    values: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class InlineLayerSpec:
    """Features that travel inside the page, for a file that needs no server."""

    name: str
    geojson: bytes = field(repr=False)
    shown: bool = True
    clickable: bool = True
    fit: bool = True
    level: Level = Level.CELLS


@dataclass(frozen=True, slots=True)
class MapWords:
    """The few words a map says by itself, in the reader's language."""

    zoom_in: str = "Zoom in"
    zoom_out: str = "Zoom out"
    layers: str = "Layers"
    places: str = "Places"
    load_failed: str = "The map data could not be loaded. Reload the page."


@dataclass(frozen=True, slots=True)
class MapView:
    """A map to look at: where, what, and how to read it.

    `bounds` (west, south, east, north) saves the page from moving once its layers have come.
    """

    title: str
    centre: LonLat
    layers: tuple[UrlLayerSpec | InlineLayerSpec, ...]
    legend: Legend
    places: tuple[Place, ...] = ()
    attribution: str = ""
    zoom: int = 14
    bounds: tuple[float, float, float, float] | None = None
    language: str = "zh-CN"
    words: MapWords = field(default_factory=MapWords)
