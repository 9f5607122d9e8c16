"""What stands on a map, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from geo.points import LonLat


class Level(StrEnum):
    """Where a layer lies: on the ground below the cells, or as marks over them."""

    GROUND = "ground"
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
class CellsSpec:
    """The cells, whose outlines stay in the browser while their colours change.

    The outlines, as `outlines_json` writes them, come from a path of the page's own server or
    travel in the page; `values`, as `values_json` writes them, colour them at first.
    """

    name: str
    values: bytes = field(repr=False)
    url: str = ""
    outlines: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class UrlLayerSpec:
    """Features that the page fetches as GeoJSON from a path of its own server.

    Each feature's property `style` is a Leaflet path style.
    """

    name: str
    url: str
    level: Level
    shown: bool = True


@dataclass(frozen=True, slots=True)
class InlineLayerSpec:
    """Features that travel inside the page, for a file that needs no server."""

    name: str
    geojson: bytes = field(repr=False)
    level: Level
    shown: bool = True


@dataclass(frozen=True, slots=True)
class CellValues:
    """What a map says of every cell: its class, and words for the tooltip.

    `codes` are places in `classes`; `said`, and `names` where given, are in the cells' order.
    """

    title: str
    classes: tuple[LegendItem, ...]
    codes: Sequence[int]
    said: Sequence[str]
    legend: Legend
    names: Sequence[str] = ()


class TileKind(StrEnum):
    """What a base map sends: pictures, or shapes that the page draws."""

    RASTER = "raster"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class TilesSpec:
    """A base map that the page fetches from a path of its own server, with {z}, {x} and {y}."""

    name: str
    url: str
    kind: TileKind
    deepest: int
    credit: str = ""


@dataclass(frozen=True, slots=True)
class MapWords:
    """The few words a map says by itself, in the reader's language."""

    zoom_in: str = "Zoom in"
    zoom_out: str = "Zoom out"
    layers: str = "Layers"
    places: str = "Places"
    box: str = "Choose cells in a box"
    lasso: str = "Choose cells with a line drawn by hand"
    here: str = "Where am I"
    no_place: str = "This device does not tell where it is."
    load_failed: str = "The map data could not be loaded. Reload the page."


@dataclass(frozen=True, slots=True)
class MapView:
    """A map to look at: where, what, and how to read it.

    `bounds` (west, south, east, north) saves the page from moving once its cells have come; `shift`
    leads from WGS 84, in which a device knows its place, to where the map shows that place.
    """

    title: str
    centre: LonLat
    cells: CellsSpec
    legend: Legend
    layers: tuple[UrlLayerSpec | InlineLayerSpec, ...] = ()
    places: tuple[Place, ...] = ()
    attribution: str = ""
    base: TilesSpec | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: int = 14
    bounds: tuple[float, float, float, float] | None = None
    language: str = "zh-CN"
    words: MapWords = field(default_factory=MapWords)
