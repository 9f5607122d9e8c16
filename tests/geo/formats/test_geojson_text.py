import json

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from geo import HexSpec, SquareSpec, circle, tessellate
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from tests.geo.shapes import HOME, areas

SOUTH_WEST = shapely.box(-71.5, -33.5, -71.25, -33.125)


def _shapes(*given):
    return np.array(given, dtype=object)


def _on_screen(cells):
    shapes = cells.frame.geometry.to_numpy()
    return collection(cells.ids.tolist(), ({} for _ in shapes), shapes, SCREEN_DECIMALS)


@given(areas(), st.sampled_from([SquareSpec(250, HOME), HexSpec(400, HOME)]))
def test_what_is_written_reads_as_the_same_cells(area, spec):
    cells = tessellate(area, spec)
    document = json.loads(_on_screen(cells))
    assert document["type"] == "FeatureCollection"
    assert [f["id"] for f in document["features"]] == cells.ids.tolist()
    for feature, geometry in zip(document["features"], cells.frame.geometry, strict=True):
        assert feature["properties"] == {}
        assert shape(feature["geometry"]).symmetric_difference(geometry).area < 1e-8


def test_coordinates_have_the_decimals_that_were_asked_for_at_most(area, home):
    text = _on_screen(tessellate(area, SquareSpec(500, home))).decode()
    decimals = {
        len(number.split(".")[-1])
        for number in text.replace("]", ",").replace("[", ",").split(",")
        if number.startswith("113.")
    }
    assert max(decimals) == SCREEN_DECIMALS


def test_neighbours_still_share_their_corners_after_rounding(area, home):
    document = json.loads(_on_screen(tessellate(area, SquareSpec(250, home))))
    joined = shapely.union_all([shape(f["geometry"]) for f in document["features"]])
    assert joined.geom_type == "Polygon"
    assert not joined.interiors


def test_outer_rings_run_against_the_clock_and_holes_with_it(home):
    ring = circle(home, 300).difference(circle(home, 100))
    document = json.loads(_on_screen(tessellate(ring, SquareSpec(1000, home))))
    outer, inner = (
        shapely.LinearRing(r) for r in document["features"][0]["geometry"]["coordinates"]
    )
    assert outer.is_ccw
    assert not inner.is_ccw


def test_several_parts_and_southern_places_are_written():
    parts = shapely.MultiPolygon([SOUTH_WEST, shapely.box(-0.25, -0.25, 0.25, 0.25)])
    rows = [{"名": "大冲", "n": 1}, {"名": None, "n": float("nan")}]
    document = json.loads(collection(["a", "b"], rows, _shapes(parts, SOUTH_WEST)))
    several, one = (shape(f["geometry"]) for f in document["features"])
    assert several.equals(parts)
    assert one.equals(SOUTH_WEST)
    assert [f["properties"] for f in document["features"]] == [
        {"名": "大冲", "n": 1},
        {"名": None, "n": None},
    ]


def test_no_cells_are_an_empty_collection():
    assert json.loads(collection([], [], _shapes())) == {
        "type": "FeatureCollection",
        "features": [],
    }
