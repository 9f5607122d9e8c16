"""Where a place lies as seen from the branch, in words: two places of one name are told apart."""

from math import atan2, cos, degrees, radians

from geo import LonLat, distance_m
from gridcrm.core.i18n import gettext

_M_PER_KM = 1000
_AT_M = 100
_CIRCLE_DEG = 360
_STEP_DEG = 45


def seen_from(home: LonLat, lon: float, lat: float) -> str:
    """Return how far away a place is and to which side."""
    (away_m,) = distance_m([lon], [lat], home).tolist()
    if away_m < _AT_M:
        return gettext("at the branch")
    return gettext("{km} km {side} of the branch").format(
        km=f"{away_m / _M_PER_KM:.1f}", side=_side(home, lon, lat)
    )


def _side(home: LonLat, lon: float, lat: float) -> str:
    east, north = (lon - home.lon) * cos(radians(home.lat)), lat - home.lat
    sides = (
        gettext("north"),
        gettext("northeast"),
        gettext("east"),
        gettext("southeast"),
        gettext("south"),
        gettext("southwest"),
        gettext("west"),
        gettext("northwest"),
    )
    return sides[round(degrees(atan2(east, north)) % _CIRCLE_DEG / _STEP_DEG) % len(sides)]
