"""Cells as values: nobody can change them, and they are the same in every thread and process."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from geo import Cells, SquareSpec, assign_codes, draw, merge, tessellate
from tests.geo.properties.kinds import SPECS, cloud
from tests.geo.shapes import HOME


@pytest.fixture(scope="module")
def squares(area):
    """Squares of 250 m around the branch."""
    return tessellate(area, SquareSpec(250, HOME))


def test_cells_can_not_be_changed(squares):
    for name in ("area", "spec", "tiling", "ids", "area_m2", "other"):
        with pytest.raises(AttributeError):
            setattr(squares, name, None)
        with pytest.raises(AttributeError):
            delattr(squares, name)


@pytest.mark.parametrize("name", SPECS)
def test_cells_travel_between_processes(area, name):
    """As what makes them, also after they have prepared themselves for many points."""
    cells = tessellate(area, SPECS[name])
    lon, lat = cloud(60_000, 0.02)
    codes = assign_codes(lon, lat, cells)
    assign_codes(lon, lat, cells)
    packed = pickle.dumps(cells)
    there: Cells = pickle.loads(packed)  # noqa: S301  our own bytes
    assert there == cells
    assert there.ids.tolist() == cells.ids.tolist()
    assert (there.area_m2 == cells.area_m2).all()
    assert (assign_codes(lon, lat, there) == codes).all()
    assert len(packed) < 50_000


def test_changed_cells_travel_with_their_history(squares):
    changed = draw(merge(squares, ["sq:250:0:0", "sq:250:1:0"]), "new", squares.area.buffer(-0.01))
    there = pickle.loads(pickle.dumps(changed))  # noqa: S301  our own bytes
    assert there == changed
    assert there.ids.tolist() == changed.ids.tolist()


def test_a_copy_of_cells_is_the_cells_themselves(squares):
    assert copy.copy(squares) is squares
    assert copy.deepcopy({"cells": squares})["cells"] is squares


@pytest.mark.parametrize("name", SPECS)
def test_cells_may_be_asked_by_several_threads_at_once(area, name):
    cells = tessellate(area, SPECS[name])
    lon, lat = cloud(30_000, 0.02)
    truth = assign_codes(lon, lat, tessellate(area, SPECS[name]))
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(assign_codes, lon, lat, cells) for _ in range(16)]
        frames = [threads.submit(lambda: cells.frame) for _ in range(8)]
        assert all((one.result() == truth).all() for one in asked)
        assert all(len(one.result()) == len(cells) for one in frames)
