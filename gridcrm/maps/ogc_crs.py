"""Reference systems of OGC API Features, Part 2: names, the order of axes, and the way to them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Shapes = NDArray[np.object_]
Box = tuple[float, float, float, float]

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@dataclass(frozen=True, slots=True)
class System:
    """A reference system; `lat_first` where its definition names the latitude before the longitude."""

    uri: str
    code: str
    lat_first: bool
    decimals: int


CRS84 = System(
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84", lat_first=False, decimals=7
)
_OFFERED = (
    CRS84,
    System(f"{_EPSG}4326", "EPSG:4326", lat_first=True, decimals=7),
    System(f"{_EPSG}3857", "EPSG:3857", lat_first=False, decimals=3),
    System(f"{_EPSG}4490", "EPSG:4490", lat_first=True, decimals=7),
)
SYSTEMS = {system.uri: system for system in _OFFERED}
"""What can be asked for, the one that everything is stored in first."""


def projected(shapes: Shapes, system: System) -> Shapes:
    """Return shapes of longitudes and latitudes in another system, its axes in its own order."""
    if system is CRS84:
        return shapes
    there = Transformer.from_crs(CRS84.code, system.code, always_xy=True)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        pair = there.transform(xy[:, 0], xy[:, 1])
        return np.column_stack(pair[::-1] if system.lat_first else pair)

    moved: Shapes = shapely.transform(shapes, move)
    return moved


def in_degrees(box: Box, system: System) -> Box:
    """Return a box, given in the order of the system's axes, as west, south, east and north."""
    low, high = box[:2], box[2:]
    if system.lat_first:
        low, high = low[::-1], high[::-1]
    back = Transformer.from_crs(system.code, CRS84.code, always_xy=True)
    (west, south), (east, north) = back.transform(*low), back.transform(*high)
    return float(west), float(south), float(east), float(north)
