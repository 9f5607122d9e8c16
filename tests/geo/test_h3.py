import h3
import numpy as np
import pytest
import shapely

from geo import H3Spec, LonLat, assign, circle, tessellate
from geo.errors import SpecError
from geo.tessellate import h3cells

VECTORS = {"res00ic": 122, "rand05centers": 5000, "rand07centers": 5000, "rand09centers": 5000}


def vectors(shared, name):
    """The cells of an official file, and the longitudes and latitudes of points in them."""
    text = (shared / "h3_vectors" / f"{name}.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines()]
    cell, north, east = zip(*rows, strict=True)
    return np.array(cell), (np.array(east, float) + 180) % 360 - 180, np.array(north, float)


@pytest.mark.parametrize("name", VECTORS)
def test_every_point_of_the_official_vectors_is_in_its_cell(shared, name):
    cells, lon, lat = vectors(shared, name)
    assert len(cells) == VECTORS[name]
    found = h3cells.indexes_of(lon, lat, h3.get_resolution(cells[0]))
    assert [f"{index:x}" for index in found.tolist()] == cells.tolist()


@pytest.mark.parametrize("name", VECTORS)
def test_points_of_the_official_vectors_are_found_in_areas_around_them(shared, name):
    """A hundred of them, each in a small area of its own."""
    cells, lon, lat = vectors(shared, name)
    near = np.flatnonzero((np.abs(lat) < 80) & (np.abs(lon) < 179))
    for at in near[:: -(-len(near) // 100)]:
        around = circle(LonLat(lon[at], lat[at]), 30)
        divided = tessellate(around, H3Spec(h3.get_resolution(cells[at])))
        assert assign(lon[[at]], lat[[at]], divided).tolist() == [f"h3:{cells[at]}"]


def test_the_cover_is_complete_where_h3s_own_cover_is_not(area):
    own = h3.h3shape_to_cells(h3.geo_to_h3shape(area), 9)
    cells = tessellate(area, H3Spec(9))
    assert {f"h3:{index}" for index in own} < set(cells.ids)
    assert all(h3.get_resolution(cell_id[3:]) == 9 for cell_id in cells.ids)


def test_a_strip_thinner_than_any_cell_is_covered():
    strip = shapely.box(113.93, 22.5438, 113.96, 22.54381)
    cells = tessellate(strip, H3Spec(8))
    lon = np.linspace(113.9301, 113.9599, 200)
    assert None not in set(assign(lon, np.full(200, 22.543805), cells))


def test_whole_cells_are_h3s_own_hexagons(area):
    cells = tessellate(area, H3Spec(9))
    own = {
        f"h3:{index}": shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(index)])
        for index in h3.grid_disk(h3.latlng_to_cell(22.5438314, 113.9474738, 9), 2)
    }
    shapes = cells.frame.set_index("cell_id").geometry
    assert len(own) == 19
    within_a_micrometre = 1e-11  # degrees
    assert all(
        shapes[cell_id].equals_exact(shape, within_a_micrometre) for cell_id, shape in own.items()
    )


def test_a_resolution_too_fine_for_the_area_is_refused(home):
    with pytest.raises(SpecError, match="resolution 15 are too small"):
        tessellate(circle(home, 20_000), H3Spec(15))


def test_cells_that_do_not_add_up_to_the_area_are_cut_again_rounded(area, monkeypatch):
    honest = tessellate(area, H3Spec(9))
    monkeypatch.setattr(h3cells, "nearby", lambda _area, shapes: shapes)
    again = tessellate(area, H3Spec(9))
    assert again.ids.tolist() == honest.ids.tolist()
    assert again.area_m2 == pytest.approx(honest.area_m2, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m", "resolution"),
    [
        (113.9, 22.5, 20_000, 6),
        (10.0, 80.0, 300, 11),
        (10.5, 64.7, 40_000, 5),
        (174.8, -2.3, 9e3, 7),
    ],
    ids=["Shenzhen", "far north", "around a pentagon", "around another pentagon"],
)
def test_every_point_of_the_area_is_in_the_cell_that_h3_names(lon, lat, radius_m, resolution):
    cells = tessellate(circle(LonLat(lon, lat), radius_m), H3Spec(resolution))
    plane, reach_m = cells.tiling.plane, 1.1 * radius_m
    x, y = np.random.default_rng(1).uniform(-reach_m, reach_m, (2, 1000))
    points = np.column_stack(plane.inverse(x, y))
    covered = shapely.intersects_xy(plane.flatten(cells.area), *plane.forward(*points.T))
    own = [f"h3:{h3.latlng_to_cell(north, east, resolution)}" for east, north in points]
    expected = [cell if inside else None for cell, inside in zip(own, covered, strict=True)]
    assert assign(*points.T, cells).tolist() == expected
