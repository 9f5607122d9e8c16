import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from geo import HexSpec, SquareSpec, circle, tessellate
from geo.errors import RenderError
from geo.render.geojson import cells_geojson, frame_geojson, wkb_geojson
from tests.geo.shapes import HOME, areas

SOUTH_WEST = shapely.box(-71.5, -33.5, -71.25, -33.125)


@given(areas(), st.sampled_from([SquareSpec(250, HOME), HexSpec(400, HOME)]))
def test_what_is_written_reads_as_the_same_cells(area, spec):
    cells = tessellate(area, spec)
    document = json.loads(cells_geojson(cells))
    assert document["type"] == "FeatureCollection"
    assert [f["id"] for f in document["features"]] == cells.ids.tolist()
    for feature, geometry in zip(document["features"], cells.frame.geometry, strict=True):
        assert feature["properties"] == {}
        assert shape(feature["geometry"]).symmetric_difference(geometry).area < 1e-8


def test_coordinates_have_six_decimals_at_most(area, home):
    text = cells_geojson(tessellate(area, SquareSpec(500, home))).decode()
    decimals = {
        len(number.split(".")[-1])
        for number in text.replace("]", ",").replace("[", ",").split(",")
        if number.startswith("113.")
    }
    assert max(decimals) == 6


def test_neighbours_still_share_their_corners_after_rounding(area, home):
    document = json.loads(cells_geojson(tessellate(area, SquareSpec(250, home))))
    shapes = [shape(f["geometry"]) for f in document["features"]]
    joined = shapely.union_all(shapes)
    assert joined.geom_type == "Polygon"
    assert not joined.interiors


def test_outer_rings_run_against_the_clock_and_holes_with_it(home):
    ring = circle(home, 300).difference(circle(home, 100))
    document = json.loads(cells_geojson(tessellate(ring, SquareSpec(1000, home))))
    outer, inner = (
        shapely.LinearRing(r) for r in document["features"][0]["geometry"]["coordinates"]
    )
    assert outer.is_ccw
    assert not inner.is_ccw


def test_several_parts_and_southern_places_are_written():
    parts = shapely.MultiPolygon([SOUTH_WEST, shapely.box(-0.25, -0.25, 0.25, 0.25)])
    document = json.loads(wkb_geojson(["a", "b"], [parts.wkb, SOUTH_WEST.wkb]))
    several, one = (shape(f["geometry"]) for f in document["features"])
    assert several.equals(parts)
    assert one.equals(SOUTH_WEST)
    assert one.geom_type == "Polygon"


def test_columns_become_properties_and_missing_numbers_null():
    columns = {
        "n": np.array([3, 4]),
        "rate": np.array([0.5, np.nan]),
        "tip": [["大冲", ["客户", 3]], None],
        "mixed": [np.int64(7), date(2026, 11, 21)],
    }
    document = json.loads(wkb_geojson(["a", "b"], [SOUTH_WEST.wkb] * 2, columns))
    assert [f["properties"] for f in document["features"]] == [
        {"n": 3, "rate": 0.5, "tip": ["大冲", ["客户", 3]], "mixed": 7},
        {"n": 4, "rate": None, "tip": None, "mixed": "2026-11-21"},
    ]


def test_a_frame_is_written_with_its_other_columns():
    frame = gpd.GeoDataFrame(
        {"code": ["x", "y"], "n": pd.array([1, None], dtype="Int64")},
        geometry=[SOUTH_WEST, SOUTH_WEST],
        crs="EPSG:4326",
    )
    features = json.loads(frame_geojson(frame, "code"))["features"]
    assert [(f["id"], f["properties"]) for f in features] == [("x", {"n": 1}), ("y", {"n": None})]


def test_no_cells_are_an_empty_collection():
    assert json.loads(wkb_geojson([], [])) == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize(
    "geometry", [shapely.Point(1, 2), shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)])]
)
def test_what_is_no_polygon_is_refused(geometry):
    with pytest.raises(RenderError, match="Only polygons"):
        wkb_geojson(["a", "b"], [SOUTH_WEST.wkb, geometry.wkb])


def test_ids_shapes_and_columns_of_different_length_are_refused():
    with pytest.raises(RenderError, match="2 ids for 1 shapes"):
        wkb_geojson(["a", "b"], [SOUTH_WEST.wkb])
    with pytest.raises(RenderError, match="column n has 2 values for 1 cells"):
        wkb_geojson(["a"], [SOUTH_WEST.wkb], {"n": [1, 2]})
