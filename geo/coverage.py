"""Whether cells cover an area: what is left over, what is covered twice, what is too narrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.area import Area, checked_area
from geo.frame import CRS
from geo.plane import Plane
from geo.tessellate.cells import Cells
from geo.tessellate.cutting import as_array, width_m
from geo.tessellate.grid import Ints, Shapes
from geo.tessellate.overlay import union, without
from geo.tessellate.touching import NEAR_M, overlapping

if TYPE_CHECKING:
    import geopandas as gpd

_EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Coverage:
    """Three frames in EPSG:4326 with the columns cell_ids, area_m2, width_m and geometry.

    `gaps` is ground of the area in no cell, with the cells around it; `overlaps` is ground in two
    cells; `slivers` are cells, or parts of cells that fall into several, that are too narrow.
    """

    gaps: "gpd.GeoDataFrame"
    overlaps: "gpd.GeoDataFrame"
    slivers: "gpd.GeoDataFrame"

    @property
    def is_partition(self) -> bool:
        """Whether every place of the area is in one cell and no more."""
        return self.gaps.empty and self.overlaps.empty


def coverage(cells: Cells, area: Area, sliver_m: float = 5.0) -> Coverage:
    """Return what is wrong with how cells cover an area in EPSG:4326; below a millimetre is not.

    The width of a shape is that of a strip with its ground and its outline.
    """
    area, plane = checked_area(area), cells.tiling.plane
    shapes = cells.tiling.flat(np.arange(len(cells)))
    first, second, common = _overlaps(shapes)
    gaps = as_array([]) if _adds_up(cells, area, common) else _gaps(plane.flatten(area), shapes)
    around = shapely.STRtree(shapes)
    beside = [np.sort(around.query(gap, "dwithin", distance=NEAR_M)) for gap in gaps]
    parts, owner = shapely.get_parts(shapes, return_index=True)
    thin = np.flatnonzero(width_m(parts) < sliver_m)
    return Coverage(
        gaps=_frame(plane, cells, gaps, beside),
        overlaps=_frame(plane, cells, common, np.column_stack([first, second])),
        slivers=_frame(plane, cells, parts[thin], owner[thin, None]),
    )


def _overlaps(shapes: Shapes) -> tuple[Ints, Ints, Shapes]:
    first, second, common = overlapping(shapes)
    parts, pair = _solid(common)
    return first[pair], second[pair], parts


def _solid(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return the parts of shapes that are wider than a millimetre, and the shape of each."""
    half = NEAR_M / 2
    core = shapely.buffer(shapes, -half, join_style="mitre")
    whole = shapely.buffer(core, half, join_style="mitre")
    parts, of = shapely.get_parts(whole, return_index=True)
    there = ~shapely.is_empty(parts)
    return parts[there], of[there]


def _adds_up(cells: Cells, area: Area, common: Shapes) -> bool:
    """Say whether cells that lie in the area, and not over each other, fill it."""
    ground_m2 = cells.tiling.plane.flatten(area).area
    full = abs(cells.area_m2.sum() - ground_m2) <= _EXACT * ground_m2
    return bool(full and not len(common) and cells.area.equals_exact(area, 0))


def _gaps(ground: Area, shapes: Shapes) -> Shapes:
    return _solid(as_array([without(ground, union(shapes))]))[0]


def _frame(
    plane: Plane, cells: Cells, shapes: Shapes, owners: Iterable[Ints]
) -> "gpd.GeoDataFrame":
    import geopandas as gpd  # here, because it takes a second to load

    columns = {
        "cell_ids": as_array(tuple(cells.ids[some].tolist()) for some in owners),
        "area_m2": shapely.area(shapes),
        "width_m": width_m(shapes),
        "geometry": plane.unflatten_all(shapes),
    }
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)
