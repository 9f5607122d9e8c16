"""Many rings as one array, as long as nobody needs a shape of each."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.tessellate.grid import Floats, Ints, Shapes
from geo.tessellate.ragged import counting


@dataclass(frozen=True, eq=False)
class Rings:
    """Closed rings, one after the other: their corners (n, 2), and how many each has."""

    xy: Floats
    sizes: Ints

    def __getitem__(self, which: Ints) -> "Rings":
        starts = np.cumsum(self.sizes) - self.sizes
        return Rings(self.xy[counting(starts[which], self.sizes[which])], self.sizes[which])

    def area(self) -> Floats:
        """Return the area within each ring, which runs against the clock."""
        starts = np.cumsum(self.sizes) - self.sizes
        x, y = (self.xy - np.repeat(self.xy[starts], self.sizes, axis=0)).T
        # from the last corner of a ring, which is its first, to the next ring: it is 0, 0 here
        twice = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
        return np.add.reduceat(twice, starts) / 2

    def polygons(self) -> Shapes:
        """Return a polygon for each ring."""
        ends = np.append(0, np.cumsum(self.sizes))
        kind, each = shapely.GeometryType.POLYGON, np.arange(len(self.sizes) + 1)
        return np.asarray(shapely.from_ragged_array(kind, self.xy, (ends, each)))
