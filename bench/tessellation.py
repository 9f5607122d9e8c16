"""100,000 squares and hexagons, and 10,000 cells of H3, cut to an area of 500 corners with a hole.

The peers get the area on the plane already; ours is checked, projected, and comes with ids. Peers
that are not installed are "missing": tobler (`pip install tobler`) and PostGIS.
"""

import asyncio
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from bench.ground import HOME, PLANE, irregular
from bench.postgis import postgis
from bench.timing import in_turns, ratio, summary
from geo import Cells, H3Spec, HexSpec, SquareSpec, tessellate
from geo.area import Area
from geo.frame import CRS
from geo.tessellate.spec import Spec
from tests.postgres import Server

RADIUS_M = 10_000
CELLS = 100_000
H3_RESOLUTION = 10
H3_RADIUS_M = 8_700
ROUNDS = 3
_AGAIN = {"ours": 5, "ours_with_every_polygon": 2}
_NEARLY_M2 = 1e-6
_NEARLY_DEG2 = 1e-11  # a tenth of a square metre
_MISSING = "peer missing"
_CUT = """
    CREATE TEMP TABLE cells AS
    SELECT CASE WHEN ST_Covers(ground.shape, cell.geom) THEN cell.geom
                ELSE ST_Intersection(cell.geom, ground.shape) END AS shape
    FROM ground, grid(ground.side_m, ground.shape) AS cell
    WHERE ST_Intersects(cell.geom, ground.shape)
"""

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def run(
    cells: int = CELLS,
    radius_m: float = RADIUS_M,
    h3_radius_m: float = H3_RADIUS_M,
    rounds: int = ROUNDS,
) -> dict[str, Any]:
    """Return milliseconds and ratios for squares, hexagons and H3."""
    area = irregular(radius_m)
    ground = PLANE.flatten(area)
    square_m = round((ground.area / cells) ** 0.5, 3)
    hexagon_m = round((ground.area / cells / 1.5 / 3**0.5) ** 0.5, 3)
    with postgis() as server:
        return {
            "square": _square(area, ground, square_m, server, rounds),
            "hexagon": _hexagon(area, ground, hexagon_m, server, rounds),
            f"h3_{H3_RESOLUTION}": _h3(irregular(h3_radius_m), rounds),
        }


def _square(
    area: Area, ground: Area, side_m: float, server: Server | None, rounds: int
) -> dict[str, Any]:
    spec = SquareSpec(side_m, HOME)
    # the corner of PostGIS's square 0:0 is at 0, 0: ours has its centre there
    there = shapely.transform(ground, lambda xy: xy + side_m / 2)
    sql = _CUT.replace("grid", "ST_SquareGrid")
    return _compare(area, ground, spec, _squares, (there, sql, server), rounds)


def _hexagon(
    area: Area, ground: Area, side_m: float, server: Server | None, rounds: int
) -> dict[str, Any]:
    spec = HexSpec(side_m, HOME)
    # PostGIS's hexagons have a corner to the east, ours to the north
    there = shapely.transform(ground, lambda xy: xy[:, ::-1])
    sql = _CUT.replace("grid", "ST_HexagonGrid")
    return _compare(area, ground, spec, _hexagons, (there, sql, server), rounds)


def _compare(
    area: Area,
    ground: Area,
    spec: SquareSpec | HexSpec,
    whole: Callable[[Area, float], Shapes],
    server: tuple[Area, str, Server | None],
    rounds: int,
) -> dict[str, Any]:
    works: dict[str, Callable[[], Any]] = {
        "ours": lambda: _with_ids_and_areas(area, spec),
        "ours_with_every_polygon": lambda: tessellate(area, spec).frame,
        "geopandas_clip": lambda: _clip(ground, whole(ground, spec.side_m)),
    }
    spent, answers = in_turns(works, rounds, _AGAIN)
    ours = np.sort(answers["ours"][1])
    _same(ours, answers["ours_with_every_polygon"]["area_m2"].to_numpy())
    _same(ours, shapely.area(answers["geopandas_clip"]))
    in_server = _in_postgis(ours, spec.side_m, *server, rounds)
    return {
        "cells": len(ours),
        "corners": int(shapely.get_num_coordinates(area)),
        "area_error": float(abs(ours.sum() / ground.area - 1)),
        **spent,
        "postgis": in_server,
        "times_faster": {
            "than_geopandas_clip": ratio(spent["geopandas_clip"], spent["ours"]),
            "with_every_polygon_than_geopandas_clip": ratio(
                spent["geopandas_clip"], spent["ours_with_every_polygon"]
            ),
            "than_postgis": _or_missing(in_server, spent["ours"]),
        },
    }


def _with_ids_and_areas(area: Area, spec: Spec) -> tuple[Shapes, Floats, Cells]:
    cells = tessellate(area, spec)
    return cells.ids, cells.area_m2, cells


