"""One million points into cells, against geopandas and PROJ alone, with the answers compared.

geopandas makes points, projects them to the plane of the cells and joins them with their polygons;
that is how it comes to the answer that `assign` gives. The join in degrees is faster, but another
question: an edge that is straight there is not straight on the ground.
"""

import time
from collections.abc import Callable
from typing import Any

import geopandas
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from bench.ground import HOME, PLANE, communities
from bench.timing import in_turns, ratio
from geo import Cells, HexSpec, PolygonSpec, SquareSpec, assign, assign_codes, circle, tessellate
from geo.frame import CRS
from geo.tessellate.spec import Spec

RADIUS_M = 8000
POINTS = 1_000_000
POLYGONS = 500
ROUNDS = 3
_AGAIN = {"codes": 5, "ids": 3, "pyproj_alone": 2}
_LAEA = "+proj=laea +lat_0={0.lat} +lon_0={0.lon} +ellps=WGS84 +units=m"

Floats = NDArray[np.float64]


def run(
    points: int = POINTS,
    radius_m: float = RADIUS_M,
    polygons: int = POLYGONS,
    rounds: int = ROUNDS,
) -> dict[str, Any]:
    """Return milliseconds and ratios for squares, hexagons and irregular polygons."""
    lon, lat = _scattered(points, radius_m)
    area = circle(HOME, radius_m=radius_m)
    kinds: dict[str, Spec] = {
        "square_100m": SquareSpec(side_m=100, origin=HOME),
        "hexagon_62m": HexSpec(side_m=62, origin=HOME),
        f"{polygons}_polygons": _polygons(polygons, radius_m),
    }
    return {
        name: _compare(lon, lat, tessellate(area, spec), rounds) for name, spec in kinds.items()
    }


def _scattered(count: int, radius_m: float) -> tuple[Floats, Floats]:
    """Return points in a box around the area: a quarter of them lie outside."""
    east, north = np.random.default_rng(7).uniform(-1.02 * radius_m, 1.02 * radius_m, (2, count))
    return PLANE.inverse(east, north)


def _polygons(count: int, radius_m: float) -> PolygonSpec:
    shapes = communities(count, radius_m)
    names = [f"{number:04d}" for number in range(len(shapes))]
    return PolygonSpec(geopandas.GeoDataFrame({"name": names}, geometry=shapes, crs=CRS), "name")


def _compare(lon: Floats, lat: Floats, cells: Cells, rounds: int) -> dict[str, Any]:
    """Measure the first call too: it prepares what makes the others fast."""
    start = time.perf_counter()
    assign_codes(lon, lat, cells)
    first_ms = 1000 * (time.perf_counter() - start)
    plane = _LAEA.format(cells.tiling.plane.origin)
    codes = np.arange(len(cells))
    flat = geopandas.GeoDataFrame({"code": codes}, geometry=cells.tiling.flat(codes), crs=plane)
    degrees = cells.frame[["geometry"]].assign(code=codes)
    project = Transformer.from_crs(CRS, plane, always_xy=True)
    works: dict[str, Callable[[], Any]] = {
        "codes": lambda: assign_codes(lon, lat, cells),
        "ids": lambda: assign(lon, lat, cells),
        "pyproj_alone": lambda: project.transform(lon, lat),
        "geopandas_sjoin": lambda: _points(lon, lat).to_crs(plane).sjoin(flat, how="left"),
        "geopandas_sjoin_in_degrees": lambda: _points(lon, lat).sjoin(degrees, how="left"),
    }
    spent, answers = in_turns(works, rounds, _AGAIN)
    expected = _lowest(answers["geopandas_sjoin"], len(lon))
    names = np.append(cells.ids, None)
    assert (answers["ids"] == names[answers["codes"]]).all()
    return {
        "points": len(lon),
        "cells": len(cells),
        "first_call_ms": round(first_ms, 1),
        **spent,
        "times_faster": {
            "codes_than_sjoin": ratio(spent["geopandas_sjoin"], spent["codes"]),
            "ids_than_sjoin": ratio(spent["geopandas_sjoin"], spent["ids"]),
            "codes_than_sjoin_in_degrees": ratio(
                spent["geopandas_sjoin_in_degrees"], spent["codes"]
            ),
            "codes_than_pyproj_alone": ratio(spent["pyproj_alone"], spent["codes"]),
        },
        "different_answers": int((answers["codes"] != expected).sum()),
    }


def _points(lon: Floats, lat: Floats) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=CRS)


def _lowest(joined: geopandas.GeoDataFrame, count: int) -> NDArray[np.int64]:
    """Return the first cell that was joined to each point, -1 for none."""
    codes = joined["code"].groupby(level=0).min()
    assert len(codes) == count
    return codes.fillna(-1).to_numpy().astype(np.int64)
