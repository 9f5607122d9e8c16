"""H3 hexagons that share ground with an area."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.errors import SpecError
from geo.plane import Plane, reach
from geo.tessellate.border import FINE_M
from geo.tessellate.finder import within
from geo.tessellate.lattice import MAX_CELLS, adds_up
from geo.tessellate.polygons import CutShapes

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Indexes = NDArray[np.uint64]
Shapes = NDArray[np.object_]

_EARTH_M = 6_371_000.0
_HEXAGON = 2.6  # edges squared that a hexagon covers


class H3Tiling:
    """The H3 cells of one resolution, cut to an area."""

    def __init__(self, area: Area, resolution: int, plane: Plane) -> None:
        self._resolution = resolution
        self.plane = plane
        self._reach = reach(area)
        self._ground = plane.flatten(area)
        shapely.prepare(self._ground)
        inner, border = _indexes(self._ground, resolution, plane)
        indexes = np.union1d(inner, border)
        near = np.isin(indexes, border)
        cut = CutShapes(self._ground, _hexagons(indexes), plane, near)
        if not adds_up(self._ground, np.inf, 0.0, cut.flat):
            cut = CutShapes(self._ground, _hexagons(indexes), plane, near, FINE_M)
        self._indexes, self._border = indexes[cut.kept], near[cut.kept]
        self._flat, self._degrees = cut.flat, cut.degrees

    def __len__(self) -> int:
        return len(self._indexes)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as h3:8928308280fffff."""
        return np.array([f"h3:{index:x}" for index in self._indexes.tolist()], dtype=object)

    def area_m2(self) -> Floats:
        """Return the ground of every cell within the area."""
        return np.asarray(shapely.area(self._flat))

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude, whole ones as H3 gives them."""
        return self._degrees.copy()

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that H3 names for each point, -1 outside the area."""
        near = np.flatnonzero(within(self._reach, lon, lat))
        index = _index_of(lon[near], lat[near], self._resolution)
        at = np.minimum(np.searchsorted(self._indexes, index), len(self) - 1)
        known = self._indexes[at] == index
        border = np.flatnonzero(known & self._border[at])
        x, y = self.plane.forward(lon[near[border]], lat[near[border]])
        known[border] = shapely.intersects_xy(self._ground, x, y)
        out = np.full(lon.shape, -1, dtype=np.int32)
        out[near[known]] = at[known]
        return out


def _indexes(ground: Area, resolution: int, plane: Plane) -> tuple[Indexes, Indexes]:
    """Return the cells with their centre on the ground, and all cells that its border may pass."""
    import h3  # here, as the other: slow to load
    from h3ronpy import ContainmentMode, grid_disk
    from h3ronpy.vector import geometry_to_cells

    edge_m = h3.average_hexagon_edge_length(resolution, unit="m")
    if ground.area / edge_m**2 / _HEXAGON > MAX_CELLS:
        raise SpecError(
            "H3 cells of resolution {resolution} are too small for this area.",
            "Choose a lower resolution.",
            resolution=resolution,
        )
    # in degrees, these stretches of a straight line of the plane bend by less than edge_m / 16
    bent = plane.unflatten_all(shapely.segmentize(ground, np.sqrt(_EARTH_M * edge_m / 2)))
    inner = geometry_to_cells(bent, resolution, containment_mode=ContainmentMode.ContainsCentroid)
    steps = shapely.get_coordinates(shapely.segmentize(ground.boundary, edge_m / 2))
    passed = np.unique(_index_of(*plane.inverse(*steps.T), resolution))
    return np.asarray(inner), np.unique(np.asarray(grid_disk(passed, 1, flatten=True)))


def _index_of(lon: Floats, lat: Floats, resolution: int) -> Indexes:
    from h3ronpy.vector import coordinates_to_cells

    return np.asarray(coordinates_to_cells(lat, lon, resolution))


def _hexagons(indexes: Indexes) -> Shapes:
    from h3ronpy.vector import cells_to_wkb_polygons

    return np.asarray(shapely.from_wkb(np.asarray(cells_to_wkb_polygons(indexes))))
