"""The small map of one cell with what lies around it, in millimetres of paper. Pure.

The same picture is drawn on a page and into a PDF, so it holds lines, areas and names and knows of
neither.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.plane import Plane
from geo.points import LonLat
from gridcrm.branches.models import PlaceKind

Floats = NDArray[np.float64]
Shape = Any

WIDTH_MM, HEIGHT_MM = 182.0, 96.0
NAME_MM = 2.7
_CELL_SHARE = 0.55
_LEAST_M = 150.0
_EDGE_MM = 2.0
_MOST_NAMES = 24
_BAR_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Look:
    """How something is drawn; widths and dashes in millimetres."""

    fill: str | None = None
    stroke: str | None = None
    width: float = 0.2
    dash: float = 0.0


class Drawn(NamedTuple):
    """Lines, or the rings of an area: corners in millimetres from the upper left."""

    paths: list[Floats]
    look: Look


class Name(NamedTuple):
    """A name, in the middle of where it stands."""

    x: float
    y: float
    text: str
    strong: bool


class Bar(NamedTuple):
    """How long so many metres are."""

    metres: int
    length: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything in the order in which it is drawn."""

    drawn: list[Drawn]
    names: list[Name]
    bar: Bar


class Neighbour(NamedTuple):
    """A cell of the plan."""

    id: int
    name: str
    wkb: bytes


class Spot(NamedTuple):
    """A place around the cells."""

    kind: PlaceKind
    name: str
    wkb: bytes
    is_home: bool = False


_CELL = Look("#0e647022", "#0e6470", 0.7)
_BESIDE = Look(None, "#7c8791", 0.25)
_DOT = Look("#ffffff", "#1b1f24", 0.25)
_HOME = Look("#b4582a", "#ffffff", 0.3)
_LOOKS = {
    PlaceKind.WATER: Look("#bcd9ec"),
    PlaceKind.PARK: Look("#d8e8d2"),
    PlaceKind.BUILDING: Look("#e3e5e8"),
    PlaceKind.ROAD: Look(None, "#b9c0c7", 0.4),
    PlaceKind.MOTORWAY: Look(None, "#9aa2ab", 0.9),
}
_OUTLINE = Look(None, "#4b5563", 0.2, 0.8)
_LINES = {PlaceKind.WATER: Look(None, "#bcd9ec", 0.9)}
_MARKS = {PlaceKind.COMPETITOR: Look("#1b1f24", "#ffffff", 0.25)}
_GROUND = (
    PlaceKind.PARK, PlaceKind.WATER, PlaceKind.BUILDING, PlaceKind.ROAD, PlaceKind.MOTORWAY,
)  # fmt: skip
_BELOW = {kind: level for level, kind in enumerate(_GROUND)}
_NAMED = (
    PlaceKind.COMMUNITY, PlaceKind.SCHOOL, PlaceKind.ROAD, PlaceKind.COMPETITOR, PlaceKind.PARK,
    PlaceKind.WATER, PlaceKind.MOTORWAY, PlaceKind.MERCHANT,
)  # fmt: skip
_RANK = {kind: rank for rank, kind in enumerate(_NAMED)}


class Vicinity:
    """All cells and places of a plan on one plane, ready to draw the surroundings of any cell."""

    def __init__(self, home: Spot, cells: Sequence[Neighbour], places: Iterable[Spot]) -> None:
        """Flatten everything once; `home` is the branch itself."""
        ordered = sorted(places, key=lambda spot: _BELOW.get(spot.kind, len(_BELOW)))
        self._cells, self._spots = list(cells), [*ordered, home]
        shapes = shapely.from_wkb([cell.wkb for cell in cells])
        west, south, east, north = shapely.total_bounds(shapes)
        plane = Plane(LonLat((west + east) / 2, (south + north) / 2))
        self._cell_shapes = plane.flatten_all(np.asarray(shapes, dtype=object))
        around = np.asarray(shapely.from_wkb([spot.wkb for spot in self._spots]), dtype=object)
        self._spot_shapes = plane.flatten_all(around)
        self._cell_tree = shapely.STRtree(self._cell_shapes)
        self._spot_tree = shapely.STRtree(self._spot_shapes)
        self._at = {cell.id: at for at, cell in enumerate(cells)}

    def picture(self, cell_id: int) -> Picture:
        """Draw one cell in the middle, its neighbours, and the streets and places around it."""
        at = self._at[cell_id]
        window = _Window(self._cell_shapes[at])
        spots = sorted(self._spot_tree.query(window.box).tolist())
        beside = sorted(set(self._cell_tree.query(window.box).tolist()) - {at})
        seen = [(self._spots[n], window.cut(self._spot_shapes[n])) for n in spots]
        near = [(self._cells[n], window.cut(self._cell_shapes[n])) for n in beside]
        ground = [(spot, shape) for spot, shape in seen if spot.kind in _BELOW]
        marks = [(spot, shape) for spot, shape in seen if spot.kind not in _BELOW]
        drawn = [
            *(_drawn_spot(window, spot, shape) for spot, shape in ground),
            *(Drawn(window.paths(shape), _BESIDE) for _cell, shape in near),
            Drawn(window.paths(window.cut(self._cell_shapes[at])), _CELL),
            *(_drawn_spot(window, spot, shape) for spot, shape in marks),
        ]
        names = _placed(window, [*_spot_names(seen), *_cell_names(near)])
        return Picture([part for part in drawn if part.paths], names, window.bar())


