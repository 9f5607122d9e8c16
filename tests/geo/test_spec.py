import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import H3Spec, HexSpec, LonLat, PolygonSpec, SquareSpec, circle, spec_from_dict, tessellate
from geo.errors import FrameError, SpecError

HERE = shapely.box(113.94, 22.54, 113.95, 22.55)


def frame(names, shapes=None, crs="EPSG:4326"):
    shapes = (
        [shapely.transform(HERE, lambda xy, i=i: xy + 0.02 * i) for i in range(len(names))]
        if shapes is None
        else shapes
    )
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=crs)


@pytest.mark.parametrize("kind", [SquareSpec, HexSpec])
@pytest.mark.parametrize("side_m", [0, -5, 0.5, 2e5, float("nan"), float("inf"), True, "250", None])
def test_a_side_that_makes_no_cells_is_refused(kind, side_m):
    with pytest.raises(SpecError, match="can't be used for cells"):
        kind(side_m)


@pytest.mark.parametrize("kind", [SquareSpec, HexSpec])
def test_a_side_finer_than_a_millimetre_is_refused(kind):
    with pytest.raises(SpecError, match="finer than a millimetre"):
        kind(100.00001)
    assert kind(100.001).side_m == 100.001


@pytest.mark.parametrize("resolution", [-1, 16, 9.5, True, "9", None])
def test_a_resolution_h3_does_not_have_is_refused(resolution):
    with pytest.raises(SpecError, match="H3 has no resolution"):
        H3Spec(resolution)


@pytest.mark.parametrize(
    "spec",
    [
        SquareSpec(250, LonLat(113.9474738, 22.5438314)),
        SquareSpec(np.float64(33.333)),
        HexSpec(200, LonLat(0.1 + 0.2, -1 / 3)),
        HexSpec(200),
        H3Spec(np.int64(9)),
        PolygonSpec(frame(["大冲", "科苑"]), key="name"),
    ],
)
def test_a_stored_spec_is_read_back_without_loss(spec):
    assert spec_from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "round"},
        {"kind": "square"},
        {"kind": "square", "side_m": 1, "origin": 5},
        {"kind": "polygon", "key": "a", "keys": ["x"], "wkb": ["zz"]},
    ],
)
def test_a_stored_spec_that_is_damaged_is_refused(values):
    with pytest.raises(SpecError, match="can't be read"):
        spec_from_dict(values)


def test_a_stored_spec_with_an_impossible_value_says_which():
    with pytest.raises(SpecError, match="side of -1"):
        spec_from_dict({"kind": "square", "side_m": -1, "origin": None})


def test_the_cells_name_the_origin_they_were_given(home):
    cells = tessellate(circle(home, 1000), SquareSpec(250))
    assert cells.spec.origin == pytest.approx(cells.spec.origin)
    assert abs(cells.spec.origin.lon - home.lon) < 1e-6


def test_polygons_are_kept_by_key_in_the_order_of_the_keys():
    spec = PolygonSpec(frame(["b", "a", " c "]), key="name")
    assert spec.keys == ("a", "b", "c")
    assert spec.shapes[1].equals(HERE)


def test_numbers_may_be_keys():
    assert PolygonSpec(frame([10, 9]), key="name").keys == ("10", "9")


def test_two_specs_of_the_same_polygons_are_one_value():
    one, same, other = (PolygonSpec(frame(names), "name") for names in (["a"], ["a"], ["b"]))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "a"


def test_changing_the_table_afterwards_does_not_change_the_spec():
    table = frame(["a", "b"])
    spec = PolygonSpec(table, "name")
    table["name"] = "x"
    assert spec.keys == ("a", "b")
    with pytest.raises(ValueError, match="read-only"):
        spec.shapes[0] = None


def test_polygons_in_another_reference_system_are_brought_to_wgs84():
    there = frame(["a"]).to_crs("EPSG:32649")
    shape = PolygonSpec(there, "name").shapes[0]
    assert shape.hausdorff_distance(HERE) < 1e-8


def test_heights_of_imported_shapes_are_passed_over():
    """Files of points and shapes with a height, such as KML, are common; the ground is what counts."""
    high = shapely.force_3d(HERE, 35.0)
    assert PolygonSpec(frame(["a"], [high]), "name") == PolygonSpec(frame(["a"], [HERE]), "name")


def test_an_invalid_shape_is_mended():
    bow = shapely.Polygon([(113.94, 22.54), (113.95, 22.55), (113.95, 22.54), (113.94, 22.55)])
    (mended,) = PolygonSpec(frame(["a"], [bow]), "name").shapes
    assert mended.is_valid
    assert mended.area == pytest.approx(5e-5)


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        (frame(["a"]), "nom", "no column nom. Choose one of: name"),
        (frame(["a", None, "c"]), "name", "Row 2 has no name"),
        (frame(["a", float("nan")]), "name", "Row 2 has no name"),
        (frame(["a", "  "]), "name", "Row 2 has no name"),
        (
            frame(["b", "a", "b", "c", "a"]),
            "name",
            "b stands more than once in name: in the rows 1, 3",
        ),
        (frame(["a"], crs=None), "name", "does not say in which coordinates"),
        (frame([]), "name", "no polygons"),
        (
            frame(["a", "b"], [HERE, None]),
            "name",
            r"Row 2 \(b\) has no shape",
        ),
        (frame(["a"], [shapely.Polygon()]), "name", r"Row 1 \(a\) has no shape"),
        (
            frame(["a", "b"], [HERE, shapely.Point(113, 22)]),
            "name",
            r"Row 2 \(b\): A shape of type Point covers no ground",
        ),
        (
            frame(["a", "b"], [HERE, shapely.Polygon([(22, 113), (23, 113), (23, 114)])]),
            "name",
            r"Row 2 \(b\).*look exchanged",
        ),
    ],
)
def test_a_table_that_can_not_be_cells_is_refused_with_the_place(table, key, reason):
    with pytest.raises(FrameError, match=reason):
        PolygonSpec(table, key)
