"""What belongs to a branch: its area, distances from it, and how place names compare."""

import unicodedata

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo import Datum, LonLat, circle, convert, distance_m
from geo.area import Area, checked_area
from gridcrm.branches.models import Branch

FARTHEST_PLACE_M = 100_000
"""Beyond this a place is more likely in another datum, or the wrong file, than near the branch."""


def home(branch: Branch) -> LonLat:
    """Return where the branch stands, in WGS 84."""
    return LonLat(branch.lon, branch.lat)


def area_of(branch: Branch) -> Area:
    """Return the ground the branch looks after: the polygon it was given, else its circle."""
    if branch.catchment_wkb is not None:
        return checked_area(shapely.from_wkb(branch.catchment_wkb))
    return circle(home(branch), branch.catchment_radius_m)


def distances_m(branch: Branch, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """Return how far points in WGS 84 are from the branch along the ground, NaN for none."""
    return distance_m(lon, lat, home(branch))


def position(lon: float, lat: float, datum: Datum) -> LonLat:
    """Return a position as entered in WGS 84."""
    entered = LonLat(lon, lat)
    return LonLat(*convert(entered.lon, entered.lat, datum, Datum.WGS84))


def name_key(name: str) -> str:
    """Return a name as it is compared: one width and case, without spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(mark for mark in plain if mark.isalnum())
