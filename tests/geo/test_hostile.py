"""Areas, sides and values that nobody should give."""

import tracemalloc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import (
    H3Spec,
    HexSpec,
    LonLat,
    PolygonSpec,
    QuadSpec,
    SquareSpec,
    VoronoiSpec,
    area_from_geojson,
    assign,
    assign_codes,
    bridge,
    carry,
    check_points,
    coverage,
    detect_datum,
    draw,
    merge,
    move_border,
    neighbors,
    propose,
    rings,
    spec_from_dict,
    split,
    tessellate,
    walking_areas,
    walking_minutes,
)
from geo.classify import classify
from geo.errors import (
    AreaError,
    CatchmentError,
    FrameError,
    PointError,
    RenderError,
    ReshapeError,
    SpecError,
    StatsError,
    TerritoryError,
)
from geo.palette import contrast
from geo.territories import bridged
from tests.geo.properties.kinds import SPECS, flat, ground_of
from tests.geo.shapes import HOME

CHINA = shapely.box(73, 18, 135, 53)


@pytest.fixture(scope="module")
def squares(area):
    """Squares of 250 m around the branch."""
    return tessellate(area, SquareSpec(250, HOME))


# what is no area, no side, no spec


@pytest.mark.parametrize("thing", [None, "POLYGON", {"type": "Polygon"}, [CHINA], (1, 2)])
def test_a_thing_that_is_no_shape_is_no_area(squares, thing):
    for use in (
        lambda: tessellate(thing, SquareSpec(250)),
        lambda: coverage(squares, thing),
        lambda: draw(squares, "new", thing),
        lambda: move_border(squares, "sq:250:0:0", "sq:250:1:0", thing),
    ):
        with pytest.raises(AreaError, match="is no area"):
            use()


@pytest.mark.parametrize("spec", [None, "square", 250, SquareSpec])
def test_a_thing_that_is_no_spec_divides_nothing(area, spec):
    with pytest.raises(SpecError, match="does not say how to divide"):
        tessellate(area, spec)


@pytest.mark.parametrize("side", [0, -250, np.nan, np.inf, 1e9, 0.5, "250", None, True])
def test_sides_that_no_cell_has_are_refused(side):
    for spec in (
        lambda: SquareSpec(side),
        lambda: HexSpec(side),
        lambda: QuadSpec(points=([], []), min_side_m=side),
    ):
        with pytest.raises(SpecError, match="can't be used for cells"):
            spec()


@pytest.mark.parametrize("origin", [(113.9, 22.5), [113.9, 22.5], "here", shapely.Point(1, 2)])
def test_an_origin_is_a_place(origin):
    for spec in (
        lambda: SquareSpec(250, origin),
        lambda: HexSpec(250, origin),
        lambda: QuadSpec(points=([], []), origin=origin),
        lambda: VoronoiSpec(["a"], ([1], [2]), origin),
    ):
        with pytest.raises(SpecError, match="is no place"):
            spec()


@pytest.mark.parametrize("origin", [[1], 5, ["a", "b"], {}])
def test_a_stored_origin_that_is_damaged_is_refused(origin):
    with pytest.raises((SpecError, PointError)):
        spec_from_dict({"kind": "square", "side_m": 250, "origin": origin})


def test_sites_and_points_come_in_two_columns():
    for spec in (
        lambda: QuadSpec(points=[1.0]),
        lambda: QuadSpec(points=5),
        lambda: VoronoiSpec(["a"], None),
    ):
        with pytest.raises(SpecError, match="two columns"):
            spec()
    for keys in (None, "ab"):
        with pytest.raises(SpecError, match="list of names"):
            VoronoiSpec(keys, ([1, 2], [3, 4]))
    with pytest.raises(SpecError, match="Halving"):
        QuadSpec(points=([], []), top_side_m="1600")


