"""How many cells an area would get, before they are drawn."""

import math
from dataclasses import dataclass

import h3

from geo import LonLat
from geo.area import Area
from geo.plane import Plane
from gridcrm.grids.forms import DraftIn, DraftKind

MOST_CELLS = 10_000


@dataclass(frozen=True)
class CellSize:
    """The ground, outline and width of one whole cell."""

    area_m2: float
    outline_m: float
    width_m: float


def cell_size(form: DraftIn, home: LonLat) -> CellSize | None:
    """Return the size of a regular cell around the branch; None where people bring the shapes."""
    if form.kind is DraftKind.SQUARE:
        return CellSize(form.side_m**2, 4 * form.side_m, form.side_m)
    if form.kind is DraftKind.HEXAGON:
        return _hexagon(form.edge_m)
    if form.kind is DraftKind.H3:
        return _hexagon(_h3_edge_m(home, form.resolution))
    return None


def cell_count(area: Area, home: LonLat, size: CellSize) -> int:
    """Return about how many cells share ground with an area.

    Steiner's formula for a lattice laid at random: whole cells, and those that the border cuts.
    """
    ground = Plane(home).flatten(area)
    border = ground.length * size.outline_m / (2 * math.pi)
    return round((ground.area + border) / size.area_m2 + 1)


def _h3_edge_m(home: LonLat, resolution: int) -> float:
    """Return the edge of a regular hexagon as large as the H3 cell here; they differ by place."""
    index = h3.latlng_to_cell(home.lat, home.lon, resolution)
    return math.sqrt(h3.cell_area(index, unit="m^2") / (1.5 * math.sqrt(3)))


def _hexagon(edge_m: float) -> CellSize:
    return CellSize(1.5 * math.sqrt(3) * edge_m**2, 6 * edge_m, math.sqrt(3) * edge_m)
