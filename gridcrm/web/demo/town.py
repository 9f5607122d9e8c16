"""A town that does not exist: streets, communities and shops around the demo branch.

Everything is laid out in metres around the branch (x to the east, y to the north) and turned by
a few degrees, so that it looks like a town and not like a chessboard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from geo import LonLat
from geo.plane import Plane
from gridcrm.branches.models import PlaceKind

HOME = LonLat(125.4700, 43.7800)
CATCHMENT_M = 1500
SOURCE = "GridCRM demo town (fictional)"
LICENCE = "CC0-1.0"
_Raw = tuple[str, PlaceKind, str, BaseGeometry]
_TURN_DEG = 11
_AVENUE_M = 480
_LOBBY_M = 60
_REACH_M = 1600


@dataclass(frozen=True)
class District:
    """One of the nine custom grids: its main community and what is known of it."""

    name: str
    kind: str
    households: int
    population: int
    merchants: int


DISTRICTS = (
    District("学府花园", "community", 612, 1190, 14),
    District("锦绣嘉园", "community", 734, 1402, 22),
    District("南溪公园里", "community", 388, 690, 9),
    District("兴隆市场", "market", 241, 470, 136),
    District("经开中心", "business_district", 356, 588, 48),
    District("东湾产业园", "enterprise", 128, 301, 19),
    District("幸福里", "community", 905, 1655, 31),
    District("滨河湾", "community", 842, 1521, 26),
    District("春城新居", "community", 633, 1142, 17),
)
_STREETS_EAST = ("北环路", "学府路", "锦绣街", "人民东路", "兴隆路", "滨河路", "南环路")
_STREETS_NORTH = ("西安大街", "会展大街", "浦东路", "经开大街", "东盛路", "临河街", "金川街")


@dataclass(frozen=True)
class Feature:
    """A place of the town, in WGS 84."""

    ref: str
    kind: PlaceKind
    name: str
    shape: BaseGeometry


def features() -> list[Feature]:
    """Return every place of the town."""
    made = [*_streets(), *_communities(), *_single_places()]
    shapes = _to_earth([shape for _, _, _, shape in made])
    return [
        Feature(ref, kind, name, shape)
        for (ref, kind, name, _), shape in zip(made, shapes, strict=True)
    ]


def districts() -> dict[str, Any]:
    """Return the nine custom grids and the lobby as GeoJSON, covering the catchment."""
    circle = shapely.Point(0, 0).buffer(CATCHMENT_M * 1.02, quad_segs=64)
    lobby = shapely.Point(0, 0).buffer(_LOBBY_M, quad_segs=16)
    shapes = [rotate(_district(i), _TURN_DEG, origin=(0, 0)) & circle for i in range(9)]
    shapes = [shape - lobby for shape in shapes] + [lobby]
    names = [*(district.name for district in DISTRICTS), "厅堂"]
    return collection(names, _unflatten(shapes))


def collection(names: Sequence[str], shapes: Sequence[BaseGeometry]) -> dict[str, Any]:
    """Return shapes with names as a GeoJSON collection."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": shapely.geometry.mapping(s),
            }
            for name, s in zip(names, shapes, strict=True)
        ],
    }


def _district(index: int) -> BaseGeometry:
    row, column = divmod(index, 3)
    x, y = (column - 1) * 2 * _AVENUE_M, (1 - row) * 2 * _AVENUE_M
    far = 4 * _AVENUE_M
    west = x - _AVENUE_M if column else x - far
    east = x + _AVENUE_M if column < 2 else x + far  # noqa: PLR2004 - three columns
    south = y - _AVENUE_M if row < 2 else y - far  # noqa: PLR2004 - three rows
    north = y + _AVENUE_M if row else y + far
    return shapely.box(west, south, east, north)


