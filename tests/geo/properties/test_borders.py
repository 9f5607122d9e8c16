"""Who is next to whom, and what goes over to other cells, for any kind of cells and any changes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import bridge, carry, neighbors, tessellate
from geo.tessellate.touching import POINT_M
from tests.geo.edits import moved, moves
from tests.geo.properties.kinds import flat, hard_areas, kinds

BESIDE_M = 1e-4  # borders of neighbours are the same, but for rounding


@settings(max_examples=40)
@given(hard_areas(), kinds, moves(3))
def test_borders_are_as_long_as_what_the_outlines_have_in_common(area, spec, changes):
    cells, _ = moved(tessellate(area, spec), changes)
    shapes = flat(cells)
    at = {cell_id: n for n, cell_id in enumerate(cells.ids)}
    pairs = neighbors(cells)
    told = {
        (at[one], at[other]): shared_m
        for one, other, shared_m in pairs.itertuples(index=False)
        if at[one] < at[other]
    }
    one, other = shapely.STRtree(shapes).query(shapes, "dwithin", BESIDE_M)
    one, other = one[one < other], other[one < other]
    beside = shapely.buffer(shapely.boundary(shapes[other]), BESIDE_M, cap_style="flat")
    seen_m = shapely.length(shapely.intersection(shapely.boundary(shapes[one]), beside))
    for first, second, length_m in zip(one.tolist(), other.tolist(), seen_m, strict=True):
        shared_m = told.pop((first, second), 0.0)
        assert shared_m == pytest.approx(length_m, abs=2 * POINT_M, rel=1e-6)
    assert not told


@settings(max_examples=40)
@given(hard_areas(), kinds, moves(3))
def test_neighbours_are_mutual_and_none_is_its_own(area, spec, changes):
    cells, _ = moved(tessellate(area, spec), changes)
    pairs = neighbors(cells)
    there = pairs.set_index(["cell_id", "neighbor_id"]).shared_m
    assert there.equals(there.swaplevel().reindex(there.index))
    assert there.index.is_unique
    assert (pairs.cell_id != pairs.neighbor_id).all()
    assert (pairs.shared_m > 0).all()


@settings(max_examples=30)
@given(hard_areas(), hard_areas(), kinds, kinds, moves(3), st.integers(0, 1000))
def test_what_goes_over_to_other_cells_adds_up(area, elsewhere, spec, another, changes, seed):
    old, _ = moved(tessellate(area, spec), changes)
    new, _ = moved(tessellate(elsewhere, another), changes[::-1])
    frame = bridge(old, new)
    share = frame.groupby("old_id").area_share.sum()
    assert set(share.index) == set(old.ids)
    assert share.to_numpy() == pytest.approx(1, abs=1e-9)
    assert (frame.area_share >= 0).all()
    counts = dict(zip(old.ids, np.random.default_rng(seed).integers(0, 99, len(old)), strict=True))
    carried = carry(counts, frame)
    assert sum(carried.values()) == sum(counts.values())
    assert set(carried) == set(frame.new_id)
