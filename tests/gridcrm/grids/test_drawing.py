from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import H3Spec, HexSpec, LonLat, PolygonSpec, SquareSpec, assign, circle
from geo.tessellate.spec import Spec
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.errors import InvalidInput
from gridcrm.grids.drawing import Around, Drawing, draw
from gridcrm.grids.models import CellKind, CellStatus, GridCell, GridKind, GridPlan
from gridcrm.grids.naming import Compass, Namer
from gridcrm.grids.shape import cells_of
from tests.conftest import NOON

HOME = LonLat(125.47, 43.78)
AREA = circle(HOME, 1000)
NAMER = Namer(HOME, 250, (), Compass("here", "E{n}", "W{n}", "N{n}", "S{n}"))
SQUARES = SquareSpec(250, HOME)


def polygons() -> PolygonSpec:
    west = shapely.box(125.46, 43.775, 125.47, 43.785)
    east = shapely.box(125.47, 43.775, 125.48, 43.785)
    frame = gpd.GeoDataFrame({"name": ["东区", "西区"]}, geometry=[east, west], crs="EPSG:4326")
    return PolygonSpec(frame, "name")


def drawn(spec: Spec = SQUARES, **around: Any) -> Drawing:
    return draw(AREA, spec, Around(NAMER, **around))


def place(kind: PlaceKind, lon: float, lat: float) -> Place:
    return Place(kind=kind, lon=lon, lat=lat)


def stored(drawing: Drawing) -> GridPlan:
    return GridPlan(
        branch_id=1,
        version=1,
        name="plan",
        kind=GridKind.SQUARE,
        spec=drawing.cells.spec.to_dict(),
        area_wkb=shapely.to_wkb(drawing.cells.area),
        created_by=1,
        created_at=NOON,
    )


@pytest.mark.parametrize(
    "spec",
    [SQUARES, HexSpec(200, HOME), H3Spec(9), polygons()],
    ids=["square", "hex", "h3", "poly"],
)
def test_the_cells_come_back_from_a_stored_plan_without_loss(spec: Spec):
    drawing = drawn(spec)

    again = cells_of(stored(drawing))

    assert again == drawing.cells
    assert again.ids.tolist() == [row["key"] for row in drawing.rows]
    lon, lat = np.random.default_rng(1).uniform((125.45, 43.77), (125.49, 43.79), (500, 2)).T
    assert (assign(lon, lat, again) == assign(lon, lat, drawing.cells)).all()


def test_a_row_holds_the_shape_a_point_inside_and_the_bounds():
    for row in drawn().rows:
        shape = shapely.from_wkb(row["wkb"])
        assert shape.covers(shapely.Point(row["lon"], row["lat"]))
        assert shape.bounds == (row["min_lon"], row["min_lat"], row["max_lon"], row["max_lat"])
        assert row["kind"] is CellKind.COMMUNITY
    assert sum(row["area_m2"] for row in drawn().rows) == pytest.approx(np.pi * 1e6, rel=1e-3)


def test_imported_shapes_keep_their_names():
    assert [row["name"] for row in drawn(polygons()).rows] == ["东区", "西区"]


def test_merchants_and_competitors_are_counted_in_their_cell_and_buildings_stay_unknown():
    places = [
        place(PlaceKind.MERCHANT, HOME.lon, HOME.lat),
        place(PlaceKind.MERCHANT, HOME.lon + 0.0001, HOME.lat),
        place(PlaceKind.COMPETITOR, HOME.lon, HOME.lat),
        place(PlaceKind.COMPETITOR, 113.9, 22.5),
    ]

    rows = {row["key"]: row for row in drawn(places=places).rows}

    middle, other = rows["sq:250:0:0"], rows["sq:250:2:2"]
    assert (middle["merchants"], middle["competitors"], middle["buildings"]) == (2, 1, None)
    assert (other["merchants"], other["competitors"], other["buildings"]) == (0, 0, None)


def earlier(drawing: Drawing, key: str, **changes: Any) -> GridCell:
    row = next(row for row in drawing.rows if row["key"] == key)
    return GridCell(plan_id=1, branch_id=1, **(row | changes))


def test_a_cell_that_stays_the_same_keeps_its_name_lead_and_profile():
    known = {"name": "老王的格", "lead_id": 7, "households": 230, "status": CellStatus.DEEPENING}
    before = earlier(drawn(), "sq:250:1:1", **known)

    rows = {row["key"]: row for row in drawn(before=[before]).rows}

    assert {name: rows["sq:250:1:1"][name] for name in known} == known
    assert rows["sq:250:1:0"]["lead_id"] is None


def test_the_newer_of_two_earlier_cells_wins():
    old = earlier(drawn(), "sq:250:1:1", name="published")
    new = earlier(drawn(), "sq:250:1:1", name="draft")

    rows = {row["key"]: row for row in drawn(before=[old, new]).rows}

    assert rows["sq:250:1:1"]["name"] == "draft"


def test_a_cell_with_the_same_key_on_other_ground_keeps_nothing():
    """The lattice moves with the branch: sq:250:0:0 is always the branch's own cell."""
    before = earlier(drawn(), "sq:250:0:0", name="old home")
    moved = LonLat(HOME.lon + 0.01, HOME.lat)

    rows = draw(circle(moved, 1000), SquareSpec(250, moved), Around(NAMER, before=[before])).rows

    assert "old home" not in [row["name"] for row in rows]


def test_more_cells_than_a_branch_can_look_after_are_refused():
    with pytest.raises(InvalidInput):
        drawn(SquareSpec(15, HOME))


def test_a_name_that_does_not_fit_is_refused():
    frame = gpd.GeoDataFrame({"name": ["长" * 130]}, geometry=[AREA], crs="EPSG:4326")

    with pytest.raises(InvalidInput):
        drawn(PolygonSpec(frame, "name"))
