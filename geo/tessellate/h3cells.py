"""H3 hexagons that share ground with an area."""

import h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo.area import Area
from geo.errors import SpecError
from geo.plane import Plane
from geo.tessellate.lattice import MAX_CELLS
from geo.tessellate.polygons import CutShapes

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


class H3Tiling:
    """The H3 cells of one resolution, cut to an area."""

    def __init__(self, area: Area, resolution: int, plane: Plane) -> None:
        indexes = np.array(sorted(_indexes(area, resolution, plane)), dtype=object)
        cut = CutShapes(area, _hexagons(indexes), plane)
        self._resolution = resolution
        self.plane = plane
        self._indexes = indexes[cut.kept]
        self._flat, self._degrees, self._cut = cut.flat, cut.degrees, cut.cut
        self._position = {index: at for at, index in enumerate(self._indexes)}

    def __len__(self) -> int:
        return len(self._indexes)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as h3:8928308280fffff."""
        return np.array([f"h3:{index}" for index in self._indexes], dtype=object)

    def area_m2(self) -> Floats:
        """Return the ground of every cell within the area."""
        return np.asarray(shapely.area(self._flat))

    def shapes(self) -> NDArray[np.object_]:
        """Return every cell in longitude and latitude, whole ones as H3 gives them."""
        return self._degrees.copy()

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that H3 names for each point, -1 outside the area."""
        codes = np.array(
            [self._position.get(index, -1) for index in _index_of(lon, lat, self._resolution)],
            dtype=np.int32,
        )
        doubtful = np.flatnonzero((codes >= 0) & self._cut[codes])
        x, y = self.plane.forward(lon[doubtful], lat[doubtful])
        inside = shapely.intersects_xy(self._flat[codes[doubtful]], x, y)
        codes[doubtful[~inside]] = -1
        return codes


def _indexes(area: Area, resolution: int, plane: Plane) -> set[str]:
    edge_m = h3.average_hexagon_edge_length(resolution, unit="m")
    ground = plane.flatten(area)
    if ground.area / edge_m**2 / 2.6 > MAX_CELLS:
        raise SpecError(
            "H3 cells of resolution {resolution} are too small for this area.",
            "Choose a lower resolution.",
            resolution=resolution,
        )
    border = shapely.segmentize(ground.boundary, edge_m / 2)
    lon, lat = plane.inverse(*shapely.get_coordinates(border).T)
    near = set(_index_of(lon, lat, resolution))
    found = set(h3.h3shape_to_cells(h3.geo_to_h3shape(area), resolution))
    return found.union(*(h3.grid_disk(index, 1) for index in near))


def _index_of(lon: Floats, lat: Floats, resolution: int) -> list[str]:
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    return [h3.latlng_to_cell(y, x, resolution) for y, x in pairs]


def _hexagons(indexes: NDArray[np.object_]) -> NDArray[np.object_]:
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(index)] for index in indexes]
    return np.array([Polygon(ring) for ring in rings], dtype=object)
