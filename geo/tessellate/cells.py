"""The value that dividing an area gives, and how points find their cell in it."""

from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """The cells of an area: an immutable value, equal to another one of the same area and spec.

    `area` is the ground that was divided, in EPSG:4326, and `spec` how, with the origin filled in.
    `tiling` computes the cells; the rest of geo asks it for their shapes on the plane. Cells are
    pickled as area and spec, from which they are made again.
    """

    area: Area
    spec: Spec
    tiling: Tiling

    def __len__(self) -> int:
        return len(self.tiling)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        return self.spec == other.spec and self.area.equals_exact(other.area, 0)

    def __hash__(self) -> int:
        return hash((self.spec, self.area.wkb))

    def __repr__(self) -> str:
        return f"<{len(self)} cells of {self.spec!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from geo.tessellate import tessellate  # here, because it makes cells

        return tessellate, (self.area, self.spec)

    def __deepcopy__(self, _: object) -> "Cells":
        return self

    def __copy__(self) -> "Cells":
        return self

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """The id of every cell; read only."""
        return _frozen(self.tiling.ids())

    @cached_property
    def area_m2(self) -> Floats:
        """The ground of every cell on the equal-area plane; read only."""
        return _frozen(self.tiling.area_m2())

    @property
    def frame(self) -> "gpd.GeoDataFrame":
        """The cells in EPSG:4326 with cell_id, geometry and area_m2; made once, when asked for.

        What is added to or changed in this frame does not reach the cells.
        """
        return self._frame.copy(deep=False)

    @cached_property
    def _frame(self) -> "gpd.GeoDataFrame":
        return cell_frame(self.ids, self.tiling.shapes(), self.area_m2)

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell that holds each point, -1 for none."""
        return self.tiling.locate(lon, lat)


def _frozen(array: _Array) -> _Array:
    array.flags.writeable = False
    return array
