"""A map without a base map, as one SVG that prints."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import RenderError
from geo.palette import NO_DATA, NO_DATA_LINE, text_on
from geo.plane import Plane
from geo.points import LonLat
from geo.render.view import Legend, LegendItem, Place

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]

_WIDTH, _MARGIN, _ROW = 1000.0, 16.0, 26.0  # units of the drawing; print gives them a size
_LETTER = 11.0  # width of a digit with some room; labels that do not fit are left out
_BAR_STEPS = (1, 2, 5)
_M_PER_KM = 1000
_HATCH = (
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
    f'<rect width="8" height="8" fill="{NO_DATA}"/>'
    f'<path d="M-2 2 2-2M0 8 8 0M6 10 10 6" stroke="{NO_DATA_LINE}"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class SchematicCell:
    """One cell to draw: its shape in EPSG:4326, its colour (None for no data) and its label."""

    shape: shapely.Polygon | shapely.MultiPolygon
    colour: str | None
    label: str = ""


def schematic_svg(
    title: str, cells: Sequence[SchematicCell], legend: Legend, places: Sequence[Place] = ()
) -> str:
    """Return the drawing: north is up, one metre has the same length everywhere."""
    if not cells:
        raise RenderError("There are no cells to draw.", "Choose a plan that has cells.")
    sheet = _Sheet(np.array([cell.shape for cell in cells], dtype=object))
    height = sheet.bottom + _ROW * (len(legend.items) + 3)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:.0f}" role="img"'
        ' font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="16">',
        f"<title>{escape(title)}</title>{_HATCH}",
        *_drawn_cells(sheet, cells),
        *_drawn_places(sheet, places),
        _scale_bar(sheet),
        *_drawn_legend(sheet.bottom + _ROW, legend),
        "</svg>",
    ]
    return "\n".join(parts)


class _Sheet:
    """The plane around the cells, turned into the units of the drawing."""

    def __init__(self, shapes: Shapes) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        self._plane = Plane(LonLat((west + east) / 2, (south + north) / 2))
        self.shapes = self._plane.flatten_all(shapes)
        self._west, bottom, right, self._north = shapely.total_bounds(self.shapes)
        self.units_per_m = (_WIDTH - 2 * _MARGIN) / (right - self._west)
        self.bottom = 2 * _MARGIN + (self._north - bottom) * self.units_per_m

    def draw(self, xy: Floats) -> Floats:
        """Return places of the plane in the drawing."""
        x, y = (np.asarray(xy) - [self._west, self._north]).T * self.units_per_m
        return np.column_stack([_MARGIN + x, _MARGIN - y])

    def place(self, at: LonLat) -> tuple[float, float]:
        """Return where a place stands in the drawing."""
        x, y = self.draw(np.column_stack(self._plane.forward([at.lon], [at.lat])))[0]
        return float(x), float(y)


def _drawn_cells(sheet: _Sheet, cells: Sequence[SchematicCell]) -> Iterable[str]:
    for cell, shape in zip(cells, sheet.shapes, strict=True):
        fill = cell.colour or "url(#hatch)"
        yield f'<path d="{_path(sheet, shape)}" fill="{escape(fill)}" stroke="#5f6873"/>'
    for cell, shape in zip(cells, sheet.shapes, strict=True):
        west, _, east, _ = shape.bounds
        if cell.label and (east - west) * sheet.units_per_m >= _LETTER * len(cell.label):
            inside = sheet.draw(shapely.get_coordinates(shape.representative_point()))[0]
            yield _text(inside[0], inside[1], cell.label, text_on(cell.colour or NO_DATA), "middle")


def _path(sheet: _Sheet, shape: shapely.Polygon | shapely.MultiPolygon) -> str:
    rings = shapely.get_rings(shape)
    return "".join(f"M{_points(sheet.draw(shapely.get_coordinates(ring)[:-1]))}Z" for ring in rings)


def _points(xy: Floats) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in xy.tolist())


def _drawn_places(sheet: _Sheet, places: Sequence[Place]) -> Iterable[str]:
    for place in places:
        x, y = sheet.place(place.at)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        yield _text(x + 6, y, place.name, "#000000", "start", halo=True)


def _scale_bar(sheet: _Sheet) -> str:
    room_m = _WIDTH / 4 / sheet.units_per_m
    power = 10.0 ** math.floor(math.log10(room_m))
    length_m = max(step * power for step in _BAR_STEPS if step * power <= room_m)
    name = f"{length_m / _M_PER_KM:g} km" if length_m >= _M_PER_KM else f"{length_m:g} m"
    width, y = length_m * sheet.units_per_m, sheet.bottom + _ROW
    left = _WIDTH - _MARGIN - width
    bar = f'<path d="M{left:.1f} {y - 6:.1f}v6h{width:.1f}v-6" fill="none" stroke="#000000"/>'
    return bar + _text(left + width / 2, y + 14, name, "#000000", "middle")


def _drawn_legend(top: float, legend: Legend) -> Iterable[str]:
    yield _text(_MARGIN, top, legend.title, "#000000", "start", weight="600")
    for row, item in enumerate(legend.items, start=1):
        yield _swatch(top + row * _ROW, item)
    if legend.note:
        yield _text(_MARGIN, top + (len(legend.items) + 1) * _ROW, legend.note, "#000000", "start")


def _swatch(y: float, item: LegendItem) -> str:
    fill = "url(#hatch)" if item.hatched else escape(item.colour)
    box = f'<rect x="{_MARGIN:g}" y="{y - 8:.1f}" width="28" height="16" fill="{fill}"'
    return f'{box} stroke="#5f6873"/>' + _text(_MARGIN + 38, y, item.label, "#000000", "start")


def _text(
    x: float,
    y: float,
    text: str,
    colour: str,
    anchor: str,
    *,
    weight: str = "400",
    halo: bool = False,
) -> str:
    edge = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-weight="{weight}"'
        f' text-anchor="{anchor}" dominant-baseline="central"{edge}>{escape(text)}</text>'
    )
