"""Changes of cells in degrees, and of imported cells that are no partition."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import PolygonSpec, assign_codes, tessellate
from tests.geo.edits import moved, moves, shapes_of
from tests.geo.properties.kinds import SPECS
from tests.geo.shapes import HOME, areas

PLACES = np.random.default_rng(11).uniform(-1000, 1000, (2, 1500))


@given(areas(), st.sampled_from([SPECS["squares"], SPECS["hexagons"]]), moves(4))
@settings(max_examples=30)
def test_neighbours_share_their_corners_in_degrees_as_well(area, spec, changes):
    base = tessellate(area, spec)
    cells, _ = moved(base, changes)
    matched = shapely.coverage_is_valid(base.frame.geometry.to_numpy(), gap_width=1e-11)
    assert (
        shapely.coverage_is_valid(cells.frame.geometry.to_numpy(), gap_width=1e-11) or not matched
    )


@given(st.integers(0, 10_000), moves(5))
@settings(max_examples=30)
def test_imported_cells_that_overlap_and_leave_gaps_can_be_changed(seed, changes):
    """They are no partition, yet no point may be lost and none be in two cells."""
    random = np.random.default_rng(seed)
    west, south = random.uniform(-0.006, 0.004, (2, 12))
    wide, high = random.uniform(0.001, 0.004, (2, 12))
    west, south = HOME.lon + west, HOME.lat + south
    boxes = shapely.box(west, south, west + wide, south + high)
    names = [f"{n:02d}" for n in range(12)]
    frame = gpd.GeoDataFrame({"name": names}, geometry=boxes, crs="EPSG:4326")
    area = shapely.box(HOME.lon - 0.01, HOME.lat - 0.01, HOME.lon + 0.01, HOME.lat + 0.01)
    base = tessellate(area, PolygonSpec(frame, "name"))
    cells, _ = moved(base, changes)
    x, y = PLACES
    lon, lat = cells.tiling.plane.inverse(x, y)
    before, codes = assign_codes(lon, lat, base), assign_codes(lon, lat, cells)
    shapes = shapes_of(cells)
    assert shapely.is_valid(shapes).all()
    assert (codes[before >= 0] >= 0).all()
    held = np.flatnonzero(codes >= 0)
    off = shapely.distance(shapes[codes[held]], shapely.points(x[held], y[held]))
    assert off.max(initial=0.0) < 1e-5
    free = np.flatnonzero(codes < 0)
    alone = shapely.STRtree(shapes).query(shapely.points(x[free], y[free]), "dwithin", 1e-5)
    assert not alone.size
