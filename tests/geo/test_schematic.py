import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely

from geo import LonLat, SquareSpec, circle, tessellate
from geo.errors import RenderError
from geo.render.schematic import SchematicCell, schematic_svg
from geo.render.view import Legend, LegendItem, Place

SVG = "{http://www.w3.org/2000/svg}"
LEGEND = Legend(
    "客户 <n>", (LegendItem("0 – 5", "#eeeeee"), LegendItem("无数据", "#ffffff", hatched=True))
)


def drawn(cells, legend=LEGEND, places=(), title="图"):
    return ET.fromstring(schematic_svg(title, cells, legend, places))  # noqa: S314  our own text


@pytest.fixture
def squares(home):
    cells = tessellate(circle(home, 600), SquareSpec(250, home))
    return [SchematicCell(shape, "#2a72b5", str(i)) for i, shape in enumerate(cells.frame.geometry)]


def texts(svg):
    return [node.text for node in svg.iter(f"{SVG}text")]


def test_every_cell_is_a_path_with_its_colour_or_a_hatch(squares):
    svg = drawn([*squares[:-1], SchematicCell(squares[-1].shape, None)])
    fills = [node.get("fill") for node in svg.iter(f"{SVG}path") if node.get("fill") != "none"]
    assert fills.count("#2a72b5") == len(squares) - 1
    assert fills.count("url(#hatch)") == 1


def test_what_people_wrote_stays_text(squares):
    nasty = '<script>alert("1")</script> & {{ 7*7 }}'
    cells = [SchematicCell(squares[12].shape.union(squares[13].shape), "#ffffff", "<b>9</b>")]
    svg = drawn(
        cells,
        Legend(nasty, (LegendItem(nasty, '"><script>'),), nasty),
        [Place(nasty, LonLat(113.947, 22.5438))],
        nasty,
    )
    assert svg.find(f"{SVG}title").text == nasty
    assert texts(svg).count(nasty) == 4
    assert "<b>9</b>" in texts(svg)
    assert not list(svg.iter(f"{SVG}script"))


def test_north_is_up_and_a_metre_has_one_length(home):
    north, east = (
        SchematicCell(circle(LonLat(home.lon + a, home.lat + b), 100), "#000000")
        for a, b in ((0, 0.01), (0.01, 0))
    )
    svg = drawn([north, east])
    boxes = []
    for node in list(svg.iter(f"{SVG}path"))[1:3]:
        points = np.array(
            [pair.split() for pair in node.get("d").strip("MZ").split("L")], dtype=float
        )
        boxes.append((points.min(axis=0), points.max(axis=0)))
    (north_low, north_high), (east_low, east_high) = boxes
    assert north_high[1] < east_low[1]
    assert north_high[0] < east_low[0]
    assert np.allclose(north_high - north_low, east_high - east_low, atol=0.3)
    assert np.ptp(north_high - north_low) < 0.3


def test_a_label_that_does_not_fit_is_left_out(squares):
    sliver = SchematicCell(circle(LonLat(113.95, 22.545), 3), "#2a72b5", "12345")
    found = texts(drawn([*squares, sliver]))
    assert "12345" not in found
    assert "12" in found


def test_a_hole_is_drawn(home):
    ring = circle(home, 300).difference(circle(home, 100))
    path = list(drawn([SchematicCell(ring, "#2a72b5")]).iter(f"{SVG}path"))[1]
    assert path.get("d").count("M") == 2


@pytest.mark.parametrize(("radius_m", "bar"), [(600, "200 m"), (9000, "2 km"), (60_000, "20 km")])
def test_the_scale_bar_has_a_round_length(home, radius_m, bar):
    assert bar in texts(drawn([SchematicCell(circle(home, radius_m), "#2a72b5")]))


def test_places_and_the_note_are_written(squares):
    found = texts(
        drawn(squares, Legend("t", (), "n = 5"), [Place("大冲", LonLat(113.947, 22.5438))])
    )
    assert "大冲" in found
    assert "n = 5" in found


def test_nothing_to_draw_is_refused():
    with pytest.raises(RenderError, match="no cells to draw"):
        schematic_svg("t", [], LEGEND)


def test_text_on_a_dark_cell_is_light():
    dark = SchematicCell(shapely.box(113.9, 22.5, 113.95, 22.55), "#0c2f5e", "7")
    label = next(node for node in drawn([dark]).iter(f"{SVG}text") if node.text == "7")
    assert label.get("fill") == "#ffffff"
