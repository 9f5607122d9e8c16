"""Areas to try: stars, rings with holes, islands, and shapes that lie along the grid's own lines."""

import numpy as np
import shapely
from hypothesis import strategies as st

from geo import LonLat
from geo.plane import Plane

HOME = LonLat(113.9474738, 22.5438314)


@st.composite
def stars(draw, radius_m=900.0, centre=(0.0, 0.0)):
    """A star-shaped polygon of the plane around a centre."""
    reach = draw(st.lists(st.floats(0.15, 1.0), min_size=3, max_size=18))
    angle = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
    spread = np.array(reach) * radius_m
    return shapely.Polygon(np.c_[np.cos(angle), np.sin(angle)] * spread[:, None] + centre)


@st.composite
def flat_areas(draw):
    """A valid area of the plane: perhaps with a hole, perhaps of two parts."""
    area = draw(stars())
    if draw(st.booleans()):
        area = area.difference(draw(stars(radius_m=200.0)))
    if draw(st.booleans()):
        area = area.union(draw(stars(radius_m=400.0, centre=(1700.0, -300.0))))
    if area.area < 1000:
        area = shapely.Point(0, 0).buffer(100)
    return area


@st.composite
def aligned_areas(draw, side_m):
    """An area whose corners lie on the lines, the corners and the centres of a square grid."""
    whole = st.integers(-8, 8)
    boxes = draw(
        st.lists(
            st.tuples(whole, whole, st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=6
        )
    )
    parts = [shapely.box(w, s, w + a, s + b) for w, s, a, b in boxes]
    area = shapely.union_all(parts)
    return shapely.transform(area, lambda xy: (xy - draw(st.sampled_from([0.5, 0.0]))) * side_m)


def to_degrees(flat, origin=HOME):
    """Return a shape of the plane in longitude and latitude."""
    plane = Plane(origin)
    return shapely.transform(flat, lambda xy: np.column_stack(plane.inverse(*xy.T)))


def areas():
    """A valid area in degrees near the branch."""
    return flat_areas().map(to_degrees)
