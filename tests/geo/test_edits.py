"""Edits as values: what they refuse, and that they can be stored."""

import json

import numpy as np
import pytest
import shapely

from geo import H3Spec, LonLat, SquareSpec, spec_from_dict
from geo.errors import AreaError, ReshapeError, SpecError
from geo.tessellate.edits import Carve, Merge, Split, Transfer
from geo.tessellate.spec import EditedSpec

HERE = shapely.box(113.94, 22.54, 113.95, 22.55)
LINE = shapely.LineString([(113.94 + 0.1 / 3, 22.54), (113.95, 22.5499999999999)])
EDITS = (
    Merge(("b", "a"), "b"),
    Split("b", LINE),
    Split("c", shapely.MultiLineString([LINE])),
    Transfer("b/1", "b/2", HERE),
    Carve("科苑", HERE),
)


def test_edits_are_stored_and_read_back_without_loss():
    spec = EditedSpec(SquareSpec(250, LonLat(113.9474738, 22.5438314)), EDITS)
    again = spec_from_dict(json.loads(json.dumps(spec.to_dict())))
    assert again == spec
    assert hash(again) == hash(spec)
    assert again != EditedSpec(spec.base, EDITS[:-1])


def test_edits_of_what_was_edited_are_read_as_one_history():
    inner = EditedSpec(H3Spec(9), EDITS[:2]).to_dict()
    stored = {"kind": "edited", "base": inner, "edits": [EDITS[2].to_dict()]}
    assert spec_from_dict(stored) == EditedSpec(H3Spec(9), EDITS[:3])


@pytest.mark.parametrize(
    "edits", [None, [{}], [{"edit": "paint"}], [{"edit": "split", "cell_id": "a", "line": "zz"}]]
)
def test_a_damaged_history_is_refused(edits):
    stored = {"kind": "edited", "base": H3Spec(9).to_dict(), "edits": edits}
    with pytest.raises(SpecError, match="can't be read"):
        spec_from_dict(stored)


def test_a_merged_cell_keeps_the_lowest_of_its_ids_or_the_one_chosen():
    assert Merge(("sq:250:1:0", "sq:250:0:0")).into == "sq:250:0:0"
    assert Merge(("a", "b"), "b").into == "b"
    assert Merge(("b", "a", "b")) == Merge(("a", "b"))


def test_one_cell_alone_is_not_merged():
    with pytest.raises(ReshapeError, match="One cell alone"):
        Merge(("a", "a"))


def test_a_merged_cell_does_not_get_an_id_of_another_cell():
    with pytest.raises(ReshapeError, match="can't be called c"):
        Merge(("a", "b"), "c")


def test_a_cell_is_cut_along_a_line_only():
    with pytest.raises(ReshapeError, match="not along a Polygon"):
        Split("a", HERE)


@pytest.mark.parametrize(
    "line",
    [
        shapely.LineString(),
        shapely.LineString([(0, 0), (np.inf, 1)]),
        shapely.LineString([(22.5, 113.9), (22.6, 113.9)]),
    ],
)
def test_a_line_needs_a_place(line):
    with pytest.raises(ReshapeError, match="no place on the map"):
        Split("a", line)


def test_heights_are_left_out():
    assert Split("a", shapely.LineString([(1, 2, 3), (4, 5, 6)])) == Split(
        "a", shapely.LineString([(1, 2), (4, 5)])
    )


def test_a_cell_gives_no_ground_to_itself():
    with pytest.raises(ReshapeError, match="a has no border with itself"):
        Transfer("a", "a", HERE)


@pytest.mark.parametrize("key", ["", "  ", "x" * 81])
def test_a_drawn_cell_needs_a_key_of_some_characters(key):
    with pytest.raises(ReshapeError, match="can't have the key"):
        Carve(key, HERE)


def test_a_drawn_cell_is_called_by_its_key():
    assert Carve(" 科苑 ", HERE).cell_id == "draw:科苑"


def test_a_drawn_shape_has_ground():
    with pytest.raises(AreaError, match="covers no ground"):
        Carve("a", LINE)
    with pytest.raises(AreaError, match="covers no ground"):
        Transfer("a", "b", LINE)