def test_a_table_without_shapes_has_no_cells(area):
    for table in (pd.DataFrame({"name": ["a"]}), gpd.GeoDataFrame({"name": ["a"]}), area):
        with pytest.raises(FrameError, match="no shapes"):
            PolygonSpec(table, "name")
    local = gpd.GeoDataFrame({"name": ["a"]}, geometry=[area], crs='LOCAL_CS["a room"]')
    with pytest.raises(FrameError, match="No way leads"):
        PolygonSpec(local, "name")


# too many, too far


@pytest.mark.parametrize(
    "spec",
    [
        SquareSpec(1),
        SquareSpec(100),
        HexSpec(1),
        H3Spec(15),
        H3Spec(9),
        QuadSpec(points=([], []), min_side_m=1),
    ],
    ids=str,
)
def test_a_billion_cells_are_refused_before_there_is_any(spec):
    tracemalloc.start()
    try:
        with pytest.raises(SpecError, match="too small for this area"):
            tessellate(CHINA, spec)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_strip_of_too_many_h3_cells_is_refused_though_it_hardly_covers_ground():
    with pytest.raises(SpecError, match="too small for this area"):
        tessellate(shapely.box(73, 30, 135, 30.0000001), H3Spec(15))


@pytest.mark.parametrize(
    ("ground", "origin"),
    [
        (shapely.box(-180, -90, 180, 90), None),
        (shapely.box(113.9, 22.5, 114, 22.6), LonLat(-66.05, -22.5)),
        (shapely.box(113.9, 22.5, 114, 22.6), LonLat(0, 22.5)),
        (shapely.box(179.9, 0, 180, 0.1).union(shapely.box(-180, 0, -179.9, 0.1)), None),
        (shapely.box(179.9, 0, 180, 0.1).union(shapely.box(-180, 0, -179.9, 0.1)), LonLat(180, 0)),
    ],
    ids=["the earth", "its other side", "far", "180th meridian", "180th meridian, origin on it"],
)
def test_an_area_far_from_where_its_cells_lie_is_refused(ground, origin):
    for spec in (SquareSpec(100_000, origin), HexSpec(100_000, origin)):
        with pytest.raises(SpecError, match="can't be flat"):
            tessellate(ground, spec)
    if origin is None:
        with pytest.raises(SpecError, match="can't be flat"):
            tessellate(ground, H3Spec(2))


def test_an_area_around_a_pole_is_refused():
    with pytest.raises(SpecError, match="up to the pole"):
        tessellate(shapely.box(0, 89.5, 10, 90), SquareSpec(500))


def test_a_site_on_the_other_side_of_the_earth_is_refused(area):
    sites = [HOME.lon - 180, HOME.lon], [-HOME.lat, HOME.lat]
    with pytest.raises(SpecError, match="The site far"):
        tessellate(area, VoronoiSpec(["far", "near"], sites, HOME))


@pytest.mark.parametrize("west", [179.9, -180])
@pytest.mark.parametrize("spec", [SquareSpec(500), HexSpec(300), H3Spec(8)], ids=str)
def test_each_side_of_the_180th_meridian_is_divided(west, spec):
    ground = shapely.box(west, 60, west + 0.1, 60.1)
    cells = tessellate(ground, spec)
    seen = cells.frame.total_bounds
    assert seen == pytest.approx(ground.bounds, abs=1e-4)
    lon, lat = np.random.default_rng(1).uniform([west, 60], [west + 0.1, 60.1], (500, 2)).T
    assert (assign_codes(lon, lat, cells) >= 0).mean() > 0.99


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("width_m", [1e-6, 1e-3, 1.0])
def test_a_tiny_area_has_a_cell_or_more(spec, width_m):
    step = width_m / 111_320
    ground = shapely.box(HOME.lon, HOME.lat, HOME.lon + step, HOME.lat + step)
    cells = tessellate(ground, spec)
    assert cells.area_m2.sum() == pytest.approx(ground_of(cells).area, rel=1e-6)
    assert len(cells) >= 1
    assert len(neighbors(cells)) <= len(cells) * 6


