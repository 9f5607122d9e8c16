import json
from itertools import accumulate
from math import atan, degrees, pi, sinh

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import H3Spec, HexSpec, LonLat, SquareSpec, circle, tessellate
from geo.errors import RenderError
from geo.render.outlines import FORMAT, outlines_json, values_json
from geo.render.view import CellValues, Legend, LegendItem

HOME = LonLat(113.9474738, 22.5438314)
HALF_STEP = 0.5000001e-6


def read(content: bytes) -> tuple[list[int], list[shapely.Geometry]]:
    """Ids and shapes as the page reads them: rings by even-odd."""
    found = json.loads(content)
    x, y = (
        [first + steps for steps in accumulate(accumulate(found[axis]))]
        for first, axis in zip(found["first"], "xy", strict=True)
    )
    corners, uses = zip(x, y, strict=True), []
    for back in found["back"]:
        uses.append(uses[-back] if back else on_the_ground(*next(corners), found["world"]))
    taken, rings, shapes = iter(uses), iter(found["ring"]), []
    for count in found["cell"]:
        shape = shapely.Polygon()
        for _ in range(count):
            ring = [next(taken) for _ in range(next(rings))]
            shape = shape.symmetric_difference(shapely.Polygon(ring))
        shapes.append(shape)
    return list(accumulate(found["ids"])), shapes


def on_the_ground(x: int, y: int, world: int) -> tuple[float, float]:
    """Degrees of a place in the square of the world, counted from its north-west."""
    return 360 * x / world - 180, degrees(atan(sinh(pi - 2 * pi * y / world)))


def array(*shapes: shapely.Geometry) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


@pytest.mark.parametrize("spec", [SquareSpec(400, HOME), HexSpec(250, HOME), H3Spec(9)])
def test_every_kind_of_grid_is_read_back_to_a_tenth_of_a_metre(spec):
    cells = tessellate(circle(HOME, 1500), spec)
    shapes = cells.frame.geometry.to_numpy()

    ids, back = read(outlines_json(range(7, 7 + len(cells)), shapes))

    assert ids == list(range(7, 7 + len(cells)))
    assert (shapely.hausdorff_distance(shapes, back) <= 2 * HALF_STEP).all()


def test_holes_and_several_parts_survive():
    ring = shapely.Point(0, 0).buffer(2).difference(shapely.Point(0, 0).buffer(1))
    apart = shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(8, 5, 9, 6)])

    _, (first, second) = read(outlines_json([1, 2], array(ring, apart)))

    assert first.area == pytest.approx(ring.area, rel=1e-5)
    assert second.area == pytest.approx(2)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(-170, 170), st.integers(-80, 80)), max_size=12), st.data())
def test_any_boxes_in_any_order_come_back(corners, data):
    boxes = [shapely.box(x, y, x + 1, y + 1) for x, y in corners]
    ids = data.draw(st.permutations(range(len(boxes))))

    found, back = read(outlines_json(ids, array(*boxes)))

    assert found == list(ids)
    assert all(shapely.hausdorff_distance(boxes, back) <= 2 * HALF_STEP)


def test_another_form_of_the_same_shapes_wants_another_number():
    """Whoever changes the text raises `FORMAT`: browsers keep outlines for a week."""
    content = outlines_json([7, 9], array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)))

    assert (FORMAT, content.decode()) == (
        2,
        '{"world":360000000,"first":[181000000,180000000],"ids":[7,2],'
        '"x":[0,0,-1000000,1000000,2000000,-2000000],'
        '"y":[0,-1000051,1000051,1000051,-1000051,-1000051],'
        '"back":[0,0,0,0,0,0,5,7],"ring":[4,4],"cell":[1,1]}',
    )


def test_what_lies_beyond_the_map_ends_at_its_edge():
    _, (polar,) = read(outlines_json([1], array(shapely.box(10, 80, 20, 90))))

    assert polar.bounds == pytest.approx((10, 80, 20, 85.05112878), abs=2 * HALF_STEP)


def test_no_cells_at_all_are_no_fault():
    assert read(outlines_json([], array())) == ([], [])


def test_ten_thousand_squares_take_a_fraction_of_their_geojson():
    cells = tessellate(circle(HOME, 5000), SquareSpec(90, HOME))
    content = outlines_json(range(len(cells)), cells.frame.geometry.to_numpy())
    assert len(content) < 25 * len(cells)


def test_lines_and_ids_of_another_number_are_refused():
    with pytest.raises(RenderError, match="2 ids for 1 shapes"):
        outlines_json([1, 2], array(shapely.box(0, 0, 1, 1)))
    with pytest.raises(RenderError, match="Only polygons"):
        outlines_json([1], array(shapely.LineString([(0, 0), (1, 1)])))


def test_values_carry_classes_codes_words_and_legend():
    legend = Legend("客户", (LegendItem("1 – 5", "#ff0000"),), "n = 6")
    classes = (LegendItem("", "#ff0000"), LegendItem("", "#ffffff", hatched=True))
    values = CellValues("客户数", classes, [0, 1], ["5", "无数据"], legend)

    found = json.loads(values_json(values))

    assert found["classes"] == [
        {"colour": "#ff0000", "hatched": False},
        {"colour": "#ffffff", "hatched": True},
    ]
    assert (found["codes"], found["said"], found["title"]) == ([0, 1], ["5", "无数据"], "客户数")
    assert found["legend"]["note"] == "n = 6"
    assert "names" not in found
    named = CellValues("客户数", classes, [0], ["5"], legend, ["东片"])
    assert json.loads(values_json(named))["names"] == ["东片"]
