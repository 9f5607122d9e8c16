"""Real city blocks around a real bank branch, against answers made by another program."""

import csv
import json

import geopandas as gpd
import numpy as np
import pytest

from geo import LonLat, PolygonSpec, SquareSpec, assign, circle, distance_m, tessellate


@pytest.fixture(scope="module")
def city(shared):
    return shared / "shenzhen_nanshan_osm"


@pytest.fixture(scope="module")
def branch(city):
    found = json.loads((city / "truth/summary.json").read_text(encoding="utf-8"))["branch"]
    return LonLat(found["lon"], found["lat"])


def table(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def points(city):
    rows = table(city / "truth/points.csv")
    return tuple(np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))


@pytest.fixture(scope="module")
def answers(city):
    return table(city / "truth/answers.csv")


def test_every_point_is_in_its_square(branch, points, answers):
    cells = tessellate(circle(branch, 6000), SquareSpec(side_m=500, origin=branch))
    found = assign(*points, cells)
    checked = 0
    for cell_id, answer in zip(found, answers, strict=True):
        if answer["cell"] and float(answer["edge_m"]) >= 0.5:
            row, col = answer["cell"].removeprefix("r").split("c")
            assert cell_id == f"sq:500:{col}:{row}"
            checked += 1
    assert checked == 597


def test_every_point_is_in_its_community(city, branch, points, answers):
    communities = gpd.read_file(city / "layers/communities.geojson")
    outlines = communities[communities.geom_type != "Point"]
    cells = tessellate(circle(branch, 20_000), PolygonSpec(outlines, key="id"))
    found = assign(*points, cells)
    assert len(cells) == len(outlines)
    for cell_id, answer in zip(found, answers, strict=True):
        assert cell_id == (f"poly:{answer['communities']}" if answer["communities"] else None)


def test_community_areas_agree_with_the_ellipsoid(city, branch):
    communities = gpd.read_file(city / "layers/communities.geojson")
    outlines = communities[communities.geom_type != "Point"]
    cells = tessellate(circle(branch, 20_000), PolygonSpec(outlines, key="id"))
    truth = {
        f"poly:{row['community']}": float(row["geodesic_area_m2"])
        for row in table(city / "truth/communities.csv")
    }
    assert dict(zip(cells.ids, cells.area_m2, strict=True)) == pytest.approx(
        truth, abs=0.02, rel=1e-6
    )


def test_distances_are_geodesic(branch, points, answers):
    truth = np.array([float(answer["dist_m"]) for answer in answers])
    assert np.abs(distance_m(*points, branch) - truth).max() < 0.001