@pytest.mark.parametrize("spec", [*SPECS.values()], ids=SPECS)
def test_a_hole_beside_a_long_edge_does_not_cross_it_on_the_plane(spec):
    """Twenty kilometres straight in degrees bulge by metres on the plane."""
    west, south = HOME.lon - 0.1, HOME.lat - 0.1
    ground = shapely.box(west, south, west + 0.2, south + 0.2)
    for near in (1e-7, 1e-5):
        hole = shapely.box(west + 0.099, south + 0.19, west + 0.101, south + 0.2 - near)
        notch = shapely.box(west + 0.099, south + near, west + 0.101, south + 0.01)
        ground = ground.difference(shapely.union(hole, notch))
    assert ground.is_valid
    if spec.kind in ("polygon", "square") and getattr(spec, "side_m", 250) < 250:
        spec = SquareSpec(500, HOME)
    cells = tessellate(ground, spec)
    shapes = flat(cells)
    assert ground_of(cells).is_valid
    assert shapely.is_valid(shapes).all()
    if spec.kind != "polygon":  # the imported ones do not reach so far
        assert cells.area_m2.sum() == pytest.approx(ground_of(cells).area, rel=1e-9)


def test_an_imported_shape_whose_hole_touches_a_long_edge_is_mended():
    whole = shapely.Polygon(
        [(113.8, 22.4), (114.1, 22.4), (114.1, 22.7), (113.8, 22.7)],
        [[(113.95, 22.7), (113.951, 22.69), (113.949, 22.69)]],
    )
    assert whole.is_valid
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[whole], crs=4326)
    cells = tessellate(shapely.box(113.7, 22.3, 114.2, 22.8), PolygonSpec(frame, "name"))
    assert shapely.is_valid(flat(cells)).all()
    assert assign([113.95, 113.9], [22.695, 22.5], cells).tolist() == [None, "poly:a"]


# ids, barriers, counts


def test_ids_are_texts(squares):
    line = shapely.LineString([(113.9, 22.5), (114.0, 22.6)])
    with pytest.raises(ReshapeError, match="no ids of cells: 'sq:250:0:0'"):
        merge(squares, "sq:250:0:0")
    with pytest.raises(ReshapeError, match="no ids of cells: None"):
        merge(squares, None)
    for use in (
        lambda: merge(squares, [1, "sq:250:0:0"]),
        lambda: merge(squares, ["sq:250:0:0", "sq:250:1:0"], into=5),
        lambda: split(squares, 5, line),
        lambda: draw(squares, 5, squares.area),
        lambda: move_border(squares, None, "sq:250:0:0", squares.area),
    ):
        with pytest.raises(ReshapeError, match="is no text"):
            use()
    with pytest.raises(ReshapeError, match="not along a NoneType"):
        split(squares, "sq:250:0:0", None)


def test_ids_may_be_a_column_of_the_cells(squares):
    some = squares.ids[np.isin(squares.ids, ["sq:250:0:0", "sq:250:1:0"])]
    assert len(merge(squares, some)) == len(merge(squares, iter(some))) == len(squares) - 1


def test_barriers_and_bridges_are_lists_of_shapes(squares):
    river = shapely.LineString([(113.9, 22.54), (114.0, 22.545)])
    for wrong in (river, "river", [river, "river"], 5):
        with pytest.raises(AreaError, match="lists of shapes"):
            neighbors(squares, barriers=wrong)
    with pytest.raises(AreaError, match="out of range"):
        neighbors(squares, bridges=[shapely.LineString([(22.5, 113.9), (22.5, 114)])])
    with pytest.raises(AreaError, match="without coordinates"):
        neighbors(squares, [shapely.LineString([(113.9, np.inf), (113.9, 22)])])
    free = neighbors(squares)
    for none in ([], [None], [shapely.LineString()], gpd.GeoSeries([]), np.array([])):
        assert neighbors(squares, barriers=none, bridges=none).equals(free)
    lake = shapely.Polygon([(113.94, 22.54), (113.95, 22.55), (113.95, 22.54), (113.94, 22.55)])
    assert len(neighbors(squares, barriers=[lake])) <= len(free)
    assert neighbors(squares, bridges=[lake, shapely.Point(113.94, 22.54)]).equals(free)


