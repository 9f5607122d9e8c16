"""Ground divided among sites: each place belongs to the nearest one."""

from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import Area
from geo.errors import SpecError
from geo.plane import Plane, reach
from geo.tessellate.border import clipped, rounded
from geo.tessellate.finder import Find, Finder
from geo.tessellate.grid import Floats, Ints, Shapes
from geo.tessellate.lattice import adds_up, trace_m2
from geo.tessellate.raster import Raster
from geo.tessellate.sieve import Sieve

Codes = NDArray[np.int32]

_PAYS_OFF = 500  # points asked for, per site, that make up for preparing a raster
_SAME_M = 1e-3  # sites nearer than this are one
_TIE_M = 1e-6
_FAR = 4  # times the width of everything: nothing is nearer to a site out there


class VoronoiTiling:
    """The ground of each site, sorted by its key; where two are equally near, the first has it."""

    def __init__(self, area: Area, keys: tuple[str, ...], places: Floats, plane: Plane) -> None:
        """Divide an area among the sites at places (lon, lat)."""
        self.plane = plane
        self._reach = reach(area)
        self._ground = plane.flatten(area)
        shapely.prepare(self._ground)
        self._places = np.column_stack(plane.forward(*places.T))
        _refuse_far(keys, self._places)
        self._refuse_doubles(keys)
        flat = _divided(self._places, self._ground)
        kept = np.flatnonzero(shapely.area(flat) > trace_m2(np.inf, self._ground))
        self._keys, self._flat = [keys[at] for at in kept], flat[kept]
        self._code = np.full(len(keys), -1, dtype=np.int32)
        self._code[kept] = np.arange(len(kept), dtype=np.int32)
        self._finder = Finder(plane, self._reach, self._few, self._many, _PAYS_OFF * len(keys))

    def __len__(self) -> int:
        return len(self._flat)

    def ids(self) -> NDArray[np.object_]:
        """Return ids such as site:<key>, sorted."""
        return np.array([f"site:{key}" for key in self._keys], dtype=object)

    def area_m2(self) -> Floats:
        """Return the ground of every cell."""
        return np.asarray(shapely.area(self._flat))

    def shapes(self) -> Shapes:
        """Return every cell in longitude and latitude."""
        return self.plane.unflatten_all(self._flat)

    def flat(self, at: Ints) -> Shapes:
        """Return some cells as polygons of the plane."""
        return self._flat[at]

    def locate(self, lon: Floats, lat: Floats) -> Codes:
        """Return the position of the cell of the nearest site, -1 outside the area."""
        return self._finder.locate(lon, lat)

    def _few(self, x: Floats, y: Floats) -> Codes:
        out = np.full(len(x), -1, dtype=np.int32)
        inside = np.flatnonzero(shapely.intersects_xy(self._ground, x, y))
        out[inside] = self._code[self._nearest(np.column_stack([x[inside], y[inside]]))]
        return out

    def _many(self) -> tuple[Sieve | None, Find]:
        return Raster(self._flat, self.plane, self._reach).sieve, self._few

    def _nearest(self, xy: Floats) -> Ints:
        off, nearest = self._tree.query(xy, k=[1, 2])  # with one site, the second is infinitely far
        tied = np.flatnonzero(off[:, 1] - off[:, 0] <= _TIE_M)
        out: Ints = nearest[:, 0].astype(np.int64)
        for at, found in zip(
            tied, self._tree.query_ball_point(xy[tied], off[tied, 0] + _TIE_M), strict=True
        ):
            out[at] = min(found)
        return out

    def _refuse_doubles(self, keys: tuple[str, ...]) -> None:
        pairs = sorted(self._tree.query_pairs(_SAME_M))
        if pairs:
            one, other = pairs[0]
            raise SpecError(
                "The sites {one} and {other} stand at the same place.",
                "Leave one of them out, or move it.",
                one=keys[one],
                other=keys[other],
            )

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import KDTree  # here, because it takes a while to load

        return KDTree(self._places)


def _refuse_far(keys: tuple[str, ...], places: Floats) -> None:
    lost = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if lost.size:
        raise SpecError(
            "The site {key} lies on the other side of the earth.",
            "Leave it out: all ground of the area is nearer to another one.",
            key=keys[lost[0]],
        )


def _divided(places: Floats, ground: Area) -> Shapes:
    """Return the part of the ground that is nearest to each place."""
    from scipy.spatial import Voronoi

    around = np.concatenate([places, np.reshape(ground.bounds, (2, 2))])
    middle, width = (around.min(axis=0) + around.max(axis=0)) / 2, np.ptp(around, axis=0).max()
    turn = np.arange(8) * np.pi / 4
    far = middle + _FAR * width * np.column_stack([np.cos(turn), np.sin(turn)])
    found = Voronoi(np.concatenate([places, far]))
    corners = [found.vertices[found.regions[n]] for n in found.point_region[: len(places)]]
    rings = [_around(place, xy) for place, xy in zip(places, corners, strict=True)]
    owner = np.repeat(np.arange(len(places)), [len(ring) for ring in rings])
    closed = np.asarray(shapely.linearrings(np.concatenate(rings), indices=owner))
    cells = np.asarray(shapely.polygons(closed))
    out = np.full(len(places), shapely.Polygon(), dtype=object)
    near = np.flatnonzero(shapely.intersects(ground, cells))
    out[near] = clipped(ground, cells[near])
    if not adds_up(ground, np.inf, 0.0, out):
        out[near] = rounded(ground, cells[near])
    return out


def _around(place: Floats, corners: Floats) -> Floats:
    """Return the corners of a convex shape in their order around a place within it."""
    x, y = (corners - place).T
    return np.asarray(corners[np.argsort(np.arctan2(y, x))])
