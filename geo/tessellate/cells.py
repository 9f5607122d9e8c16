"""The value that dividing an area gives, and how points find their cell in it."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.area import Area
from geo.frame import cell_frame
from geo.plane import Plane
from geo.tessellate.spec import Spec

if TYPE_CHECKING:
    import geopandas as gpd

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
_Array = TypeVar("_Array", bound=NDArray[Any])


class Tiling(Protocol):
    """What every kind of division can do, and the plane it is drawn on."""

    @property
    def plane(self) -> Plane:
        """Return the plane on which the ground of the cells is measured."""
        ...

    def __len__(self) -> int:
        """Return the number of cells."""
        ...

    def ids(self) -> NDArray[np.object_]:
        """Return the id of every cell."""
        ...

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        ...

    def shapes(self) -> NDArray[np.object_]:
        """Return every cell as a polygon in longitude and latitude."""
        ...

    def flat(self, at: Ints) -> Shapes:
        """Return some cells, by position, as polygons of the plane."""
        ...

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that holds each point, -1 for none."""
        ...


class Cells:
    """The cells of an area: an immutable value, equal to another one of the same area and spec."""

    def __init__(self, area: Area, spec: Spec, tiling: Tiling) -> None:
        self._area = area
        self._spec = spec
        self._tiling = tiling

    def __len__(self) -> int:
        return len(self._tiling)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        return self._spec == other._spec and self._area.equals_exact(other._area, 0)

    def __hash__(self) -> int:
        return hash((self._spec, self._area.wkb))

    def __repr__(self) -> str:
        return f"<{len(self)} cells of {self._spec!r}>"

    @property
    def area(self) -> Area:
        """The ground that was divided, in EPSG:4326."""
        return self._area

    @property
    def spec(self) -> Spec:
        """How it was divided, with the origin filled in."""
        return self._spec

    @property
    def tiling(self) -> Tiling:
        """What computes the cells; the rest of geo asks it for their shapes on the plane."""
        return self._tiling

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """The id of every cell; read only."""
        return _frozen(self._tiling.ids())

    @cached_property
    def area_m2(self) -> Floats:
        """The ground of every cell on the equal-area plane; read only."""
        return _frozen(self._tiling.area_m2())

    @property
    def frame(self) -> "gpd.GeoDataFrame":
        """The cells in EPSG:4326 with cell_id, geometry and area_m2; made once, when asked for.

        What is added to or changed in this frame does not reach the cells.
        """
        return self._frame.copy(deep=False)

    @cached_property
    def _frame(self) -> "gpd.GeoDataFrame":
        return cell_frame(self.ids, self._tiling.shapes(), self.area_m2)

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that holds each point, -1 for none."""
        return self._tiling.locate(lon, lat)


def _frozen(array: _Array) -> _Array:
    array.flags.writeable = False
    return array
