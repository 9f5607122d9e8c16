"""What is written comes back as it was: ids, areas, Chinese attributes and missing values."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from geo import LonLat, SquareSpec, circle, tessellate
from geo.errors import FormatError
from geo.formats.reader import read
from geo.formats.writer import ENDINGS, to_geojson, write
from tests.geo.formats import files
from tests.geo.formats.conftest import Read
from tests.shared_data import shared_data

EXACT = [".gpkg", ".parquet", ".geojson"]
HOME = LonLat(113.9474738, 22.5438314)


def cells() -> gpd.GeoDataFrame:
    """Cells of a real grid, with what a branch knows of them; the border ones have no values."""
    made = tessellate(circle(HOME, radius_m=600), SquareSpec(side_m=200, origin=HOME)).frame
    whole = made["area_m2"] > 39_999
    made["name"] = [f"东{n}号“大冲”" if inner else None for n, inner in enumerate(whole)]
    made["homes"] = pd.array(np.where(whole, 300, 0), dtype="Int64").copy()
    made.loc[~whole, "homes"] = pd.NA
    made["share"] = np.where(whole, 0.25, np.nan)
    made["note"] = None
    return made


@pytest.mark.parametrize("ending", EXACT)
def test_cells_come_back_with_ids_areas_and_chinese_names(
    ending: str, read_here: Read, tmp_path: Path
):
    given_cells, path = cells(), tmp_path / f"cells{ending}"

    write(given_cells, path, id_column="cell_id", layer="cells")
    made = read_here(path)

    ids = list(made.refs) if ending == ".geojson" else made.columns["cell_id"]
    assert ids == given_cells["cell_id"].tolist()
    assert made.columns["name"] == [None if pd.isna(name) else name for name in given_cells["name"]]
    assert made.columns["homes"] == [None if pd.isna(n) else n for n in given_cells["homes"]]
    assert made.columns["share"] == [None if pd.isna(s) else s for s in given_cells["share"]]
    assert made.columns["note"] == [None] * len(given_cells)
    assert made.columns["area_m2"] == given_cells["area_m2"].tolist()
    assert _ground_m2(made.shapes) == pytest.approx(_ground_m2(given_cells.geometry), abs=4)
    assert made.remarks == ()


@pytest.mark.parametrize("ending", EXACT)
def test_points_lines_and_areas_share_a_file(ending: str, read_here: Read, tmp_path: Path):
    shapes = [Point(1, 2), LineString([(1, 2), (3, 4)]), None, MultiPolygon([files.SHAPES[0]])]
    given_places = gpd.GeoDataFrame({"name": list("abcd")}, geometry=shapes, crs="EPSG:4326")
    path = tmp_path / f"places{ending}"

    write(given_places, path)
    made = read_here(path)

    assert made.numbers.tolist() == [1, 2, 4]
    assert [item.number for item in made.refused] == [3]
    for shape, number in zip(made.shapes, made.numbers, strict=True):
        assert shape.equals(shapes[number - 1])


def test_tiles_hold_every_cell_with_its_values(tmp_path: Path):
    given_cells, path = cells(), tmp_path / "cells.pmtiles"

    write(given_cells, path, layer="cells")
    tiles = pyogrio.read_dataframe(path, layer="cells", ZOOM_LEVEL="15")

    made = tiles.dissolve("cell_id")
    assert set(made.index) == set(given_cells["cell_id"])
    known = given_cells.set_index("cell_id")
    assert made["name"].dropna().to_dict() == known["name"].dropna().to_dict()
    assert made["homes"].dropna().to_dict() == known["homes"].dropna().to_dict()
    ground = dict(zip(made.index, _ground_m2(made.to_crs(4326).geometry), strict=True))
    for key, area_m2 in known["area_m2"].items():
        assert ground[key] == pytest.approx(area_m2, abs=250)  # a tile rounds corners to 0.3 m


def test_geojson_is_as_rfc_7946_wants_it():
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4)]])
    where = Point(113.947473812345, -0.00000000001)
    frame = gpd.GeoDataFrame(
        {"key": [7, None], "on": [date(2026, 11, 22), None]},
        geometry=[clockwise, where],
        crs="EPSG:4326",
    )

    text = to_geojson(frame, "key").decode()
    document = json.loads(text)

    assert "crs" not in document
    area, point = document["features"]
    assert area["id"] == 7
    assert "id" not in point
    assert area["properties"] == {"on": "2026-11-22"}
    assert point["properties"] == {"on": None}
    assert point["geometry"]["coordinates"] == [113.9474738, 0.0]
    outer, hole = area["geometry"]["coordinates"]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(hole).is_ccw


@given(
    st.lists(
        st.tuples(
            st.floats(-179, 179, allow_nan=False),
            st.floats(-89, 89, allow_nan=False),
            st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        ),
        max_size=5,
    )
)
def test_no_coordinate_has_more_than_seven_decimals_and_every_text_survives(
    rows: list[tuple[float, float, str | None]],
):
    frame = gpd.GeoDataFrame(
        {"name": pd.Series([name for _, _, name in rows], dtype=object)},
        geometry=[Point(lon, lat) for lon, lat, _ in rows],
        crs="EPSG:4326",
    )

    features = json.loads(to_geojson(frame))["features"]

    for (lon, lat, name), feature in zip(rows, features, strict=True):
        assert feature["properties"]["name"] == name
        assert feature["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=6e-8)
        for number in feature["geometry"]["coordinates"]:
            assert round(number, 7) == number


def test_a_frame_without_attributes_can_be_written(tmp_path: Path, read_here: Read):
    bare = gpd.GeoDataFrame(geometry=files.SHAPES, crs="EPSG:4326")

    for ending in EXACT:
        write(bare, tmp_path / f"bare{ending}")
        assert len(read_here(tmp_path / f"bare{ending}")) == 3


def test_a_file_that_is_there_is_replaced(tmp_path: Path, read_here: Read):
    path = tmp_path / "cells.gpkg"

    write(files.frame(), path, layer="old")
    write(files.frame()[:1], path, layer="new")

    made = read_here(path)
    assert (made.layers, len(made)) == (("new",), 1)


@pytest.mark.parametrize("name", ["cells.shp", "cells", "cells.kml"])
def test_other_formats_are_not_written(name: str, tmp_path: Path):
    with pytest.raises(FormatError, match=r"\.gpkg, \.parquet, \.geojson, \.pmtiles"):
        write(files.frame(), tmp_path / name)


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_only_degrees_are_written(crs: str | None, tmp_path: Path):
    with pytest.raises(FormatError, match="EPSG:4326"):
        write(files.frame(crs), tmp_path / "cells.gpkg")


def test_a_column_of_texts_and_numbers_is_refused(tmp_path: Path):
    mixed = gpd.GeoDataFrame({"a": ["x", 1, None]}, geometry=files.SHAPES, crs="EPSG:4326")

    with pytest.raises(FormatError, match="different types"):
        write(mixed, tmp_path / "mixed.gpkg")


def test_the_endings_are_those_that_are_offered():
    assert list(ENDINGS.values()) == [".gpkg", ".parquet", ".geojson", ".pmtiles"]


def test_communities_of_a_real_town_survive_every_format_unchanged(tmp_path: Path):
    town = read(shared_data("shenzhen_nanshan_osm", "layers", "communities.geojson"))

    for ending in EXACT:
        write(town.frame, tmp_path / f"town{ending}", id_column="id")
        back = read(tmp_path / f"town{ending}")
        assert back.columns["name"] == town.columns["name"]
        assert shapely.equals_exact(back.shapes, town.shapes, tolerance=5e-8, normalize=True).all()


def _ground_m2(shapes: Any) -> list[float]:
    globe = Geod(ellps="WGS84")
    return [abs(globe.geometry_area_perimeter(shape)[0]) for shape in shapes]
