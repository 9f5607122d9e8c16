"""How far the branch is on foot, and how people divide between it and other banks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo import LonLat, distance_m, huff_share, walking_areas
from geo.area import Area
from geo.streets import Spots, Streets
from geo.walking import reachable_share

Floats = NDArray[np.float64]
Derived = tuple[float | None, float | None]
"""The minutes of a walk and the expected share of the branch; None where there is no way."""

_AT_ONCE = 8192
_MINUTE_DIGITS, _SHARE_DIGITS = 1, 4


@dataclass(frozen=True, slots=True)
class Site:
    """A bank, and how much it attracts."""

    at: LonLat
    attraction: float = 1.0


class Ways:
    """The shortest ways along streets from some banks to everywhere, whoever walks them how fast."""

    def __init__(self, streets: Streets, banks: Sequence[LonLat]) -> None:
        self.streets = streets
        self.of_banks = [_from(streets, at) for at in banks]


class Reach:
    """The ways from a branch and from its competitors, ready to be asked for any position.

    `ways` are those of the branch and then of the competitors. Without any no walk is known, and the shares follow from distances as the crow flies.
    """

    def __init__(
        self,
        home: Site,
        rivals: Sequence[Site],
        ways: Ways | None,
        *,
        speed_m_per_min: float,
        decay: float,
    ) -> None:
        self._sites = (home, *rivals)
        self._ways = ways
        self._speed, self._decay = speed_m_per_min, decay

    @property
    def reachable(self) -> float | None:
        """Return the share of all streets to which a way leads; None without any at the branch."""
        streets = self._from_home()
        return None if streets is None else reachable_share(streets, self._sites[0].at)

    def areas(self, minutes: Sequence[float]) -> tuple[Area, ...]:
        """Return the ground within each number of minutes; none without a street at the branch."""
        streets = self._from_home()
        if streets is None:
            return ()
        return walking_areas(streets, self._sites[0].at, minutes, self._speed)

    def of(self, lon: ArrayLike, lat: ArrayLike) -> list[Derived]:
        """Return walk and share of each position; every position is worked out once."""
        given = np.column_stack([np.asarray(lon, np.float64), np.asarray(lat, np.float64)])
        known = np.isfinite(given).all(axis=1)
        places, which = np.unique(given[known], axis=0, return_inverse=True)
        parts = [self._derived(places[at : at + _AT_ONCE]) for at in _starts(len(places))]
        found = [pair for part in parts for pair in part]
        out: list[Derived] = [(None, None)] * len(given)
        for row, place in zip(np.flatnonzero(known).tolist(), which.ravel().tolist(), strict=True):
            out[row] = found[place]
        return out

    def _from_home(self) -> Streets | None:
        return self._ways.streets if self._ways and self._ways.of_banks[0] else None

    def _derived(self, places: Floats) -> list[Derived]:
        away = self._away_m(places[:, 0], places[:, 1])
        share = huff_share(away, [site.attraction for site in self._sites], self._decay)[:, 0]
        share[np.isnan(away[:, 0])] = np.nan  # nobody comes who finds no way
        minutes = away[:, 0] / self._speed if self._ways else np.full(len(places), np.nan)
        return list(zip(_plain(minutes, _MINUTE_DIGITS), _plain(share, _SHARE_DIGITS), strict=True))

    def _away_m(self, lon: Floats, lat: Floats) -> Floats:
        if self._ways is None:
            return np.column_stack([distance_m(lon, lat, site.at) for site in self._sites])
        streets = self._ways.streets
        spots = streets.nearest(*streets.plane.forward(lon, lat))
        none = np.full(lon.shape, np.nan)
        return np.column_stack(
            [
                none if way is None else streets.along_m(*way, spots) + spots.off_m
                for way in self._ways.of_banks
            ]
        )


def derived(reach: Reach | None, lon: ArrayLike, lat: ArrayLike) -> list[Derived]:
    """Return walk and share of each position, nothing for any before they are worked out."""
    return reach.of(lon, lat) if reach else [(None, None)] * np.asarray(lon).size


def _from(streets: Streets, at: LonLat) -> tuple[Floats, Spots] | None:
    start = streets.nearest(*streets.plane.forward([at.lon], [at.lat]))
    return (streets.walked_m(start), start) if start.edge[0] >= 0 else None


def _starts(count: int) -> range:
    return range(0, count, _AT_ONCE)


def _plain(values: Floats, digits: int) -> list[float | None]:
    return [None if np.isnan(value) else round(value, digits) for value in values.tolist()]