class _Window:
    """What is seen of the plane: the cell in the middle, with room around it."""

    def __init__(self, cell: Shape) -> None:
        west, south, east, north = cell.bounds
        wide, high = max(east - west, _LEAST_M), max(north - south, _LEAST_M)
        self.m_per_mm = max(wide / WIDTH_MM, high / HEIGHT_MM) / _CELL_SHARE
        half_wide, half_high = WIDTH_MM / 2 * self.m_per_mm, HEIGHT_MM / 2 * self.m_per_mm
        x, y = (west + east) / 2, (south + north) / 2
        self._edges = (x - half_wide, y - half_high, x + half_wide, y + half_high)
        self.box = shapely.box(*self._edges)

    def cut(self, shape: Shape) -> Shape:
        """Return what of a shape lies in the window."""
        simple = shapely.simplify(shape, self.m_per_mm / 10)
        return shapely.clip_by_rect(simple, *self._edges)

    def paths(self, shape: Shape) -> list[Floats]:
        """Return the lines or rings of a shape on paper."""
        parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
        rings = [ring for part in parts for ring in _lines(part)]
        return [self.on_paper(shapely.get_coordinates(ring)) for ring in rings]

    def on_paper(self, xy: Floats) -> Floats:
        """Return corners in millimetres from the upper left."""
        west, _south, _east, north = self._edges
        x, y = ((np.asarray(xy) - [west, north]) / self.m_per_mm).T
        return np.column_stack([x, -y])

    def bar(self) -> Bar:
        """Return the longest round length that takes at most a fifth of the width."""
        room_m = WIDTH_MM / 5 * self.m_per_mm
        power = 10 ** math.floor(math.log10(room_m))
        metres = max(step * power for step in _BAR_STEPS if step * power <= room_m)
        return Bar(metres, metres / self.m_per_mm)


def _lines(part: Shape) -> list[Shape]:
    if part.geom_type == "Polygon":
        return list(shapely.get_rings(part))
    return [part] if part.geom_type in ("LineString", "LinearRing") else []


def _drawn_spot(window: _Window, spot: Spot, shape: Shape) -> Drawn:
    match int(shapely.get_dimensions(shape)):
        case 0:
            circles = [_circle(at) for at in window.on_paper(_points(shape))]
            return Drawn(circles, _HOME if spot.is_home else _MARKS.get(spot.kind, _DOT))
        case 1:
            look = _LINES.get(spot.kind) or _LOOKS.get(spot.kind, _OUTLINE)
            return Drawn(window.paths(shape), look)
    return Drawn(window.paths(shape), _LOOKS.get(spot.kind, _OUTLINE))


def _points(shape: Shape) -> Floats:
    return np.asarray(shapely.get_coordinates(shape), dtype=np.float64)


def _circle(at: Floats, radius: float = 1.0) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 17)
    return np.column_stack([at[0] + radius * np.cos(turn), at[1] + radius * np.sin(turn)])


def _cell_names(near: Sequence[tuple[Neighbour, Shape]]) -> Iterator[tuple[str, Shape, bool]]:
    for cell, shape in near:
        if not shape.is_empty:
            yield cell.name, shape, False


def _spot_names(seen: Sequence[tuple[Spot, Shape]]) -> Iterator[tuple[str, Shape, bool]]:
    named = [(s, shape) for s, shape in seen if s.is_home or (s.name and s.kind in _RANK)]
    for spot, shape in sorted(named, key=lambda pair: _RANK.get(pair[0].kind, -1)):
        if not shape.is_empty:
            yield spot.name, shape, True


def _placed(window: _Window, wanted: Iterable[tuple[str, Shape, bool]]) -> list[Name]:
    """Write each name once, where it fits the picture and covers no earlier one."""
    names: list[Name] = []
    taken: list[tuple[float, float, float, float]] = []
    for text, shape, strong in wanted:
        x, y = window.on_paper(_middle(shape))[0]
        y = y - NAME_MM if shapely.get_dimensions(shape) == 0 else y
        wide = width_em(text) * NAME_MM / 2
        box = (x - wide, y - NAME_MM * 0.7, x + wide, y + NAME_MM * 0.7)
        if _fits(box, taken) and text not in {name.text for name in names}:
            names.append(Name(float(x), float(y), text, strong))
            taken.append(box)
        if len(names) == _MOST_NAMES:
            break
    return names


def _middle(shape: Shape) -> Floats:
    """Return the point that a name belongs to: half way along a line, inside an area."""
    if shapely.get_dimensions(shape) != 1:
        return _points(shapely.point_on_surface(shape))
    longest = max(shapely.get_parts(shape), key=shapely.length)
    return _points(shapely.line_interpolate_point(longest, 0.5, normalized=True))


def _fits(
    box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]
) -> bool:
    left, top, right, bottom = box
    if left < _EDGE_MM or top < _EDGE_MM:
        return False
    if right > WIDTH_MM - _EDGE_MM or bottom > HEIGHT_MM - 3 * _EDGE_MM:
        return False
    return all(right < a or left > c or bottom < b or top > d for a, b, c, d in taken)


def width_em(text: str) -> float:
    """Return about how wide a text is, in letters of full width."""
    return sum(1.0 if unicodedata.east_asian_width(mark) in "WF" else 0.56 for mark in text)