def _same(ours: Floats, theirs: Floats) -> None:
    """Compare areas, smallest first; scraps that rounding leaves are no cells."""
    real = np.sort(theirs[theirs > _NEARLY_M2])
    own = ours[ours > _NEARLY_M2]
    assert len(real) == len(own), (len(real), len(own))
    assert np.abs(np.sort(own) - real).max() < _NEARLY_M2


def _clip(ground: Area, cells: Shapes) -> Shapes:
    mask = geopandas.GeoDataFrame(geometry=[ground])
    clipped = geopandas.clip(geopandas.GeoDataFrame(geometry=cells), mask)
    return clipped.geometry.to_numpy()


def _squares(ground: Area, side_m: float) -> Shapes:
    cols, rows = _all_in(ground, side_m, side_m)
    west, south = (cols - 0.5) * side_m, (rows - 0.5) * side_m
    return shapely.box(west, south, west + side_m, south + side_m)


def _hexagons(ground: Area, side_m: float) -> Shapes:
    width_m = 3**0.5 * side_m
    cols, rows = _all_in(ground, width_m, 1.5 * side_m)
    centres = np.column_stack([(cols + 0.5 * (rows % 2)) * width_m, rows * 1.5 * side_m])
    turn = np.radians([-30, 30, 90, 150, 210, 270])
    ring = side_m * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.polygons(centres[:, None] + ring)


def _all_in(ground: Area, step_x_m: float, step_y_m: float) -> tuple[Floats, Floats]:
    west, south, east, north = ground.bounds
    cols = np.arange(np.floor(west / step_x_m) - 1, np.ceil(east / step_x_m) + 2)
    rows = np.arange(np.floor(south / step_y_m) - 1, np.ceil(north / step_y_m) + 2)
    across, up = np.meshgrid(cols, rows)
    return across.ravel(), up.ravel()


def _in_postgis(
    ours: Floats, side_m: float, ground: Area, sql: str, server: Server | None, rounds: int
) -> dict[str, float] | str:
    if server is None:
        return _MISSING
    spent, areas = asyncio.run(_cut_there(server, ground, side_m, sql, rounds))
    _same(ours, areas)
    return summary(spent)


async def _cut_there(
    server: Server, ground: Area, side_m: float, sql: str, rounds: int
) -> tuple[list[float], Floats]:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=server.port, user="postgres", database="postgres"
    )
    spent = []
    await connection.execute("SET work_mem = '512MB'; SET jit = off")
    await connection.execute("CREATE TEMP TABLE ground (shape geometry, side_m float)")
    wkb = shapely.to_wkb(ground)
    await connection.execute("INSERT INTO ground VALUES (ST_GeomFromWKB($1), $2)", wkb, side_m)
    for _ in range(rounds):
        await connection.execute("DROP TABLE IF EXISTS cells")
        start = time.perf_counter()
        await connection.execute(sql)
        spent.append(1000 * (time.perf_counter() - start))
    found = await connection.fetch("SELECT ST_Area(shape) AS m2 FROM cells")
    await connection.close()
    return spent, np.array([row["m2"] for row in found])


def _h3(area: Area, rounds: int) -> dict[str, Any]:
    """Compare with h3fy, which has no ids of the cells that only the border of the area passes."""
    spec = H3Spec(H3_RESOLUTION)
    works: dict[str, Callable[[], Any]] = {"ours_with_every_polygon": lambda: _framed(area, spec)}
    if importlib.util.find_spec("tobler"):
        works["tobler_h3fy"] = lambda: _h3fy(area)
    spent, answers = in_turns(works, rounds, _AGAIN)
    theirs: dict[str, float] | str = spent.get("tobler_h3fy", _MISSING)
    frame = answers["ours_with_every_polygon"].set_index("cell_id").geometry
    if "tobler_h3fy" in answers:
        _same_hexagons(frame, answers["tobler_h3fy"])
    ratio_to = _or_missing(theirs, spent["ours_with_every_polygon"])
    return {
        "cells": len(frame),
        **spent,
        "tobler_h3fy": theirs,
        "times_faster": {"than_tobler_h3fy": ratio_to},
    }


def _framed(area: Area, spec: Spec) -> geopandas.GeoDataFrame:
    return tessellate(area, spec).frame


def _h3fy(area: Area) -> geopandas.GeoDataFrame:
    from tobler.util import h3fy

    source = geopandas.GeoDataFrame(geometry=[area], crs=CRS)
    return h3fy(source, resolution=H3_RESOLUTION, clip=True)


def _same_hexagons(ours: geopandas.GeoSeries, theirs: geopandas.GeoDataFrame) -> None:
    """Every cell of theirs is one of ours, and of the same shape: cut in degrees, it may be off."""
    own = ours[[f"h3:{index}" for index in theirs.index]].to_numpy()
    other = theirs.geometry.to_numpy()
    assert shapely.area(shapely.symmetric_difference(own, other)).max() < _NEARLY_DEG2


def _or_missing(peer: dict[str, float] | str, ours: dict[str, float]) -> float | str:
    return peer if isinstance(peer, str) else ratio(peer, ours)
