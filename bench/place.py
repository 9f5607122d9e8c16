"""One million points into cells, against geopandas, with the answers compared."""

from typing import Any

import geopandas
import numpy as np

from bench.timing import timed
from geo import HexSpec, LonLat, SquareSpec, assign, circle, tessellate

HOME = LonLat(113.9474738, 22.5438314)
RADIUS_M = 8000
POINTS = 1_000_000


def run(points: int = POINTS, radius_m: float = RADIUS_M) -> dict[str, Any]:
    """Return milliseconds and ratios for squares and hexagons."""
    random = np.random.default_rng(7)
    lon = HOME.lon + random.uniform(-0.09, 0.09, points)
    lat = HOME.lat + random.uniform(-0.085, 0.085, points)
    area = circle(HOME, radius_m=radius_m)
    return {
        "square_100m": _compare(lon, lat, tessellate(area, SquareSpec(side_m=100, origin=HOME))),
        "hexagon_100m": _compare(lon, lat, tessellate(area, HexSpec(side_m=100, origin=HOME))),
    }


def _compare(lon: Any, lat: Any, cells: Any) -> dict[str, Any]:
    assign(lon[:1000], lat[:1000], cells)
    ours, ids = timed(lambda: assign(lon, lat, cells))
    peer, joined = timed(lambda: _sjoin(lon, lat, cells.frame), runs=1)
    first = joined[~joined.index.duplicated()].sort_index()["cell_id"]
    theirs = first.astype(object).where(first.notna(), None).to_numpy()
    different = sum(a != b for a, b in zip(ids, theirs, strict=True))
    return {
        "points": len(lon),
        "cells": len(cells),
        "ours": ours,
        "geopandas_sjoin": peer,
        "times_faster": round(peer["median_ms"] / ours["median_ms"], 1),
        "different_answers": int(different),
    }


def _sjoin(lon: Any, lat: Any, frame: Any) -> Any:
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4326)
    return points.sjoin(frame[["cell_id", "geometry"]], how="left", predicate="intersects")
