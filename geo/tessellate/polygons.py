"""Imported polygons, such as communities and street offices, within an area."""

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.area import Area, polygonal_parts
from geo.errors import SpecError
from geo.plane import Plane
from geo.tessellate.lattice import SLIVER
from geo.tessellate.raster import Raster

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

_PAYS_OFF = 500  # points asked for, per polygon, that make up for preparing a raster


class PolygonTiling:
    """Polygons cut to an area, sorted by id; where they overlap, the first one holds the point."""

    def __init__(self, area: Area, ids: Shapes, shapes: Shapes, plane: Plane) -> None:
        cut = CutShapes(area, shapes, plane)
        order = np.argsort(ids[cut.kept], kind="stable")
        self.plane = plane
        self._ids = ids[cut.kept][order]
        self._flat = cut.flat[order]
        self._degrees = cut.degrees[order]
        self._asked = 0

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
        x, y = self.plane.forward(lon, lat)
        self._asked += len(x)
        if self._asked > _PAYS_OFF * len(self):
            return self._raster.locate(x, y)
        point, cell = self._tree.query(shapely.points(x, y), predicate="intersects")
        out = np.full(len(x), len(self), dtype=np.int32)
        np.minimum.at(out, point, cell.astype(np.int32))
        return np.where(out < len(self), out, -1).astype(np.int32)

    @cached_property
    def _raster(self) -> Raster:
        return Raster(self._flat)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._flat)


class CutShapes:
    """The part of each shape that lies in the area: on the plane and in degrees.

    `kept` are the positions of the shapes of which something is left, `cut` says which of these
    are no longer whole.
    """

    def __init__(self, area: Area, shapes: Shapes, plane: Plane) -> None:
        ground, flat = plane.flatten(area), plane.flatten_all(shapes)
        shapely.prepare(ground)
        whole = shapely.covers(ground, flat)
        cut = np.flatnonzero(~whole)
        pieces = flat.copy()
        pieces[cut] = [_polygonal(piece) for piece in shapely.intersection(ground, flat[cut])]
        degrees = shapes.copy()
        degrees[cut] = plane.unflatten_all(pieces[cut])
        self.kept = np.flatnonzero(shapely.area(pieces) > SLIVER * shapely.area(flat))
        self.flat, self.degrees = pieces[self.kept], degrees[self.kept]
        self.cut = ~whole[self.kept]
        if not len(self.kept):
            raise SpecError(
                "None of the {count} polygons reaches into the area.",
                "Choose polygons of the same place, or check longitude and latitude.",
                count=len(shapes),
            )


def _polygonal(piece: BaseGeometry) -> BaseGeometry:
    return shapely.union_all(polygonal_parts(piece))
