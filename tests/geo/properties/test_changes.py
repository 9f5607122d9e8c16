"""What holds after any changes by hand of any kind of cells, on areas that are hard to divide."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import assign, assign_codes, coverage, merge, spec_from_dict, split, tessellate, undo
from geo.errors import ReshapeError
from geo.tessellate.spec_kind import SpecKind
from tests.geo.edits import MOVES, moved, moves
from tests.geo.properties.kinds import SPECS, cloud, eager, flat, ground_of, hard_areas, kinds
from tests.geo.properties.test_assignment import NOWHERE, near_m
from tests.geo.shapes import HOME, areas


@settings(max_examples=50)
@given(hard_areas(), kinds, moves())
def test_changed_cells_are_a_partition_of_the_area(area, spec, changes):
    """After every change: no ground is lost, none is in two cells, and no id is given twice."""
    cells = tessellate(area, spec)
    ground_m2 = ground_of(cells).area
    matched = shapely.coverage_is_valid(flat(cells), gap_width=1e-6)
    for change in changes:
        cells, _ = moved(cells, [change])
        shapes = flat(cells)
        assert cells.area_m2.sum() == pytest.approx(ground_m2, rel=1e-9)
        assert shapely.area(shapes).sum() == pytest.approx(ground_m2, rel=1e-9)
        assert len(set(cells.ids)) == len(cells) == len(shapes)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes, gap_width=1e-6) or not matched


@settings(max_examples=25)
@given(hard_areas(), kinds, moves(5))
def test_changed_cells_cover_the_area(area, spec, changes):
    cells, _ = moved(tessellate(area, spec), changes)
    assert coverage(cells, area).is_partition


@settings(max_examples=30)
@given(hard_areas(), kinds, moves(5))
def test_undo_gives_back_the_very_same_cells(area, spec, changes):
    """One step after the other, back to the cells that nobody had touched."""
    before = [tessellate(area, spec)]
    for change in changes:
        cells, done = moved(before[-1], [change])
        before += [cells] * done
    cells = before.pop()
    while before:
        cells = undo(cells)
        assert cells == before[-1]
        assert_same(cells, before.pop())


@settings(max_examples=30)
@given(hard_areas(), kinds, moves(5))
def test_a_stored_history_gives_the_same_cells(area, spec, changes):
    cells, _ = moved(tessellate(area, spec), changes)
    stored = json.loads(json.dumps(cells.spec.to_dict()))
    again = tessellate(shapely.from_wkb(area.wkb), spec_from_dict(stored))
    assert again == cells
    assert hash(again) == hash(cells)
    assert_same(again, cells)
    assert shapely.equals_exact(again.tiling.shapes(), cells.tiling.shapes(), 0).all()


def assert_same(one, other):
    assert one.ids.tolist() == other.ids.tolist()
    assert (one.area_m2 == other.area_m2).all()


@settings(max_examples=40)
@given(hard_areas(), kinds, st.integers(0, 10_000), st.floats(0, np.pi), st.floats(-0.3, 0.3))
def test_a_cell_that_is_cut_and_put_together_has_its_ground_again(area, spec, which, way, off):
    cells = tessellate(area, spec)
    at = which % len(cells)
    cell_id, ground = cells.ids[at], cells.tiling.flat(np.array([at]))[0]
    reach, middle = ground.length, np.array(ground.centroid.coords[0])
    along = np.array([np.cos(way), np.sin(way)]) * reach
    middle += off * np.sqrt(ground.area) * np.array([-np.sin(way), np.cos(way)])
    line = np.column_stack(
        cells.tiling.plane.inverse(*np.array([middle - along, middle + along]).T)
    )
    try:
        cut = split(cells, cell_id, shapely.LineString(line))
        parts = [name for name in cut.ids if name.startswith(f"{cell_id}/")]
        whole = merge(cut, parts)
    except ReshapeError:  # it lies beside the line, or its parts never touched
        return
    again = dict(zip(whole.ids, flat(whole), strict=True))[parts[0]]
    assert len(cut) == len(cells) + len(parts) - 1
    assert len(whole) == len(cells)
    assert again.area == pytest.approx(ground.area, rel=1e-9)
    assert shapely.symmetric_difference(again, ground, grid_size=1e-6).area <= 1e-6 * ground.length
    others = np.delete(np.arange(len(cells)), at)
    kept = np.isin(whole.ids, cells.ids[others])
    assert (whole.area_m2[kept] == cells.area_m2[others]).all()


@settings(max_examples=40)
@given(hard_areas(), kinds, moves())
def test_each_point_is_in_one_cell_and_in_the_one_that_covers_it(area, spec, changes):
    base = eager(area, spec)
    cells, _ = moved(base, changes)
    lon, lat = cloud(2000)
    before, codes = assign_codes(lon, lat, base), assign_codes(lon, lat, cells)
    x, y = cells.tiling.plane.forward(lon, lat)
    assert ((codes < 0) == (before < 0)).all()
    room = max(near_m(spec), 1e-5)
    inner = shapely.buffer(flat(cells), -room)
    point, cell = shapely.STRtree(inner).query(shapely.points(x, y), predicate="intersects")
    assert (codes[point] == cell).all()
    found = np.flatnonzero(codes >= 0)
    off = shapely.distance(flat(cells)[codes[found]], shapely.points(x[found], y[found]))
    assert off.max(initial=0.0) < room


@settings(max_examples=30)
@given(areas(), kinds, moves(4))
def test_points_of_cells_that_nobody_touched_stay_where_they_were(area, spec, changes):
    base = tessellate(area, spec)
    cells, _ = moved(base, changes)
    lon, lat = cloud(1500, 0.015)
    before, after = (assign(lon, lat, c) for c in (base, cells))
    shapes = [dict(zip(c.ids, flat(c), strict=True)) for c in (base, cells)]
    for cell_id in shapes[0].keys() & shapes[1].keys():
        if shapes[0][cell_id].equals_exact(shapes[1][cell_id], 0):
            assert ((before == cell_id) == (after == cell_id)).all()


@pytest.mark.parametrize("name", SPECS)
def test_points_without_a_place_have_no_cell_after_changes_either(name, area):
    base = tessellate(area, SPECS[name])
    cells, _ = moved(base, [(what, 3, 5, 0.2, -0.3, 0.5) for what in MOVES])
    assert cells.spec.kind == "edited"
    lon = np.array([x for x in [*NOWHERE, HOME.lon] for _ in range(6)])
    lat = np.array([y for _ in range(6) for y in [*NOWHERE, HOME.lat]])
    assert (assign_codes(lon, lat, cells)[:-1] == -1).all()
    assert assign_codes(lon, lat, cells)[-1] >= 0
    assert assign_codes([HOME.lat], [HOME.lon], cells).tolist() == [-1]  # exchanged


def test_every_kind_of_cell_and_every_change_is_tried(area):
    """A kind that all changes refused would hold every property above."""
    done = dict.fromkeys(SPECS, 0)
    for name, spec in SPECS.items():
        cells = tessellate(area, spec)
        for what in MOVES:
            for seed in range(6):
                done[name] += moved(cells, [(what, seed, seed, 0.1 * seed - 0.5, 0.3, 0.6)])[1]
    assert min(done.values()) > 6
    assert {spec.kind for spec in SPECS.values()} | {"edited"} == set(SpecKind)
