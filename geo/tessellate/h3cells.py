"""H3 hexagons that share ground with an area."""

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.errors import SpecError
from geo.plane import Plane, reach
from geo.tessellate.border import held, nearby, rounded
from geo.tessellate.finder import within
from geo.tessellate.lattice import MAX_CELLS, adds_up, trace_m2
from geo.tessellate.rings import Rings

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Indexes = NDArray[np.uint64]
Shapes = NDArray[np.object_]

_EARTH_M = 6_371_000.0
_HEXAGON = 2.6  # edges squared that a hexagon covers
_HEADER = 13  # bytes of WKB before the corners of a polygon's only ring
_CORNER = 16


class H3Tiling:
    """The H3 cells of one resolution, cut to an area; shapes are made when they are asked for."""

    def __init__(self, area: Area, resolution: int, plane: Plane) -> None:
        self._resolution = resolution
        self.plane = plane
        self._reach = reach(area)
        self._ground = plane.flatten(area)
        shapely.prepare(self._ground)
        inner, border = _indexes(self._ground, resolution, plane)
        indexes = np.union1d(inner, border)
        degrees, near = _rings(indexes), np.zeros(len(indexes), dtype=bool)
        near[np.searchsorted(indexes, border)] = True
        flat = Rings(np.column_stack(plane.forward(*degrees.xy.T)), degrees.sizes)
        pieces, area_m2 = _cut(self._ground, flat, np.flatnonzero(near))
        kept = np.flatnonzero(area_m2 > trace_m2(flat.area(), self._ground))
        self._indexes, self._border = indexes[kept], near[kept]
        self._rings, self._degrees = flat[kept], degrees[kept]
        self._pieces, self._area_m2 = pieces[kept], area_m2[kept]

    def __len__(self) -> int:
        return len(self._indexes)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as h3:8928308280fffff."""
        return np.array([f"h3:{index:x}" for index in self._indexes.tolist()], dtype=object)

    def area_m2(self) -> Floats:
        """Return the ground of every cell within the area."""
        return self._area_m2.copy()

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude, whole ones as H3 gives them."""
        out, cut = self._degrees.polygons(), ~shapely.is_missing(self._pieces)
        out[cut] = self.plane.unflatten_all(self._pieces[cut])
        return out

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that H3 names for each point, -1 outside the area."""
        near = np.flatnonzero(within(self._reach, lon, lat))
        index = indexes_of(lon[near], lat[near], self._resolution)
        at = np.minimum(np.searchsorted(self._indexes, index), len(self) - 1)
        known = self._indexes[at] == index
        border = np.flatnonzero(known & self._border[at])
        x, y = self.plane.forward(lon[near[border]], lat[near[border]])
        known[border] = shapely.intersects_xy(self._ground, x, y)
        out = np.full(lon.shape, -1, dtype=np.int32)
        out[near[known]] = at[known]
        return out

    @cached_property
    def _flat(self) -> Shapes:
        out, cut = self._rings.polygons(), ~shapely.is_missing(self._pieces)
        out[cut] = self._pieces[cut]
        return out


def _cut(ground: Area, flat: Rings, near: Ints) -> tuple[Shapes, Floats]:
    """Return what is left of cells that lost some of their ground, and the ground of all."""
    pieces, area_m2 = np.full(len(flat.sizes), None, dtype=object), flat.area()
    cells = flat[near].polygons()
    parts, lost = held(ground, cells, nearby)
    area_m2[near[lost]] = 0.0
    if not adds_up(ground, np.inf, area_m2.sum(), parts[lost]):
        parts, lost = held(ground, cells, rounded)
    pieces[near[lost]], area_m2[near[lost]] = parts[lost], shapely.area(parts[lost])
    return pieces, area_m2


def _indexes(ground: Area, resolution: int, plane: Plane) -> tuple[Indexes, Indexes]:
    """Return the cells with their centre on the ground, and all cells that its border may pass."""
    import h3  # here, as the other: slow to load
    from h3ronpy import ContainmentMode, grid_disk
    from h3ronpy.vector import geometry_to_cells

    edge_m = h3.average_hexagon_edge_length(resolution, unit="m")
    if ground.area / edge_m**2 / _HEXAGON + ground.length / edge_m > MAX_CELLS:
        raise SpecError(
            "H3 cells of resolution {resolution} are too small for this area.",
            "Choose a lower resolution.",
            resolution=resolution,
        )
    # in degrees, these stretches of a straight line of the plane bend by less than edge_m / 16
    bent = plane.unflatten_all(shapely.segmentize(ground, np.sqrt(_EARTH_M * edge_m / 2)))
    inner = geometry_to_cells(bent, resolution, containment_mode=ContainmentMode.ContainsCentroid)
    steps = shapely.get_coordinates(shapely.segmentize(ground.boundary, edge_m / 2))
    passed = np.unique(indexes_of(*plane.inverse(*steps.T), resolution))
    return np.asarray(inner), np.unique(np.asarray(grid_disk(passed, 1, flatten=True)))


def indexes_of(lon: Floats, lat: Floats, resolution: int) -> Indexes:
    """Return the H3 cell that holds each point, as a number."""
    from h3ronpy.vector import coordinates_to_cells

    return np.asarray(coordinates_to_cells(lat, lon, resolution))


def _rings(indexes: Indexes) -> Rings:
    """Return the corners of cells in degrees: of the polygons that H3 gives in WKB."""
    import pyarrow as pa
    from h3ronpy.vector import cells_to_wkb_polygons

    written = pa.array(cells_to_wkb_polygons(indexes)).cast(pa.large_binary())
    _, ends, content = written.buffers()
    at = np.frombuffer(ends, dtype=np.int64)[: len(indexes) + 1]
    corner = np.ones(at[-1], dtype=bool)
    corner[at[:-1, None] + np.arange(_HEADER)] = False
    numbers = np.frombuffer(content, dtype=np.uint8)[: at[-1]][corner].view("<f8")
    return Rings(numbers.reshape(-1, 2), (np.diff(at) - _HEADER) // _CORNER)