def test_counts_and_weights_of_another_kind_are_refused(squares):
    frame = bridge(squares, squares)
    with pytest.raises(StatsError, match="is no number"):
        carry({"sq:250:0:0": "1"}, frame)
    with pytest.raises(StatsError, match="area_share, people_share"):
        carry({"sq:250:0:0": 1}, frame, by="money")
    with pytest.raises(PointError, match="two columns"):
        bridge(squares, squares, weights=[1.0])


# drawings, streets, places and numbers of another kind


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Feature", "geometry": "Polygon"},
        {"type": "FeatureCollection", "features": 5},
        {"type": "FeatureCollection", "features": "none"},
        {"type": "FeatureCollection", "features": [{"type": "FeatureCollection"}]},
    ],
)
def test_a_drawing_of_another_form_is_refused(document):
    with pytest.raises(AreaError, match="A feature is an object"):
        area_from_geojson(document)


def test_a_drawing_may_say_its_coordinates_in_any_form():
    for crs in (5, {"properties": "WGS 84"}, {"properties": {}}, {}):
        drawn = area_from_geojson({"type": "Polygon", "coordinates": [RING], "crs": crs})
        assert drawn.area == pytest.approx(0.5)


def test_streets_and_known_places_are_shapes():
    with pytest.raises(CatchmentError, match="lines of shapely"):
        walking_minutes(["Main Street"], HOME, [HOME.lon], [HOME.lat])
    with pytest.raises(AreaError, match="Known places are shapes"):
        detect_datum([HOME.lon], [HOME.lat], ["Main Street"])


@pytest.mark.parametrize("minutes", [[1e6], [np.inf], [5, 301]])
def test_a_walk_of_days_is_refused_and_not_drawn_as_nothing(minutes):
    road = shapely.LineString([(HOME.lon, HOME.lat), (HOME.lon + 0.01, HOME.lat)])
    with pytest.raises(CatchmentError, match="too long for a map"):
        walking_areas([road], HOME, minutes)
    assert walking_areas([road], HOME, [300])[0].area > 0


def test_distances_and_minutes_are_numbers():
    with pytest.raises(CatchmentError, match="does not consist of numbers"):
        rings(HOME, ["far"])
    with pytest.raises(CatchmentError, match="make no rings"):
        rings(HOME, None)


def test_people_have_bases_and_cells_have_places():
    for bases in (None, [[0], [2]], [0, 9], [0.5, 2]):
        with pytest.raises(TerritoryError):
            propose([1, 1, 1], [[0, 1], [1, 2]], bases, [1, 2], 0.5)
    with pytest.raises(TerritoryError, match="has no place"):
        bridged([[0, 1]], [0, 1, np.nan], [0, 0, 0])


def test_classes_need_a_whole_count_and_values_of_one_world():
    with pytest.raises(StatsError, match=r"can't show 2\.5 classes"):
        classify([1, 2, 3], count=2.5)
    with pytest.raises(StatsError, match="too far apart"):
        classify([-1e308, 0, 1e308])


def test_a_colour_has_six_digits():
    for wrong in ("red", "#fff", "#12345g"):
        with pytest.raises(RenderError, match="is no colour"):
            contrast("#ffffff", wrong)


@pytest.mark.parametrize("box", [(1, 2), (2, 1, 1, 2), (np.nan,) * 4, 5])
def test_where_points_are_expected_is_a_box(box):
    with pytest.raises(PointError, match="is no box"):
        check_points([1.0], [2.0], expected=box)
