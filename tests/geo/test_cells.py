"""What dividing an area gives, whatever the kind of cell."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import (
    H3Spec,
    HexSpec,
    SquareSpec,
    assign,
    circle,
    tessellate,
)
from geo.plane import Plane
from tests.geo.properties.kinds import SPECS

BLOCKS = gpd.GeoDataFrame(
    {"name": [f"{i:02d}" for i in range(64)]},
    geometry=[
        shapely.box(
            113.91 + 0.01 * (i % 8),
            22.51 + 0.01 * (i // 8),
            113.92 + 0.01 * (i % 8),
            22.52 + 0.01 * (i // 8),
        )
        for i in range(64)
    ],
    crs="EPSG:4326",
)


@pytest.mark.parametrize("name", SPECS)
def test_some_cells_are_polygons_of_the_plane_too(area, name):
    cells = tessellate(area, SPECS[name])
    some = np.arange(0, len(cells), 3)
    on_plane = cells.tiling.flat(some)
    assert shapely.area(on_plane) == pytest.approx(cells.area_m2[some], rel=1e-12)
    again = cells.tiling.plane.flatten_all(cells.frame.geometry.to_numpy()[some])
    assert shapely.equals_exact(on_plane, again, tolerance=1e-6).all()


def test_other_areas_specs_and_things_are_not_the_same_cells(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    assert cells != tessellate(area, SquareSpec(251, home))
    assert cells != tessellate(circle(home, 1501), SquareSpec(250, home))
    assert cells != "cells"


def test_the_branch_sits_in_the_middle_of_its_own_cell(area, home):
    for spec, cell_id in (
        (SquareSpec(250, home), "sq:250:0:0"),
        (HexSpec(200, home), "hex:200:0:0"),
    ):
        cells = tessellate(area, spec)
        own = cells.frame.set_index("cell_id").geometry[cell_id]
        middle = shapely.get_coordinates(Plane(home).flatten(own).centroid)[0]
        assert np.abs(middle).max() < 1e-6
        assert assign([home.lon], [home.lat], cells).tolist() == [cell_id]


def test_columns_count_to_the_east_and_rows_to_the_north(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    plane = Plane(home)
    lon, lat = plane.inverse(
        np.array([250.0, 0.0, -250.0, 600.0]), np.array([0.0, 250.0, -250.0, 0.0])
    )
    assert assign(lon, lat, cells).tolist() == [
        "sq:250:1:0",
        "sq:250:0:1",
        "sq:250:-1:-1",
        "sq:250:2:0",
    ]
    hexes = tessellate(area, HexSpec(200, home))
    step = np.sqrt(3) * 200
    lon, lat = plane.inverse(np.array([step, step / 2]), np.array([0.0, 300.0]))
    assert assign(lon, lat, hexes).tolist() == ["hex:200:1:0", "hex:200:0:1"]


def test_a_side_with_decimals_stands_in_the_id(home):
    cells = tessellate(circle(home, 100), SquareSpec(62.5, home))
    assert "sq:62.5:0:0" in set(cells.ids)


def test_whole_cells_have_the_same_area(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    assert (np.abs(cells.area_m2 - 62_500) < 1e-9).sum() > 80
    assert cells.area_m2.max() == 62_500


def test_cells_can_not_be_written_to(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    for array in (cells.ids, cells.area_m2):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    frame = cells.frame
    frame["area_m2"] = 0.0
    frame.loc[0, "cell_id"] = "mine"
    assert cells.frame["area_m2"].sum() > 0
    assert cells.frame["cell_id"][0] == cells.ids[0] != "mine"
    assert list(cells.frame.columns) == ["cell_id", "geometry", "area_m2"]
    assert cells.frame.crs == "EPSG:4326"


def test_cells_say_what_they_are(area):
    assert repr(tessellate(area, H3Spec(9))).endswith("cells of H3Spec(resolution=9)>")


def test_an_area_smaller_than_a_cell_has_one_cell(home):
    speck = circle(home, 20)
    for spec in (SquareSpec(500, home), HexSpec(500, home), H3Spec(7)):
        cells = tessellate(speck, spec)
        assert len(cells) == 1
        assert cells.area_m2[0] == pytest.approx(Plane(home).flatten(speck).area, rel=1e-9)


def test_an_invalid_area_is_mended_before_it_is_divided(home):
    bow = shapely.Polygon([(113.94, 22.54), (113.95, 22.55), (113.95, 22.54), (113.94, 22.55)])
    cells = tessellate(bow, SquareSpec(100, home))
    assert cells.area.is_valid
    assert cells.area.area == pytest.approx(5e-5)
