"""Any changes of any cells: what holds for all of them."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import PolygonSpec, assign, assign_codes, spec_from_dict, tessellate
from geo.reshape import undo
from geo.tessellate.edited import edited
from tests.geo.edits import KINDS, moved, moves, shapes_of
from tests.geo.shapes import HOME, areas

kinds = st.sampled_from(KINDS)
PLACES = np.random.default_rng(11).uniform(-1000, 1000, (2, 1500))


@given(areas(), kinds, moves())
@settings(max_examples=60)
def test_changed_cells_are_a_partition_of_the_area(area, spec, changes):
    base = tessellate(area, spec)
    ground_m2 = base.tiling.plane.flatten(base.area).area
    matched = shapely.coverage_is_valid(shapes_of(base), gap_width=1e-6)
    cells = base
    for change in changes:
        cells, _ = moved(cells, [change])
        shapes = shapes_of(cells)
        assert cells.area_m2.sum() == pytest.approx(ground_m2, rel=1e-9)
        assert shapely.area(shapes).sum() == pytest.approx(ground_m2, rel=1e-9)
        assert len(set(cells.ids)) == len(cells) == len(shapes)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes, gap_width=1e-6) or not matched


@given(areas(), kinds, moves())
def test_each_point_is_in_exactly_one_cell_and_in_the_one_around_it(area, spec, changes):
    base = tessellate(area, spec)
    cells, _ = moved(base, changes)
    x, y = PLACES
    lon, lat = cells.tiling.plane.inverse(x, y)
    before, codes = assign_codes(lon, lat, base), assign_codes(lon, lat, cells)
    assert ((codes < 0) == (before < 0)).all()
    held = np.flatnonzero(codes >= 0)
    points = shapely.points(x[held], y[held])
    off = shapely.distance(shapes_of(cells)[codes[held]], points)
    assert off.max(initial=0.0) < (0.01 if spec.kind == "h3" else 1e-5)


@given(areas(), kinds, moves(4))
@settings(max_examples=30)
def test_cells_that_no_change_names_or_touches_keep_their_points(area, spec, changes):
    base = tessellate(area, spec)
    cells, _ = moved(base, changes)
    lon, lat = cells.tiling.plane.inverse(*PLACES)
    before, after = assign(lon, lat, base), assign(lon, lat, cells)
    shapes = [dict(zip(c.ids, shapes_of(c), strict=True)) for c in (base, cells)]
    same = {
        cell_id
        for cell_id in shapes[0].keys() & shapes[1].keys()
        if shapes[0][cell_id].equals_exact(shapes[1][cell_id], 0)
    }
    for cell_id in same:
        assert ((before == cell_id) == (after == cell_id)).all()


@given(areas(), kinds, moves(5))
@settings(max_examples=30)
def test_a_stored_history_gives_the_same_cells(area, spec, changes):
    cells, done = moved(tessellate(area, spec), changes)
    stored = json.loads(json.dumps(cells.spec.to_dict()))
    again = tessellate(cells.area, spec_from_dict(stored))
    assert again == cells
    assert again.ids.tolist() == cells.ids.tolist()
    assert (again.area_m2 == cells.area_m2).all()
    assert shapely.equals_exact(again.tiling.shapes(), cells.tiling.shapes(), 0).all()
    if done:
        history = cells.spec.edits
        base = tessellate(cells.area, cells.spec.base)
        assert undo(cells).ids.tolist() == edited(base, history[:-1]).ids.tolist()


@given(areas(), st.sampled_from(KINDS[:2]), moves(4))
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