def _streets() -> list[_Raw]:
    made: list[_Raw] = []
    for i in range(-3, 4):
        at = i * _AVENUE_M
        east = shapely.LineString([(-_REACH_M, at), (0, at + 12 * (i % 3)), (_REACH_M, at)])
        north = shapely.LineString([(at, -_REACH_M), (at - 15 * (i % 2), 0), (at, _REACH_M)])
        made.append((f"road-e{i}", PlaceKind.ROAD, _STREETS_EAST[i + 3], east))
        made.append((f"road-n{i}", PlaceKind.ROAD, _STREETS_NORTH[i + 3], north))
    for i in range(-6, 7):
        half = (i + 0.5) * _AVENUE_M / 2
        lane = shapely.LineString([(-_REACH_M + 200, half), (_REACH_M - 200, half)])
        made.append((f"lane-{i}", PlaceKind.ROAD, "", lane))
    every = shapely.union_all([shape for *_, shape in made])
    return [(ref, kind, name, _with_crossings(shape, every)) for ref, kind, name, shape in made]


def _with_crossings(street: BaseGeometry, every: BaseGeometry) -> BaseGeometry:
    """Return a street with a corner wherever it meets another, so that one can turn there."""
    corners = shapely.get_coordinates(every)
    here = corners[shapely.dwithin(shapely.points(corners), street, 1e-6)]
    along = np.round([street.project(shapely.Point(corner)) for corner in here], 3)
    return shapely.LineString(here[np.unique(along, return_index=True)[1]])


def _communities() -> list[_Raw]:
    made: list[_Raw] = []
    for index, district in enumerate(DISTRICTS):
        centre = _district(index).centroid if index == 4 else _inner(index)  # noqa: PLR2004
        half = 190 if district.kind == "community" else 140
        block = shapely.box(centre.x - half, centre.y - half, centre.x + half, centre.y + half)
        made.append((f"community-{index}", PlaceKind.COMMUNITY, district.name, block))
        made += _buildings(index, block)
    return made


def _inner(index: int) -> shapely.Point:
    row, column = divmod(index, 3)
    return shapely.Point((column - 1) * 800 + 40 * row, (1 - row) * 800 - 30 * column)


def _buildings(index: int, block: BaseGeometry) -> list[_Raw]:
    west, south, east, north = block.bounds
    made: list[_Raw] = []
    for i, x in enumerate(np.arange(west + 30, east - 60, 75)):
        for j, y in enumerate(np.arange(south + 30, north - 40, 55)):
            house = shapely.box(x, y, x + 45, y + 18)
            made.append((f"building-{index}-{i}-{j}", PlaceKind.BUILDING, "", house))
    return made


def _single_places() -> list[_Raw]:
    river_line = shapely.LineString([(-1700, -1330), (-600, -1180), (500, -1290), (1700, -1080)])
    river = river_line.buffer(45)
    park = shapely.Point(1010, 1030).buffer(150, quad_segs=6)
    return [
        ("river", PlaceKind.WATER, "南溪", river),
        ("park", PlaceKind.PARK, "南溪公园", park),
        ("school", PlaceKind.SCHOOL, "实验小学", shapely.box(-1050, 480, -880, 620)),
        ("market", PlaceKind.MERCHANT, "兴隆农贸市场", shapely.Point(-830, -30)),
        ("shops", PlaceKind.MERCHANT, "经开商业街", shapely.Point(120, -160)),
        ("bank-1", PlaceKind.COMPETITOR, "北岸银行经开支行", shapely.Point(310, 260)),
        ("bank-2", PlaceKind.COMPETITOR, "长风银行兴隆支行", shapely.Point(-620, -210)),
    ]


def _to_earth(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    return _unflatten([rotate(shape, _TURN_DEG, origin=(0, 0)) for shape in shapes])


def _unflatten(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    plane = Plane(HOME)

    def to_degrees(xy: Any) -> Any:
        return np.column_stack(plane.inverse(xy[:, 0], xy[:, 1]))

    return [shapely.transform(shape, to_degrees) for shape in shapes]
