"""Imported polygons, such as communities and street offices, within an area."""

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.errors import SpecError
from geo.plane import Plane, reach
from geo.tessellate.border import held
from geo.tessellate.finder import Find, Finder
from geo.tessellate.lattice import trace_m2
from geo.tessellate.raster import Raster
from geo.tessellate.sieve import Sieve

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

_PAYS_OFF = 500  # points asked for, per polygon, that make up for preparing a raster


class PolygonTiling:
    """Polygons cut to an area, sorted by id; where they overlap, the first one holds the point."""

    def __init__(self, area: Area, ids: Shapes, shapes: Shapes, plane: Plane) -> None:
        ground = plane.flatten(area)
        shapely.prepare(ground)
        whole = plane.flatten_all(shapes)
        flat, lost = held(ground, whole)
        degrees = shapes.copy()
        degrees[lost] = plane.unflatten_all(flat[lost])
        kept = np.flatnonzero(shapely.area(flat) > trace_m2(shapely.area(whole), ground))
        if not len(kept):
            raise SpecError(
                "None of the {count} polygons reaches into the area.",
                "Choose polygons of the same place, or check longitude and latitude.",
                count=len(shapes),
            )
        kept = kept[np.argsort(ids[kept], kind="stable")]
        self.plane = plane
        self._ids, self._flat, self._degrees = ids[kept], flat[kept], degrees[kept]
        self._reach = reach(area)
        pays_off = _PAYS_OFF * len(kept)
        self._finder = Finder(plane, self._reach, self._few, self._many, pays_off)

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> NDArray[np.object_]:
        """Return the ids, sorted."""
        return self._ids.copy()

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        return np.asarray(shapely.area(self._flat))

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude, whole ones as they came."""
        return self._degrees.copy()

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the first cell that covers each point, -1 for none."""
        return self._finder.locate(lon, lat)

    def _few(self, x: Floats, y: Floats) -> Codes:
        point, cell = self._tree.query(shapely.points(x, y), predicate="intersects")
        out = np.full(len(x), len(self), dtype=np.int32)
        np.minimum.at(out, point, cell.astype(np.int32))
        return np.where(out < len(self), out, -1).astype(np.int32)

    def _many(self) -> tuple[Sieve | None, Find]:
        raster = Raster(self._flat, self.plane, self._reach)
        return raster.sieve, raster.locate

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._flat)
