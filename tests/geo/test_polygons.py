import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import PolygonSpec, assign, assign_codes, circle, tessellate
from geo.errors import SpecError
from geo.plane import Plane
from geo.tessellate.border import clipped, rounded
from tests.geo.shapes import HOME, stars, to_degrees

BOX = shapely.box(113.93, 22.53, 113.97, 22.56)


def spec(shapes):
    return PolygonSpec(
        gpd.GeoDataFrame({"k": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326"), "k"
    )


def part(west, south, east, north):
    return shapely.box(113.93 + west, 22.53 + south, 113.93 + east, 22.53 + north)


def test_ids_carry_the_key_and_are_sorted():
    cells = tessellate(
        BOX, spec({"科苑": part(0.01, 0, 0.02, 0.01), "大冲": part(0, 0, 0.01, 0.01)})
    )
    assert cells.ids.tolist() == ["poly:大冲", "poly:科苑"]


def test_polygons_outside_the_area_are_left_out_and_others_cut():
    cells = tessellate(
        BOX,
        spec(
            {
                "in": part(0.01, 0.01, 0.02, 0.02),
                "half": part(-0.01, 0.005, 0.01, 0.02),
                "out": part(1, 1, 2, 2),
            }
        ),
    )
    assert cells.ids.tolist() == ["poly:half", "poly:in"]
    shapes = cells.frame.set_index("cell_id").geometry
    assert shapes["poly:in"].equals_exact(part(0.01, 0.01, 0.02, 0.02), 0)
    assert shapes["poly:half"].hausdorff_distance(part(0, 0.005, 0.01, 0.02)) < 1e-6


def test_polygons_of_another_place_are_refused():
    with pytest.raises(SpecError, match="None of the 1 polygons reaches into the area"):
        tessellate(BOX, spec({"out": part(1, 1, 2, 2)}))


def test_a_polygon_that_only_touches_the_area_is_no_cell():
    cells = tessellate(BOX, spec({"in": part(0, 0, 0.01, 0.01), "beside": part(-0.01, 0, 0, 0.01)}))
    assert cells.ids.tolist() == ["poly:in"]


def test_where_polygons_overlap_the_lowest_id_holds_the_point():
    cells = tessellate(BOX, spec({"b": part(0, 0, 0.02, 0.02), "a": part(0.01, 0, 0.03, 0.02)}))
    ids = assign([113.935, 113.945, 113.955, 113.965], [22.54] * 4, cells)
    assert ids.tolist() == ["poly:b", "poly:a", "poly:a", None]


def test_few_points_and_many_points_find_the_same_polygon():
    """Few go through a tree, many through a raster."""
    random = np.random.default_rng(5)
    sites = shapely.MultiPoint(
        np.c_[random.uniform(113.92, 113.98, 60), random.uniform(22.52, 22.57, 60)]
    )
    blocks = shapely.get_parts(shapely.voronoi_polygons(sites))
    shapes = {f"{i:03d}": block for i, block in enumerate(blocks[::2])}
    shapes["middle"] = part(0.01, 0.01, 0.02, 0.02)  # lies over others
    shapes["015b"] = part(0.005, 0.005, 0.03, 0.015)
    lon, lat = random.uniform(113.925, 113.975, 60_000), random.uniform(22.525, 22.565, 60_000)
    many = tessellate(BOX, spec(shapes))
    assign_codes(lon, lat, many)  # by now a raster pays off
    codes = assign_codes(lon, lat, many)
    assert "_prepared" in vars(many.tiling._finder)
    few = tessellate(BOX, spec(shapes))
    assert (codes[:5000] == assign_codes(lon[:5000], lat[:5000], few)).all()
    assert "_prepared" not in vars(few.tiling._finder)
    assert 0.2 < (codes < 0).mean() < 0.8


@given(st.lists(stars(), min_size=1, max_size=4))
def test_the_point_lies_in_the_polygon_it_is_given_to(shapes):
    shapes = {str(i): to_degrees(shape) for i, shape in enumerate(shapes) if shape.area > 1}
    if not shapes:
        return
    area = circle(HOME, 600)
    cells = tessellate(area, spec(shapes))
    random = np.random.default_rng(1)
    lon = HOME.lon + random.uniform(-0.01, 0.01, 300)
    lat = HOME.lat + random.uniform(-0.01, 0.01, 300)
    x, y = Plane(HOME).forward(lon, lat)
    flat = Plane(HOME).flatten_all(cells.frame.geometry.to_numpy())
    clear = (
        np.min([shapely.distance(shapely.boundary(s), shapely.points(x, y)) for s in flat], axis=0)
        > 0.01
    )
    inside = np.array([shapely.contains_xy(s, x, y) for s in flat])
    expected = [cells.ids[np.argmax(column)] if column.any() else None for column in inside.T]
    got = assign(lon, lat, cells)
    assert [g for g, c in zip(got, clear, strict=True) if c] == [
        e for e, c in zip(expected, clear, strict=True) if c
    ]


def test_shapes_that_touch_but_for_the_last_digit_share_no_ground():
    """Edges along each other that one corner leaves by 1e-14: GEOS takes outside for inside."""
    ring = [(38.36223850100503, 177.8515512747281), (173.20508075688772, 100)]
    ground = shapely.Polygon([*ring, (173.20508075688772, -100), (0, -200), (-150, 100)])
    beside = shapely.Polygon(
        [
            (204.3355067191498, 117.97315980929973),
            (38.36223850100504, 177.8515512747281),
            (173.20508075688772, 100),
        ]
    )
    assert shapely.intersection(ground, beside).area > 2000  # once it is 0, we need not care
    assert clipped(ground, np.array([beside]))[0].area == 0
    assert rounded(ground, np.array([beside]))[0].area == 0
