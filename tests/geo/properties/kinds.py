"""Every kind of cell, areas that are hard to divide, and what each property looks at."""

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import strategies as st

from geo import H3Spec, HexSpec, PolygonSpec, QuadSpec, SquareSpec, VoronoiSpec, tessellate
from geo.plane import Plane
from tests.geo.shapes import HOME, flat_areas, stars, to_degrees

PLANE = Plane(HOME)


def scattered(count, width_m, seed, middle=(0.0, 0.0)):
    """Longitudes and latitudes around a place of the plane, most of them near it."""
    east, north = np.random.default_rng(seed).normal(0, width_m, (2, count))
    return PLANE.inverse(middle[0] + east, middle[1] + north)


def town():
    """5,000 people: a dense centre, a suburb, and some everywhere."""
    parts = [
        scattered(2500, 150, 1),
        scattered(1500, 100, 2, (600.0, 400.0)),
        scattered(1000, 1500, 3),
    ]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def blocks():
    """Imported polygons that cover the surroundings without gap or overlap."""
    west, south = (113.91 + 0.01 * np.arange(8)), (22.51 + 0.01 * np.arange(8))
    shapes = [shapely.box(w, s, w + 0.01, s + 0.01) for s in south for w in west]
    frame = gpd.GeoDataFrame({"name": [f"{n:02d}" for n in range(64)]}, geometry=shapes, crs=4326)
    return PolygonSpec(frame, "name")


SITES = [f"{number:02d}" for number in range(40)]

SPECS = {
    "squares": SquareSpec(250, HOME),
    "small squares": SquareSpec(73.125),
    "hexagons": HexSpec(200, HOME),
    "large hexagons": HexSpec(1300),
    "quarters": QuadSpec(town(), max_points=100, min_side_m=50, origin=HOME),
    "quarters around the middle": QuadSpec(town(), max_points=400, min_side_m=90),
    "sites": VoronoiSpec(SITES, scattered(40, 800, 4), HOME),
    "far sites": VoronoiSpec(SITES[:3], scattered(3, 50_000, 5)),
    "h3": H3Spec(9),
    "polygons": blocks(),
}

kinds = st.sampled_from(sorted(SPECS)).map(SPECS.__getitem__)


@st.composite
def hard_areas(draw):
    """An area with holes and parts, often with slivers: thin arms, tiny islands, thin gaps."""
    area = draw(flat_areas())
    if draw(st.booleans()):
        area = area.union(shapely.box(-1500, 333.333, 1500, 333.343))  # a centimetre
    if draw(st.booleans()):
        area = area.difference(shapely.box(-1500, -125.003, 1500, -125.0))
    if draw(st.booleans()):
        area = area.union(draw(stars(radius_m=1.5, centre=(-1800.0, 125.0))))
    return to_degrees(area)


def ground_of(cells):
    """The area on the cells' own plane."""
    return cells.tiling.plane.flatten(cells.area)


def flat(cells):
    """All cells as polygons of their own plane."""
    return cells.tiling.flat(np.arange(len(cells)))


def eager(area, spec):
    """Cells that take the way for many points from the first point on."""
    cells = tessellate(area, spec)
    if hasattr(cells.tiling, "_finder"):
        cells.tiling._finder._left = 0
    return cells


def cloud(count, reach_deg=0.03, seed=1):
    """Points all over the surroundings, more of them than the area holds."""
    east, north = np.random.default_rng(seed).uniform(-reach_deg, reach_deg, (2, count))
    return HOME.lon + east, HOME.lat + north
